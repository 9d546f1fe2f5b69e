package io.geminirelay.bench.load.wire;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Finds the end of one HTTP/1.1 message among the bytes of its connection; messages never overlap
 * in a load run. Reads a body's length or looks for the last chunk at the end of the bytes.
 */
public final class MessageEnd {
  private static final long LAST_CHUNK = 0x0D0A_300D_0A0D_0AL;
  private static final long SEVEN_BYTES = 0xFF_FFFF_FFFF_FFFFL;
  private static final String LENGTH = "content-length:";
  private static final int CHUNKED = -1;

  private final StringBuilder head = new StringBuilder();
  private boolean inBody;
  private long missing;
  private long tail;

  /**
   * Reads what came; borrows.
   *
   * @return whether the message ends with these bytes
   */
  public boolean look(ByteBuf bytes) {
    int from = bytes.readerIndex();
    if (!inBody) {
      from = headEnd(bytes);
      if (from < 0) {
        return false;
      }
      open();
    }
    int count = bytes.writerIndex() - from;
    if (missing != CHUNKED) {
      missing -= count;
      return missing == 0;
    }
    for (int i = Math.max(from, bytes.writerIndex() - 7); i < bytes.writerIndex(); i++) {
      tail = (tail << 8 | bytes.getByte(i) & 0xFF) & SEVEN_BYTES;
    }
    return tail == LAST_CHUNK;
  }

  private int headEnd(ByteBuf bytes) {
    int before = head.length();
    head.append(bytes.toString(StandardCharsets.US_ASCII));
    int border = head.indexOf("\r\n\r\n");
    if (border < 0) {
      return -1;
    }
    head.setLength(border + 2);
    return bytes.readerIndex() + border + 4 - before;
  }

  private void open() {
    inBody = true;
    String lower = head.toString().toLowerCase(Locale.ROOT);
    int at = lower.indexOf(LENGTH);
    int from = at + LENGTH.length();
    missing =
        at < 0 ? CHUNKED : Long.parseLong(lower.substring(from, lower.indexOf('\r', from)).strip());
  }

  /** First line and fields of the message, without the blank line. */
  public String head() {
    return head.toString();
  }

  /** Forgets the message. */
  public void reset() {
    head.setLength(0);
    inBody = false;
    tail = 0;
  }
}
