package io.geminirelay.base.scan;

import io.netty.buffer.ByteBuf;

/**
 * Makes characters of UTF-8 bytes that come one by one.
 *
 * <p>Of what is invalid, each maximal part that could have begun a character becomes one
 * replacement character (Unicode 15, section 3.9, U+FFFD Substitution of Maximal Subparts; the
 * WHATWG Encoding Standard says the same). Well-formed is what RFC 3629, section 4, says. Not
 * thread-safe.
 */
public final class Utf8Decoder {
  /** Stands for what is invalid. */
  public static final int REPLACEMENT = 0xFFFD;

  /** The character is not complete yet. */
  public static final int MORE = -1;

  /**
   * What came before the byte is invalid: it counts as U+FFFD, and the byte is to be given again.
   */
  public static final int AGAIN = -2;

  private int missing;
  private int codePoint;
  private int least = 0x80;
  private int most = 0xBF;

  /** Whether a character has begun and is not complete. */
  public boolean inside() {
    return missing > 0;
  }

  /** Forgets the character that has begun. */
  public void reset() {
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
  public int next(int b) {
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
    missing = b < 0xE0 ? 1 : b < 0xF0 ? 2 : 3;
    codePoint = b & 0x3F >> missing;
    least = least(b);
    most = most(b);
    return MORE;
  }

  /**
   * Bytes of the character beyond ASCII at {@code index} if it is whole and well-formed, else 0.
   *
   * @param buf borrowed; no index is used or moved
   * @param to index behind the last byte
   */
  public static int whole(ByteBuf buf, int index, int to) {
    int lead = buf.getByte(index) & 0xFF;
    int width = lead < 0xC2 || lead > 0xF4 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (width == 0 || to - index < width || !maySecond(lead, buf.getByte(index + 1) & 0xFF)) {
      return 0;
    }
    for (int i = index + 2; i < index + width; i++) {
      if ((buf.getByte(i) & 0xC0) != 0x80) {
        return 0;
      }
    }
    return width;
  }

  private static boolean maySecond(int lead, int second) {
    return second >= least(lead) && second <= most(lead);
  }

  /** The lowest second byte: lower ones make overlong forms. */
  private static int least(int lead) {
    return lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  }

  /** The highest second byte: higher ones make surrogates or what lies above U+10FFFF. */
  private static int most(int lead) {
    return lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  }
}
