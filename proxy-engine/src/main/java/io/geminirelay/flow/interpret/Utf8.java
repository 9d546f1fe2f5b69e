package io.geminirelay.flow.interpret;

import io.netty.buffer.ByteBuf;

/**
 * What makes bytes well-formed UTF-8 (RFC 3629 section 4: no overlong forms, no surrogates, nothing
 * above U+10FFFF). Pure.
 */
final class Utf8 {
  private Utf8() {}

  /**
   * Bytes of the character that {@code lead} begins: 2 to 4, or 0 if it begins none beyond ASCII.
   */
  static int width(byte lead) {
    int first = lead & 0xFF;
    if (first < 0xC2 || first > 0xF4) {
      return 0;
    }
    return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  }

  /** Whether {@code next} may stand {@code place} bytes behind {@code lead}. */
  static boolean follows(byte lead, int place, byte next) {
    if ((next & 0xC0) != 0x80) {
      return false;
    }
    if (place > 1) {
      return true;
    }
    int second = next & 0xFF;
    return switch (lead & 0xFF) {
      case 0xE0 -> second >= 0xA0;
      case 0xED -> second <= 0x9F;
      case 0xF0 -> second >= 0x90;
      case 0xF4 -> second <= 0x8F;
      default -> true;
    };
  }

  /**
   * Bytes of the character beyond ASCII at {@code index} if it is whole and well-formed, else 0.
   */
  static int whole(ByteBuf buf, int index, int to) {
    byte lead = buf.getByte(index);
    int width = width(lead);
    if (width == 0 || to - index < width) {
      return 0;
    }
    for (int place = 1; place < width; place++) {
      if (!follows(lead, place, buf.getByte(index + place))) {
        return 0;
      }
    }
    return width;
  }
}
