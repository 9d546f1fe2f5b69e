package io.geminirelay.flow.interpret;

import io.geminirelay.base.scan.Utf8Decoder;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Which bytes the inside of a JSON string may hold as they are (RFC 8259 section 7). Pure. */
final class JsonText {
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;
  private static final long QUOTES = ONES * '"';
  private static final long BACKSLASHES = ONES * '\\';
  private static final long BLANKS = ONES * ' ';
  private static final String HEX = "0123456789abcdef";
  private static final byte[][] ESCAPES = escapes();

  private JsonText() {}

  /**
   * Index behind the longest run from {@code from} of whole, well-formed UTF-8 characters that need
   * no escape.
   */
  static int plainEnd(ByteBuf buf, int from, int to) {
    int i = from;
    while (i < to) {
      i = asciiEnd(buf, i, to);
      // Where one of eight bytes is not plain ASCII the next eight are looked at one by one.
      for (int stop = Math.min(to, i + Long.BYTES); i < stop; ) {
        byte b = buf.getByte(i);
        int width = b >= 0 ? (isPlain(b) ? 1 : 0) : Utf8Decoder.whole(buf, i, to);
        if (width == 0) {
          return i;
        }
        i += width;
      }
    }
    return i;
  }

  private static int asciiEnd(ByteBuf buf, int from, int to) {
    int i = from;
    for (int last = to - Long.BYTES; i <= last; i += Long.BYTES) {
      long eight = buf.getLongLE(i);
      long noQuote = eight ^ QUOTES;
      long noSlash = eight ^ BACKSLASHES;
      // A high bit marks a hit, or a byte beyond ASCII; false marks only cost a closer look.
      long marks = eight | (noQuote - ONES) | (noSlash - ONES) | (eight - BLANKS);
      if ((marks & HIGHS) != 0) {
        break;
      }
    }
    return i;
  }

  private static boolean isPlain(byte b) {
    return b >= ' ' && b != '"' && b != '\\';
  }

  /** The escape of an ASCII character that may not stand for itself, or null if it may. */
  static byte @Nullable [] escape(int c) {
    return c < ESCAPES.length ? ESCAPES[c] : null;
  }

  private static byte[][] escapes() {
    byte[][] all = new byte['\\' + 1][];
    for (int c = 0; c < ' '; c++) {
      all[c] =
          new byte[] {'\\', 'u', '0', '0', (byte) HEX.charAt(c >> 4), (byte) HEX.charAt(c & 15)};
    }
    String named = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (int i = 0; i < named.length(); i += 2) {
      all[named.charAt(i)] = new byte[] {'\\', (byte) named.charAt(i + 1)};
    }
    return all;
  }
}
