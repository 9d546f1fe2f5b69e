package io.geminirelay.base.tokens;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.IntUnaryOperator;

/**
 * Texts that nobody writes but somebody may send: they have nothing in common with what the
 * estimate was calibrated on, and many tokens. Always the same, so that their counts can be known.
 */
final class HardTexts {
  private static final int LENGTH = 3_000;

  /** Their tokens, as counted with the vocabulary of Gemma 3 by VocabularyCounter. */
  static final int[] EXACT = {
    6358, 8024, 3244, 1532, 1639, 2320, 4082, 2901, 2893, 2324,
    2876, 3170, 4965, 3107, 6286, 4522, 3580, 3826, 3648, 5144,
    6736, 5455, 5328, 4710, 2989, 8992, 8688, 12000, 5139, 8151,
    7267, 11643, 2992, 3000, 1501, 751, 1499, 1500, 3000, 3000,
    1501, 1500, 1500, 1501, 3000, 3000, 1500, 9000, 3000, 3000,
    3000, 3000, 2000, 1500, 2000, 1500, 3000, 375, 1500, 3000,
    3000, 1501, 3292, 3000, 1501, 3000, 3532, 1785, 1934, 2096
  };

  private HardTexts() {}

  /** All texts by name. */
  static Map<String, String> all() {
    Map<String, String> all = new LinkedHashMap<>();
    ranges(all);
    repeated(all);
    all.put("zalgo", spread(i -> i % 8 == 0 ? 'a' + i / 8 % 26 : 0x300 + i * 37 % 0x70));
    all.put("line end after each character", spread(i -> i % 2 == 0 ? 'a' + i * 7 % 26 : '\n'));
    all.put("blank after each character", spread(i -> i % 2 == 0 ? 'a' + i * 7 % 26 : ' '));
    all.put("sign after each letter", spread(i -> i % 2 == 0 ? 'a' + i * 7 % 26 : '!' + i % 15));
    all.put("mixed scripts", spread(i -> new int[] {'a', 0x436, 0x4E00 + i, 0x5D0, 0xE01}[i % 5]));
    all.put("random letters of both cases", random(i -> (i & 1) * 32 + 'A' + (i >> 1) % 26));
    all.put("random signs", random(i -> "#$%&*+/<=>@^|~!?;:,.()[]{}".charAt(i % 26)));
    all.put("random base64", random(HardTexts::sixtyFour));
    return all;
  }

  private static int sixtyFour(int i) {
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".charAt(i % 64);
  }

  private static void ranges(Map<String, String> all) {
    Object[][] ranges = {
      {"random CJK", 0x4E00, 0x9FFF},
      {"random Hangul", 0xAC00, 0xD7A3},
      {"random kana", 0x3041, 0x30FE},
      {"random letters", 'a', 'z'},
      {"random capitals", 'A', 'Z'},
      {"random ASCII", '!', '~'},
      {"random Latin", 0xC0, 0x24F},
      {"random Greek", 0x391, 0x3C9},
      {"random Cyrillic", 0x400, 0x45F},
      {"random Hebrew", 0x5D0, 0x5EA},
      {"random Arabic", 0x620, 0x64A},
      {"random Devanagari", 0x904, 0x939},
      {"random Tamil", 0xB85, 0xBB9},
      {"random Thai", 0xE01, 0xE2E},
      {"random Georgian", 0x10A0, 0x10FF},
      {"random Ethiopic", 0x1200, 0x135A},
      {"random Cherokee", 0x13A0, 0x13F4},
      {"random Syriac", 0x710, 0x72F},
      {"random Phonetic", 0x250, 0x2AF},
      {"random punctuation", 0x2010, 0x205E},
      {"random arrows and operators", 0x2190, 0x22FF},
      {"random boxes", 0x2500, 0x25FF},
      {"random pictures", 0x2600, 0x27BF},
      {"random emoji", 0x1F300, 0x1F64F},
      {"random full width", 0xFF01, 0xFF5E},
      {"random Yi", 0xA000, 0xA48C},
      {"private use", 0xE000, 0xF8FF},
      {"random rare CJK", 0x20000, 0x2A6DF},
      {"random cuneiform", 0x12000, 0x12399},
      {"random mathematical letters", 0x1D400, 0x1D7FF},
      {"any character", 0x20, 0xD7FF},
      {"any supplementary character", 0x10000, 0x1FFFF},
      {"controls", 0x01, 0x1F},
    };
    for (Object[] range : ranges) {
      int first = point(range[1]);
      int size = point(range[2]) - first + 1;
      all.put((String) range[0], random(i -> first + i % size));
    }
  }

  private static int point(Object character) {
    return character instanceof Character c ? c : (Integer) character;
  }

  private static void repeated(Map<String, String> all) {
    String[] bits = {
      "#$", "<>", "!?", ")(", "-_", "%@", "~^", "\"'", ".,", "qz", "aZ", "é", "xé", "𒀀", "㐀",
      "\t\n", "\u0001", "鬱", "あ亜", "ab1", "=-", ">=<", "#$%&", "x;", "��", "🌶", "́", "ж́", "кя"
    };
    for (String bit : bits) {
      all.put("repeated " + bit, bit.repeat(LENGTH / bit.length()));
    }
  }

  private static String spread(IntUnaryOperator character) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < LENGTH; i++) {
      text.appendCodePoint(character.applyAsInt(i));
    }
    return text.toString();
  }

  private static String random(IntUnaryOperator character) {
    Random random = new Random(11);
    return spread(i -> character.applyAsInt(random.nextInt(1 << 24)));
  }
}
