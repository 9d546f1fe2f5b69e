package io.geminirelay.base.config;

import org.jspecify.annotations.Nullable;

/**
 * The gateway's own request forms.
 *
 * @param generateModel model of {@code POST /generate}
 * @param chunkTokens tokens between two elements of its answer; at least 1
 * @param generatePassword its credential, or null for none
 */
public record DialectConfig(
    String generateModel, int chunkTokens, @Nullable Secret generatePassword) {

  /** Used where nothing is set: gemini-2.5-flash, 50 tokens, no password. */
  public static final DialectConfig STANDARD = new DialectConfig("gemini-2.5-flash", 50, null);
}
