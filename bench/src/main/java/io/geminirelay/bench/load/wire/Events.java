package io.geminirelay.bench.load.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * The events of the upstream's streams: 300 bytes each, with a mark that occurs nowhere else in an
 * answer. Behind it stands when the event was due, by the clock that all processes of the machine
 * share ({@link System#nanoTime}), as 16 digits; zeros where nobody asks.
 */
public final class Events {
  /** Length of one. */
  public static final int BYTES = 300;

  /** Occurs once in each. */
  public static final byte MARK = '~';

  /** Digits behind the mark. */
  public static final int DIGITS = 16;

  /** What {@link #due} says of digits that did not come in one piece. */
  public static final long UNREADABLE = -1;

  private static final String FRAME =
      "data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"~0000000000000000%s\"}],"
          + "\"role\": \"model\"},\"index\": 0}],\"usageMetadata\": {\"promptTokenCount\":"
          + " 8,\"candidatesTokenCount\": 64,\"totalTokenCount\": 72},\"modelVersion\":"
          + " \"gemini-2.5-flash\"}\r\n\r\n";
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  /** Where the digits begin in an event. */
  private static final int DIGITS_AT = FRAME.indexOf(MARK) + 1;

  private Events() {}

  /** So many events that tell no time. */
  public static ByteBuf untimed(int count) {
    String event = FRAME.formatted("x".repeat(BYTES - FRAME.length() + 2));
    ByteBuf bytes = Unpooled.directBuffer(count * BYTES);
    ByteBufUtil.writeAscii(bytes, event.repeat(count));
    return bytes;
  }

  /** Writes into the event that begins at {@code at} when it was due. */
  public static void stamp(ByteBuf bytes, int at, long dueNanos) {
    for (int i = 0; i < DIGITS; i++) {
      int digit = (int) (dueNanos >>> (60 - 4 * i)) & 0xF;
      bytes.setByte(at + DIGITS_AT + i, HEX[digit]);
    }
  }

  /**
   * When the event was due whose mark is at {@code mark}, or {@link #UNREADABLE} where the bytes
   * end or the framing of a body comes between: a proxy may cut an event anywhere.
   */
  public static long due(ByteBuf bytes, int mark) {
    if (mark + DIGITS >= bytes.writerIndex()) {
      return UNREADABLE;
    }
    long due = 0;
    for (int i = 1; i <= DIGITS; i++) {
      int digit = Character.digit(bytes.getByte(mark + i), 16);
      if (digit < 0) {
        return UNREADABLE;
      }
      due = due << 4 | digit;
    }
    return due;
  }
}
