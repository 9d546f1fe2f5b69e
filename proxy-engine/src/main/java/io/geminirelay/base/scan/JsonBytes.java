package io.geminirelay.base.scan;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What single bytes mean between the tokens of JSON, and the search for the end of a string. */
final class JsonBytes {
  /** Part of a number, a literal or anything else without quotes. */
  static final byte WORD = 0;

  static final byte SPACE = 1;
  static final byte LINE_END = 2;
  static final byte QUOTE = 3;
  static final byte OPEN = 4;
  static final byte CLOSE = 5;
  static final byte COMMA = 6;
  static final byte COLON = 7;

  /** A string is read through its buffer for so long, if at least so much of it may follow. */
  private static final int NEAR_BYTES = 2048;

  private static final int FAR_BYTES = 8192;

  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;
  private static final long DOUBLE_QUOTES = ONES * '"';
  private static final long BACKSLASHES = ONES * '\\';
  private static final long BLANKS = ONES * ' ';
  private static final byte[] KINDS = new byte[256];

  static {
    KINDS[' '] = SPACE;
    KINDS['\t'] = SPACE;
    KINDS['\n'] = LINE_END;
    KINDS['\r'] = LINE_END;
    KINDS['"'] = QUOTE;
    KINDS['\''] = QUOTE;
    KINDS['{'] = OPEN;
    KINDS['['] = OPEN;
    KINDS['}'] = CLOSE;
    KINDS[']'] = CLOSE;
    KINDS[','] = COMMA;
    KINDS[':'] = COLON;
  }

  private JsonBytes() {}

  /** Kind of a byte outside strings. */
  static byte kind(byte b) {
    return KINDS[b & 0xFF];
  }

  /** True for the three bytes of a UTF-8 byte order mark, which some senders put first. */
  static boolean isByteOrderMark(byte b) {
    return b == (byte) 0xEF || b == (byte) 0xBB || b == (byte) 0xBF;
  }

  /** Whether a bare word that begins with {@code first} could be a number or literal. */
  static boolean isPlausible(byte first, int length) {
    return switch (first) {
      case 't', 'n' -> length == 4;
      case 'f' -> length == 5;
      case '-', '+', '.', 'I', 'N' -> true;
      default -> first >= '0' && first <= '9';
    };
  }

  /**
   * Index of the first quote, backslash or control byte, or {@code to}: the hottest loop, eight
   * bytes at a step.
   */
  static int stringStop(ByteBuf buf, int from, int to, byte quote) {
    int i = from;
    long quotes = ONES * quote;
    boolean far = to - from >= FAR_BYTES && buf.nioBufferCount() == 1;
    int near = far ? from + NEAR_BYTES : to;
    for (int last = near - Long.BYTES; i <= last; i += Long.BYTES) {
      long marks = stops(buf.getLongLE(i), quotes);
      if (marks != 0) {
        return i + (Long.numberOfTrailingZeros(marks) >>> 3);
      }
    }
    if (far) {
      i = farStop(buf, i, to, quotes);
    }
    for (; i < to; i++) {
      byte b = buf.getByte(i);
      if (b == quote || b == '\\' || (b >= 0 && b < ' ')) {
        return i;
      }
    }
    return i;
  }

  /** The same for what has gone on for long, as media do: the way through the buffer costs more. */
  private static int farStop(ByteBuf buf, int from, int to, long quotes) {
    ByteBuffer bytes = buf.nioBuffer(from, to - from).order(ByteOrder.LITTLE_ENDIAN);
    int last = to - from - Long.BYTES;
    int i = 0;
    for (; i <= last; i += Long.BYTES) {
      long marks = stops(bytes.getLong(i), quotes);
      if (marks != 0) {
        return from + i + (Long.numberOfTrailingZeros(marks) >>> 3);
      }
    }
    return from + i;
  }

  /** Marks double quotes, backslashes and control bytes; the lowest mark is exact. */
  static long stringStops(long eight) {
    return stops(eight, DOUBLE_QUOTES);
  }

  private static long stops(long eight, long quotes) {
    // A byte with its high bit marked holds a hit. Borrows can make false marks, but only above
    // a true one, so the lowest mark is exact.
    long noQuote = eight ^ quotes;
    long noSlash = eight ^ BACKSLASHES;
    long marks =
        ((noQuote - ONES) & ~noQuote) | ((noSlash - ONES) & ~noSlash) | ((eight - BLANKS) & ~eight);
    return marks & HIGHS;
  }

  /** Index of the first CR or LF, or {@code to}. */
  static int lineEnd(ByteBuf buf, int from, int to) {
    for (int i = from; i < to; i++) {
      if (KINDS[buf.getByte(i) & 0xFF] == LINE_END) {
        return i;
      }
    }
    return to;
  }
}
