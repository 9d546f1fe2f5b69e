package io.geminirelay.base.tokens;

/**
 * What media are worth in tokens, by their type and the length they have on the wire; they are
 * never decoded. Pure.
 *
 * <p>What is documented (<a href="https://ai.google.dev/gemini-api/docs/tokens">tokens</a>, <a
 * href="https://ai.google.dev/gemini-api/docs/media-resolution">media resolution</a>): 258 for an
 * image or a tile of one, 258 for a page of a PDF, 32 for a second of audio, 263 for one of video;
 * with Gemini 3 1,120 for an image, 560 for a page, 70 for a frame of video each second. Recorded
 * answers agree. How many tiles, pages or seconds there are only the decoded data would tell; here
 * the length tells, by the usual bytes of each. The rates lean to small files, that is to more
 * tokens.
 */
public enum MediaKind {
  /** A tile of 768 by 768 pixels takes some 150 kB as JPEG; Gemini 3 scales to one size. */
  IMAGE(150_000, 258, 1_120, 1),
  /** A page of text with its share of fonts takes some 50 kB. */
  DOCUMENT(50_000, 258, 560, 10),
  /** Speech at 64 kbit/s takes 8 kB a second. */
  AUDIO(8_000, 32, 32, 60),
  /** Uncompressed speech, 16 kHz with 16 bits, takes 32 kB a second. */
  RAW_AUDIO(32_000, 32, 32, 60),
  /** A second of video takes some 125 kB at 1 Mbit/s. Gemini 3: a frame and its audio. */
  VIDEO(125_000, 263, 102, 60),
  /** Text comes as a file: a token every three bytes, which is dense. */
  TEXT(3, 1, 1, 2_500);

  /**
   * The most tokens that one byte of a body can be worth: a minute of video that is only named
   * takes at least the 23 bytes of {@code {fileData:{fileUri:''}}}.
   */
  public static final long MAX_TOKENS_PER_BODY_BYTE = 700;

  private final int unitBytes;
  private final int unitTokens;
  private final int unitTokensLatest;
  private final int unitsUnseen;

  MediaKind(int unitBytes, int unitTokens, int unitTokensLatest, int unitsUnseen) {
    this.unitBytes = unitBytes;
    this.unitTokens = unitTokens;
    this.unitTokensLatest = unitTokensLatest;
    this.unitsUnseen = unitsUnseen;
  }

  /** The kind of a MIME type; what is neither picture, sound nor PDF is taken for text. */
  public static MediaKind of(String mimeType) {
    if (mimeType.startsWith("image/")) {
      return IMAGE;
    }
    if (mimeType.startsWith("audio/")) {
      boolean raw =
          mimeType.startsWith("audio/wav")
              || mimeType.startsWith("audio/x-wav")
              || mimeType.startsWith("audio/l16")
              || mimeType.startsWith("audio/pcm")
              || mimeType.startsWith("audio/flac");
      return raw ? RAW_AUDIO : AUDIO;
    }
    if (mimeType.startsWith("video/")) {
      return VIDEO;
    }
    return mimeType.equals("application/pdf") ? DOCUMENT : TEXT;
  }

  /** Units, at least one, in inline data of this many Base64 characters. */
  long unitsOf(long base64Chars) {
    long bytes = base64Chars / 4 * 3;
    return Math.max(1, (bytes + unitBytes - 1) / unitBytes);
  }

  /**
   * Units of a file that is only named, whose length is not known here: one image, ten pages, a
   * minute, or 7.5 kB of text.
   */
  long unitsUnseen() {
    return unitsUnseen;
  }

  /** The most tokens that a file which is only named counts. */
  static long unseenTokens(ModelGeneration generation) {
    return VIDEO.tokens(1, VIDEO.unitsUnseen(), generation);
  }

  /** Tokens of {@code count} media of this kind with so many units together. */
  long tokens(long count, long units, ModelGeneration generation) {
    if (generation != ModelGeneration.LATEST) {
      return units * unitTokens;
    }
    return (this == IMAGE ? count : units) * unitTokensLatest;
  }
}
