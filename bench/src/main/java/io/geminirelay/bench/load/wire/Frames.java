package io.geminirelay.bench.load.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

/** HTTP/2 frames as they are written (RFC 9113). */
public final class Frames {
  /** Length of a frame's head. */
  public static final int HEAD_BYTES = 9;

  /** Largest payload that need not be agreed on. */
  public static final int MAX_PAYLOAD = 16_384;

  /** Window of a connection, and of a stream, before anybody has said anything. */
  public static final int FIRST_WINDOW = 65_535;

  public static final int DATA = 0;
  public static final int HEADERS = 1;
  public static final int RST_STREAM = 3;
  public static final int SETTINGS = 4;
  public static final int PING = 6;
  public static final int GOAWAY = 7;
  public static final int WINDOW_UPDATE = 8;
  public static final int CONTINUATION = 9;

  /** Flag of DATA and HEADERS. */
  public static final int END_STREAM = 1;

  /** Flag of HEADERS. */
  public static final int END_HEADERS = 4;

  /** Flag of DATA and HEADERS. */
  public static final int PADDED = 8;

  /** Flag of HEADERS. */
  public static final int PRIORITY = 32;

  /** Flag of SETTINGS and PING. */
  public static final int ACK = 1;

  /** Setting of the window that new streams have. */
  public static final int INITIAL_WINDOW_SIZE = 4;

  /** Setting of how many streams there may be. */
  public static final int MAX_CONCURRENT_STREAMS = 3;

  /** Setting whether a server may push. */
  public static final int ENABLE_PUSH = 2;

  private static final int MAX_WINDOW = Integer.MAX_VALUE;
  private static final ByteBuf PREFACE = constant("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

  private Frames() {}

  /** What a client says first; the caller releases nothing. */
  public static ByteBuf preface() {
    return PREFACE.duplicate();
  }

  /** Writes a frame's head. */
  public static void head(ByteBuf out, int length, int type, int flags, int stream) {
    out.writeMedium(length).writeByte(type).writeByte(flags).writeInt(stream);
  }

  /** Settings, and the largest window for the connection. */
  public static ByteBuf settings(int... namesAndValues) {
    ByteBuf out = Unpooled.directBuffer();
    head(out, namesAndValues.length / 2 * 6, SETTINGS, 0, 0);
    for (int i = 0; i < namesAndValues.length; i += 2) {
      out.writeShort(namesAndValues[i]).writeInt(namesAndValues[i + 1]);
    }
    windowUpdate(out, 0, MAX_WINDOW - FIRST_WINDOW);
    return out;
  }

  /** Settings of one who never wants to be kept waiting. */
  public static ByteBuf wideSettings(int name, int value) {
    return settings(name, value, INITIAL_WINDOW_SIZE, MAX_WINDOW);
  }

  /** Lets {@code more} bytes come. */
  public static void windowUpdate(ByteBuf out, int stream, int more) {
    head(out, 4, WINDOW_UPDATE, 0, stream);
    out.writeInt(more);
  }

  /** ASCII that is written over and over. */
  public static ByteBuf constant(String text) {
    ByteBuf bytes = Unpooled.directBuffer(text.length());
    ByteBufUtil.writeAscii(bytes, text);
    return constant(bytes);
  }

  /** The same of bytes; takes them. */
  public static ByteBuf constant(ByteBuf bytes) {
    return Unpooled.unreleasableBuffer(bytes.asReadOnly());
  }
}
