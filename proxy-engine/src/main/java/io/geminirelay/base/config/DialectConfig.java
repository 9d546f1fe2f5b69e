package io.geminirelay.base.config;

import org.jspecify.annotations.Nullable;

/**
 * The gateway's own request forms.
 *
 * @param generateModel model of {@code POST /generate}, and of {@code POST /gemini-proxy} where the
 *     request names none
 * @param chunkTokens tokens between two elements of its answer; at least 1
 * @param generatePassword its credential, or null for none
 * @param maxPromptChars characters of the longest prompt of {@code POST /gemini-proxy}; at least 1
 */
public record DialectConfig(
    String generateModel, int chunkTokens, @Nullable Secret generatePassword, int maxPromptChars) {

  /** Used where nothing is set: gemini-2.5-flash, 50 tokens, no password, 10,000 characters. */
  public static final DialectConfig STANDARD =
      new DialectConfig("gemini-2.5-flash", 50, null, 10_000);
}
