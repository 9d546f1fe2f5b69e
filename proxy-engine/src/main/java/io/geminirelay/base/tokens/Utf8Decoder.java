package io.geminirelay.base.tokens;

/**
 * Makes characters of UTF-8 bytes that come one by one.
 *
 * <p>Of what is invalid, each maximal part that could have begun a character becomes one
 * replacement character (Unicode 15, section 3.9, U+FFFD Substitution of Maximal Subparts; the
 * WHATWG Encoding Standard says the same). Not thread-safe.
 */
final class Utf8Decoder {
  /** Stands for what is invalid. */
  static final int REPLACEMENT = 0xFFFD;

  /** The character is not complete yet. */
  static final int MORE = -1;

  /**
   * What came before the byte is invalid: it counts as U+FFFD, and the byte is to be given again.
   */
  static final int AGAIN = -2;

  private int missing;
  private int codePoint;
  private int least = 0x80;
  private int most = 0xBF;

  /** Whether a character has begun and is not complete. */
  boolean inside() {
    return missing > 0;
  }

  /** Forgets the character that has begun. */
  void reset() {
    missing = 0;
    least = 0x80;
    most = 0xBF;
  }

  /**
   * Takes the next byte, 0 to 255.
   *
   * @return the character it completes, {@link #REPLACEMENT} if it can begin none, {@link #MORE} or
   *     {@link #AGAIN}
   */
  int next(int b) {
    if (missing == 0) {
      return b < 0x80 ? b : begin(b);
    }
    if (b < least || b > most) {
      reset();
      return AGAIN;
    }
    least = 0x80;
    most = 0xBF;
    codePoint = codePoint << 6 | b & 0x3F;
    return --missing == 0 ? codePoint : MORE;
  }

  /**
   * Leaves out overlong forms, surrogates and what lies above U+10FFFF by the second byte's range.
   */
  private int begin(int b) {
    if (b < 0xC2 || b > 0xF4) {
      return REPLACEMENT;
    }
    if (b < 0xE0) {
      missing = 1;
      codePoint = b & 0x1F;
    } else if (b < 0xF0) {
      missing = 2;
      codePoint = b & 0x0F;
      least = b == 0xE0 ? 0xA0 : 0x80;
      most = b == 0xED ? 0x9F : 0xBF;
    } else {
      missing = 3;
      codePoint = b & 0x07;
      least = b == 0xF0 ? 0x90 : 0x80;
      most = b == 0xF4 ? 0x8F : 0xBF;
    }
    return MORE;
  }
}
