package io.geminirelay.base.tokens;

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
  private static final MediaKind[] KINDS = MediaKind.values();

  /** A model's thoughts come back as a signature, and count: some eight characters a token. */
  private static final int SIGNATURE_CHARS_PER_TOKEN = 8;

  private final long[] media = new long[KINDS.length];
  private final long[] units = new long[KINDS.length];
  private long contents;
  private long frame;
  private long requiredFrame;
  private long requiredText;
  private long signatureChars;

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

  void signature(long chars) {
    signatureChars += chars;
  }

  void inline(MediaKind kind, long base64Chars) {
    media[kind.ordinal()]++;
    units[kind.ordinal()] += kind.unitsOf(base64Chars);
  }

  void unseen(MediaKind kind) {
    media[kind.ordinal()]++;
    units[kind.ordinal()] += kind.unitsUnseen();
  }

  /** Tokens of the prompt, whose texts are worth {@code textTokens}. */
  long tokens(long textTokens, ModelGeneration generation) {
    long tokens = textTokens + signatureChars / SIGNATURE_CHARS_PER_TOKEN;
    for (MediaKind kind : KINDS) {
      int at = kind.ordinal();
      tokens += kind.tokens(media[at], units[at], generation);
    }
    return switch (generation) {
      case PLAIN -> tokens;
      case FRAMED -> tokens - requiredText + frame + contents;
      case LATEST -> tokens + frame + requiredFrame + contents;
    };
  }
}
