package io.geminirelay.base.scan;

import io.netty.buffer.ByteBuf;

/**
 * Reads the inside of one JSON string (RFC 8259 section 7), cut anywhere, and tells the listener
 * its plain bytes and its escaped characters.
 *
 * <p>Raw control characters pass as plain bytes, and an unknown escape stands for its character, as
 * Google's parser takes them. Not thread-safe: belongs to one scanner.
 */
final class StringPieces {
  private static final int PLAIN = 0;
  private static final int AFTER_BACKSLASH = 1;
  private static final int FIRST_DIGIT = 2;
  private static final int BEHIND_DIGITS = 6;

  private final JsonListener listener;
  private byte quote;
  private int step;
  private int unit;
  private int high;
  private boolean ended;
  private boolean broken;

  StringPieces(JsonListener listener) {
    this.listener = listener;
  }

  /** Begins the inside of a string that ends with {@code quoteByte}. */
  void begin(byte quoteByte) {
    quote = quoteByte;
    step = PLAIN;
    high = 0;
    ended = false;
    broken = false;
  }

  /** Whether the closing quote was read. */
  boolean ended() {
    return ended;
  }

  /** Whether something was read that no string may hold. */
  boolean broken() {
    return broken;
  }

  /** Reads on; returns the index behind the closing quote, or {@code to}. */
  int look(ByteBuf buf, int from, int to) {
    int i = from;
    while (i < to && !ended && !broken) {
      i = step == PLAIN ? plain(buf, i, to) : escape(buf, i);
    }
    return i;
  }

  private int plain(ByteBuf buf, int from, int to) {
    int stop = JsonBytes.stringStop(buf, from, to, quote);
    while (stop < to && buf.getByte(stop) >= 0 && buf.getByte(stop) < ' ') {
      stop = JsonBytes.stringStop(buf, stop + 1, to, quote);
    }
    if (stop > from) {
      loneSurrogate();
      listener.text(buf, from, stop);
    }
    if (stop == to) {
      return to;
    }
    if (buf.getByte(stop) == quote) {
      loneSurrogate();
      ended = true;
    } else {
      step = AFTER_BACKSLASH;
    }
    return stop + 1;
  }

  private int escape(ByteBuf buf, int index) {
    byte b = buf.getByte(index);
    if (step >= FIRST_DIGIT) {
      digit(b);
      return index + 1;
    }
    if (b == 'u') {
      step = FIRST_DIGIT;
      unit = 0;
      return index + 1;
    }
    step = PLAIN;
    if (b < 0) {
      // A character beyond ASCII stands for itself; its bytes are plain ones.
      return index;
    }
    loneSurrogate();
    listener.character(
        switch (b) {
          case 'n' -> '\n';
          case 't' -> '\t';
          case 'r' -> '\r';
          case 'b' -> '\b';
          case 'f' -> '\f';
          default -> b;
        });
    return index + 1;
  }

  private void digit(byte b) {
    int digit = b < 0 ? -1 : Character.digit(b, 16);
    if (digit < 0) {
      broken = true;
      return;
    }
    unit = unit << 4 | digit;
    if (++step == BEHIND_DIGITS) {
      step = PLAIN;
      codeUnit((char) unit);
    }
  }

  private void codeUnit(char read) {
    if (Character.isLowSurrogate(read) && high != 0) {
      int point = Character.toCodePoint((char) high, read);
      high = 0;
      listener.character(point);
      return;
    }
    loneSurrogate();
    if (Character.isHighSurrogate(read)) {
      high = read;
    } else {
      listener.character(read);
    }
  }

  private void loneSurrogate() {
    if (high != 0) {
      int lone = high;
      high = 0;
      listener.character(lone);
    }
  }
}
