package io.geminirelay.base.tokens;

import java.util.Arrays;

/**
 * Sorts characters by what they are to a tokenizer: letters of one script, digits, blanks, marks.
 *
 * <p>Ranges are those of the Unicode blocks, in steps of 16 characters.
 */
final class CharKind {
  /** How many bits a kind has. */
  static final int BITS = 5;

  /** What stands before the first character of a text. */
  static final int NONE = 0;

  static final int LOWER = 1;
  static final int UPPER = 2;
  static final int DIGIT = 3;
  static final int BLANK = 4;
  static final int LINE_END = 5;
  static final int CONTROL = 6;
  static final int STOP = 7;
  static final int QUOTE = 8;
  static final int BRACKET = 9;
  static final int DASH = 10;
  static final int SIGN = 11;
  static final int LATIN = 12;
  static final int PHONETIC = 13;
  static final int GREEK = 14;
  static final int CYRILLIC = 15;
  static final int CAUCASIAN = 16;
  static final int HEBREW = 17;
  static final int ARABIC = 18;
  static final int INDIC = 19;
  static final int SOUTH_EAST = 20;
  static final int ETHIOPIC = 21;
  static final int HANGUL = 22;
  static final int KANA = 23;
  static final int HAN = 24;
  static final int PUNCTUATION = 25;
  static final int SYMBOL = 26;
  static final int PICTURE = 27;
  static final int MARK = 28;
  static final int OTHER = 29;
  static final int RARE = 30;

  /** Kinds that words consist of, as bits. */
  private static final int LETTERS =
      1 << LOWER
          | 1 << UPPER
          | 1 << LATIN
          | 1 << PHONETIC
          | 1 << GREEK
          | 1 << CYRILLIC
          | 1 << CAUCASIAN
          | 1 << HEBREW
          | 1 << ARABIC
          | 1 << INDIC
          | 1 << SOUTH_EAST
          | 1 << ETHIOPIC
          | 1 << HANGUL
          | 1 << KANA
          | 1 << HAN
          | 1 << MARK;

  private static final int STEP_BITS = 4;

  /** The first character of each range above ASCII, and its kind. */
  private static final int[][] RANGES = {
    {0x80, OTHER},
    {0xA0, PUNCTUATION},
    {0xC0, LATIN},
    {0x250, PHONETIC},
    {0x300, MARK},
    {0x370, GREEK},
    {0x400, CYRILLIC},
    {0x530, CAUCASIAN},
    {0x590, HEBREW},
    {0x600, ARABIC},
    {0x780, OTHER},
    {0x900, INDIC},
    {0xE00, SOUTH_EAST},
    {0x10A0, CAUCASIAN},
    {0x1100, HANGUL},
    {0x1200, ETHIOPIC},
    {0x13A0, OTHER},
    {0x1780, SOUTH_EAST},
    {0x1800, OTHER},
    {0x1E00, LATIN},
    {0x1F00, GREEK},
    {0x2000, PUNCTUATION},
    {0x2070, SYMBOL},
    {0x2600, PICTURE},
    {0x2800, SYMBOL},
    {0x2E80, HAN},
    {0x3000, PUNCTUATION},
    {0x3040, KANA},
    {0x3100, HAN},
    {0xA000, OTHER},
    {0xAC00, HANGUL},
    {0xD7B0, RARE},
    {0xF900, HAN},
    {0xFB00, ARABIC},
    {0xFE00, MARK},
    {0xFE10, PUNCTUATION},
  };

  private static final byte[] ASCII = new byte[128];
  private static final byte[] STEPS = new byte[0x10000 >> STEP_BITS];

  static {
    for (int c = 0; c < ASCII.length; c++) {
      ASCII[c] = (byte) sorted(c);
    }
    for (int[] range : RANGES) {
      Arrays.fill(STEPS, range[0] >> STEP_BITS, STEPS.length, (byte) range[1]);
    }
  }

  private CharKind() {}

  /** Kind of a code point of up to 0x10FFFF. */
  static int of(int c) {
    if (c < ASCII.length) {
      return ASCII[c];
    }
    return c < 0x10000 ? STEPS[c >> STEP_BITS] : supplementary(c);
  }

  /** Kind of a code point below 0x80. */
  static int ascii(int c) {
    return ASCII[c];
  }

  /** True for kinds that words consist of. */
  static boolean isLetter(int kind) {
    return (LETTERS >> kind & 1) != 0;
  }

  private static int supplementary(int c) {
    if (c >= 0x1F000 && c < 0x1FC00) {
      return PICTURE;
    }
    return c >= 0x20000 && c < 0x32000 ? HAN : RARE;
  }

  private static int sorted(int c) {
    if (c < ' ' || c == 127) {
      return c == '\n' ? LINE_END : CONTROL;
    }
    if (Character.isLetterOrDigit(c)) {
      return c <= '9' ? DIGIT : c <= 'Z' ? UPPER : LOWER;
    }
    return c == ' '
        ? BLANK
        : ".,;:!?".indexOf(c) >= 0
            ? STOP
            : "\"'`".indexOf(c) >= 0
                ? QUOTE
                : "()[]{}<>".indexOf(c) >= 0 ? BRACKET : c == '-' || c == '_' ? DASH : SIGN;
  }
}
