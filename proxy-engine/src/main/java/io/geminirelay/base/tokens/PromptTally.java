package io.geminirelay.base.tokens;

import java.util.EnumMap;
import java.util.Map;

/**
 * What a prompt has in it beside its texts, and what that is worth in tokens with one generation of
 * models or another. Not thread-safe.
 *
 * <p>The frame was found from recorded answers. Calls are written to the model as {@code
 * <start>call:NAME{MEMBER:<escape>TEXT<escape>}<end>} and tools likewise: six tokens for a call,
 * response or declaration, one for the colon of a member, two around a string, two around an object
 * or array; with this, recorded counts come out within some tokens.
 */
final class PromptTally {
  /** A model's thoughts come back as a signature, and count: some eight characters a token. */
  private static final int SIGNATURE_CHARS_PER_TOKEN = 8;

  private static final class Media {
    private long count;
    private long units;
  }

  private final Map<MediaKind, Media> media = new EnumMap<>(MediaKind.class);
  private long contents;
  private long frame;
  private long requiredFrame;
  private long requiredText;
  private long signatureChars;
  private long scalars;

  void content() {
    contents++;
  }

  void frame(long tokens) {
    frame += tokens;
  }

  /** A list of required members: its punctuation, and of the counted texts those in it. */
  void required(long frameTokens, long textTokens) {
    requiredFrame += frameTokens;
    requiredText += textTokens;
  }

  void scalar(long tokens) {
    scalars += tokens;
  }

  void signature(long chars) {
    signatureChars += chars;
  }

  void inline(MediaKind kind, long base64Chars) {
    add(kind, kind.unitsOf(base64Chars));
  }

  void unseen(MediaKind kind) {
    add(kind, kind.unitsUnseen());
  }

  private void add(MediaKind kind, long units) {
    Media all = media.computeIfAbsent(kind, any -> new Media());
    all.count++;
    all.units += units;
  }

  /** Media so far. */
  long media() {
    return media.values().stream().mapToLong(all -> all.count).sum();
  }

  /** The same media and nothing else. */
  PromptTally mediaAlone() {
    PromptTally alone = new PromptTally();
    alone.media.putAll(media);
    return alone;
  }

  /** Tokens of the prompt, whose texts are worth {@code textTokens}. */
  long tokens(long textTokens, ModelGeneration generation) {
    long tokens = textTokens + scalars + signatureChars / SIGNATURE_CHARS_PER_TOKEN;
    for (Map.Entry<MediaKind, Media> all : media.entrySet()) {
      tokens += all.getKey().tokens(all.getValue().count, all.getValue().units, generation);
    }
    return switch (generation) {
      case PLAIN -> tokens;
      case FRAMED -> tokens - requiredText + frame + contents;
      case LATEST -> tokens + frame + requiredFrame + contents;
    };
  }
}
