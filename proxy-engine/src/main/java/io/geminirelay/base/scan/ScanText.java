package io.geminirelay.base.scan;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A short text collected byte by byte from a passing body, JSON escapes undone (RFC 8259 section
 * 7).
 *
 * <p>Memory is the fixed size given at construction; what is longer is only marked {@link
 * #overlong}. Not thread-safe: belongs to one scanner.
 */
final class ScanText {
  /** What {@link #asLong} answers when the text is no whole number of 64 bits. */
  static final long NO_NUMBER = Long.MIN_VALUE;

  private static final int MAX_DIGITS = 18;

  private final byte[] bytes;
  private int length;
  private boolean overlong;
  private boolean invalid;
  private int escapeStep;
  private int codeUnit;
  private int highSurrogate;

  ScanText(int maxBytes) {
    bytes = new byte[maxBytes];
  }

  /** Forgets the text. */
  void clear() {
    length = 0;
    overlong = false;
    invalid = false;
    escapeStep = 0;
    highSurrogate = 0;
  }

  /** Adds one byte that stands for itself. */
  void append(byte b) {
    if (length < bytes.length) {
      bytes[length++] = b;
    } else {
      overlong = true;
    }
  }

  /** Notes that a backslash was read: the next bytes go to {@link #escaped}. */
  void beginEscape() {
    escapeStep = 1;
  }

  /** True between a backslash and the end of what it escapes. */
  boolean inEscape() {
    return escapeStep != 0;
  }

  /** Adds a byte of an escape. */
  void escaped(byte b) {
    if (escapeStep > 1) {
      hexDigit(b);
      return;
    }
    escapeStep = 0;
    switch (b) {
      case 'u' -> {
        escapeStep = 2;
        codeUnit = 0;
      }
      case 'n' -> append((byte) '\n');
      case 't' -> append((byte) '\t');
      case 'r' -> append((byte) '\r');
      case 'b' -> append((byte) '\b');
      case 'f' -> append((byte) '\f');
      default -> append(b);
    }
  }

  private void hexDigit(byte b) {
    int digit = b < 0 ? -1 : Character.digit(b, 16);
    if (digit < 0) {
      invalid = true;
      escapeStep = 0;
      return;
    }
    codeUnit = codeUnit << 4 | digit;
    if (++escapeStep == 6) {
      escapeStep = 0;
      appendCodeUnit(codeUnit);
    }
  }

  private void appendCodeUnit(int unit) {
    if (Character.isHighSurrogate((char) unit)) {
      highSurrogate = unit;
    } else if (Character.isLowSurrogate((char) unit) && highSurrogate != 0) {
      int point = Character.toCodePoint((char) highSurrogate, (char) unit);
      highSurrogate = 0;
      append((byte) (0xF0 | point >> 18));
      append((byte) (0x80 | point >> 12 & 0x3F));
      append((byte) (0x80 | point >> 6 & 0x3F));
      append((byte) (0x80 | point & 0x3F));
    } else if (unit < 0x80) {
      append((byte) unit);
    } else if (unit < 0x800) {
      append((byte) (0xC0 | unit >> 6));
      append((byte) (0x80 | unit & 0x3F));
    } else {
      append((byte) (0xE0 | unit >> 12));
      append((byte) (0x80 | unit >> 6 & 0x3F));
      append((byte) (0x80 | unit & 0x3F));
    }
  }

  /** True if the text was longer than fits; the rest of it is lost. */
  boolean overlong() {
    return overlong;
  }

  /** True if an escape in the text was not one. */
  boolean invalid() {
    return invalid;
  }

  /** Bytes kept. */
  int length() {
    return length;
  }

  /** The first byte, or 0 if there is none. */
  byte first() {
    return length == 0 ? 0 : bytes[0];
  }

  /** Tells whether the text is exactly {@code other}. */
  boolean is(byte[] other) {
    return length == other.length
        && !overlong
        && Arrays.equals(bytes, 0, length, other, 0, other.length);
  }

  /** The text as a whole number, or {@link #NO_NUMBER}. */
  long asLong() {
    boolean negative = first() == '-';
    int start = negative ? 1 : 0;
    if (overlong || length == start || length - start > MAX_DIGITS) {
      return NO_NUMBER;
    }
    long value = 0;
    for (int i = start; i < length; i++) {
      int digit = bytes[i] - '0';
      if (digit < 0 || digit > 9) {
        return NO_NUMBER;
      }
      value = value * 10 + digit;
    }
    return negative ? -value : value;
  }

  /** The text as a new String. */
  String asString() {
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }
}
