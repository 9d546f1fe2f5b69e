package io.geminirelay.base.telemetry;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;

/**
 * The bytes of lines of the log, one after the other, in an array that is used again and again:
 * where texts hold nothing but printable ASCII, adding to it makes no garbage. For one thread.
 *
 * <p>JSON is ASCII alone: every other character is written as {@code \}{@code uXXXX}.
 */
final class LineBytes {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final byte[] HEX = ascii("0123456789ABCDEF");
  private static final byte[] LEAST = ascii(Long.toString(Long.MIN_VALUE));
  private static final int FIRST_BYTES = 1 << 10;
  private static final int MOST_DIGITS = 20;
  private static final int ESCAPED_BYTES = 6;
  private static final int SECOND_MILLIS = 1_000;
  private static final int CASE = 'a' - 'A';

  private byte[] bytes = new byte[FIRST_BYTES];
  private int length;

  /** The second of which {@link #secondText} is the text. */
  private long second = Long.MIN_VALUE;

  private byte[] secondText = {};

  LineBytes() {}

  /** {@code text}, which is ASCII, as bytes. */
  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** The array, of which the first {@link #length} bytes are used; another one after adding. */
  byte[] array() {
    return bytes;
  }

  int length() {
    return length;
  }

  /** Leaves only the first {@code count} bytes. */
  void cut(int count) {
    length = count;
  }

  /** Forgets all, and the array as well if it is longer than {@code mostBytes}. */
  void clear(int mostBytes) {
    length = 0;
    if (bytes.length > mostBytes) {
      bytes = new byte[FIRST_BYTES];
    }
  }

  byte[] copy() {
    return Arrays.copyOf(bytes, length);
  }

  boolean endsWith(char c) {
    return length > 0 && bytes[length - 1] == c;
  }

  private void room(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }

  /** Adds one byte. */
  void raw(char c) {
    room(1);
    bytes[length++] = (byte) c;
  }

  /** Adds bytes as they are. */
  void raw(byte[] more) {
    room(more.length);
    System.arraycopy(more, 0, bytes, length, more.length);
    length += more.length;
  }

  /** Adds the name of a constant, in lower case. */
  void lower(String name) {
    room(name.length());
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      bytes[length++] = (byte) (c >= 'A' && c <= 'Z' ? c + CASE : c);
    }
  }

  /** Adds a moment, as {@code 2026-07-15T19:00:00.000Z}. */
  void time(long epochMillis) {
    long now = Math.floorDiv(epochMillis, SECOND_MILLIS);
    if (now != second) {
      // Lines of one second share all but its thousandths.
      secondText = ascii(TIME.format(Instant.ofEpochSecond(now)));
      second = now;
    }
    raw(secondText);
    int millis = Math.floorMod(epochMillis, SECOND_MILLIS);
    room(4);
    bytes[length] = (byte) ('0' + millis / 100);
    bytes[length + 1] = (byte) ('0' + millis / 10 % 10);
    bytes[length + 2] = (byte) ('0' + millis % 10);
    bytes[length + 3] = 'Z';
    length += 4;
  }

  /** Adds a number. */
  void number(long value) {
    if (value == Long.MIN_VALUE) {
      raw(LEAST);
      return;
    }
    room(MOST_DIGITS);
    long left = Math.abs(value);
    if (value < 0) {
      bytes[length++] = '-';
    }
    int digits = 1;
    for (long rest = left / 10; rest > 0; rest /= 10) {
      digits++;
    }
    for (int i = length + digits - 1; i >= length; i--) {
      bytes[i] = (byte) ('0' + left % 10);
      left /= 10;
    }
    length += digits;
  }

  /** Adds a text as it stands within a string of JSON, see {@link LineText#whole}. */
  void text(String text) {
    text(text, text.length());
  }

  /** Adds the first {@code count} characters of {@code text}, likewise. */
  void text(String text, int count) {
    room(count);
    byte[] to = bytes;
    int at = length;
    for (int i = 0; i < count; i++) {
      char c = text.charAt(i);
      if (c < ' ' || c > '~' || c == '"' || c == '\\') {
        // What was added so far lies behind the end, and is written once more.
        escaped(LineText.whole(text.substring(0, count)));
        return;
      }
      to[at + i] = (byte) c;
    }
    length = at + count;
  }

  private void escaped(String text) {
    room(text.length() * ESCAPED_BYTES);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        escape(c);
      } else if (c >= ' ' && c <= '~') {
        bytes[length++] = (byte) c;
      } else {
        control(c);
      }
    }
  }

  private void control(char c) {
    switch (c) {
      case '\b' -> escape('b');
      case '\t' -> escape('t');
      case '\n' -> escape('n');
      case '\f' -> escape('f');
      case '\r' -> escape('r');
      default -> {
        escape('u');
        for (int shift = 12; shift >= 0; shift -= 4) {
          bytes[length++] = HEX[c >> shift & 0xF];
        }
      }
    }
  }

  private void escape(char c) {
    bytes[length++] = '\\';
    bytes[length++] = (byte) c;
  }
}
