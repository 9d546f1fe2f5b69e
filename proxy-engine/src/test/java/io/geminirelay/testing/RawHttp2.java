package io.geminirelay.testing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One end of an HTTP/2 connection that sends whatever bytes it is told, right or wrong, and names
 * the frames that come back. Waits thirty seconds at most. One thread.
 */
public final class RawHttp2 implements AutoCloseable {
  public static final int DATA = 0;
  public static final int HEADERS = 1;
  public static final int PRIORITY = 2;
  public static final int RST_STREAM = 3;
  public static final int SETTINGS = 4;
  public static final int PUSH_PROMISE = 5;
  public static final int PING = 6;
  public static final int GOAWAY = 7;
  public static final int WINDOW_UPDATE = 8;
  public static final int CONTINUATION = 9;

  public static final int END_STREAM = 0x1;
  public static final int ACK = 0x1;
  public static final int END_HEADERS = 0x4;
  public static final int PADDED = 0x8;
  public static final int HAS_PRIORITY = 0x20;

  public static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private static final int PATIENCE_MILLIS = 30_000;

  private final Socket socket;
  private final DataInputStream in;
  private final DefaultHttp2HeadersDecoder headers = new DefaultHttp2HeadersDecoder(false);
  private final List<String> seen = new ArrayList<>();

  /** Takes over {@code socket}, and sends nothing by itself. */
  public RawHttp2(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
    this.in = new DataInputStream(socket.getInputStream());
  }

  /** Connects to this machine with prior knowledge, and sends preface and SETTINGS. */
  public static RawHttp2 connect(int port) throws IOException {
    RawHttp2 raw = new RawHttp2(new Socket("127.0.0.1", port));
    raw.send(PREFACE, settings());
    return raw;
  }

  /** One frame that came. */
  public record Frame(int type, int flags, int stream, byte[] payload) {
    public boolean ends() {
      return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
    }
  }

  // -- what is sent

  /** Sends all of it at once; false when the other side has closed. */
  public boolean send(byte[]... pieces) {
    try {
      socket.getOutputStream().write(join(pieces));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  public static byte[] join(byte[]... pieces) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] piece : pieces) {
      all.writeBytes(piece);
    }
    return all.toByteArray();
  }

  /** The same bytes so many times. */
  public static byte[] times(int count, byte[] bytes) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < count; i++) {
      all.writeBytes(bytes);
    }
    return all.toByteArray();
  }

  public static byte[] frame(int type, int flags, int stream, byte[] payload) {
    return join(frameHead(payload.length, type, flags, stream), payload);
  }

  /** A frame head alone, whatever follows. */
  public static byte[] frameHead(int length, int type, int flags, int stream) {
    byte[] head = {(byte) (length >> 16), (byte) (length >> 8), (byte) length, 0, 0, 0, 0, 0, 0};
    head[3] = (byte) type;
    head[4] = (byte) flags;
    System.arraycopy(number(stream), 0, head, 5, 4);
    return head;
  }

  /** Four bytes. */
  public static byte[] number(int value) {
    return new byte[] {
      (byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value
    };
  }

  /** SETTINGS of id and value in turn. */
  public static byte[] settings(int... idsAndValues) {
    byte[] all = {};
    for (int i = 0; i < idsAndValues.length; i += 2) {
      byte[] id = {0, (byte) idsAndValues[i]};
      all = join(all, id, number(idsAndValues[i + 1]));
    }
    return frame(SETTINGS, 0, 0, all);
  }

  public static byte[] ping() {
    return frame(PING, 0, 0, new byte[8]);
  }

  public static byte[] reset(int stream, Http2Error error) {
    return frame(RST_STREAM, 0, stream, number((int) error.code()));
  }

  public static byte[] windowUpdate(int stream, int more) {
    return frame(WINDOW_UPDATE, 0, stream, number(more));
  }

  public static byte[] goAway(int last, Http2Error error) {
    return frame(GOAWAY, 0, 0, join(number(last), number((int) error.code())));
  }

  public static byte[] data(int stream, String text, boolean ends) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    return frame(DATA, ends ? END_STREAM : 0, stream, bytes);
  }

  /** A whole header block in one frame, of names and values in turn. */
  public static byte[] headers(int stream, boolean ends, String... namesAndValues) {
    int flags = END_HEADERS | (ends ? END_STREAM : 0);
    return frame(HEADERS, flags, stream, block(namesAndValues));
  }

  /** Names and values in turn as literals without indexing (RFC 7541 section 6.2.2), unchecked. */
  public static byte[] block(String... namesAndValues) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      all.write(0);
      writeText(all, namesAndValues[i]);
      writeText(all, namesAndValues[i + 1]);
    }
    return all.toByteArray();
  }

  private static void writeText(ByteArrayOutputStream out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    int rest = bytes.length;
    if (rest < 0x7f) {
      out.write(rest);
    } else {
      out.write(0x7f);
      for (rest -= 0x7f; rest > 0x7f; rest >>= 7) {
        out.write(0x80 | (rest & 0x7f));
      }
      out.write(rest);
    }
    out.writeBytes(bytes);
  }

  // -- what comes

  /** Reads the preface of a client. */
  public void readPreface() throws IOException {
    in.readNBytes(PREFACE.length);
  }

  /** The next frame, or null where the other side has closed. */
  public @Nullable Frame next() {
    try {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      int stream = in.readInt();
      byte[] payload = new byte[length];
      in.readFully(payload);
      return new Frame(type, flags, stream, payload);
    } catch (SocketTimeoutException e) {
      throw new AssertionError("nothing came after " + seen, e);
    } catch (EOFException e) {
      return null;
    } catch (IOException e) {
      return null; // reset by the other side
    }
  }

  /**
   * The next of what matters, in words: {@code 1: 200}, {@code 1: end}, {@code 1: reset CANCEL},
   * {@code goaway PROTOCOL_ERROR}, {@code closed}.
   */
  public String event() {
    while (true) {
      Frame frame = next();
      String words = frame == null ? "closed" : words(frame);
      if (!words.isEmpty()) {
        seen.add(words);
        return words;
      }
    }
  }

  private String words(Frame frame) {
    String start = frame.stream() + ": ";
    return switch (frame.type()) {
      case HEADERS -> start + status(frame) + (frame.ends() ? " end" : "");
      case DATA -> frame.ends() ? start + "end" : "";
      case RST_STREAM -> start + "reset " + error(frame.payload(), 0);
      case GOAWAY -> {
        String error = error(frame.payload(), 4);
        yield error.equals("NO_ERROR") ? "" : "goaway " + error;
      }
      default -> "";
    };
  }

  private static String error(byte[] payload, int at) {
    return String.valueOf(Http2Error.valueOf(Unpooled.wrappedBuffer(payload).getUnsignedInt(at)));
  }

  private String status(Frame frame) {
    CharSequence status = fields(frame).status();
    return status == null ? "trailers" : status.toString();
  }

  /** Decodes the header block of {@code frame}; each block once, in order. */
  public Http2Headers fields(Frame frame) {
    ByteBuf block = Unpooled.wrappedBuffer(frame.payload());
    if ((frame.flags() & HAS_PRIORITY) != 0) {
      block.skipBytes(5);
    }
    try {
      return headers.decodeHeaders(frame.stream(), block);
    } catch (Http2Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Waits for these words. */
  public void await(String words) {
    await(words::equals, words);
  }

  /** Waits for words that fit. */
  public String await(Predicate<String> fits, String what) {
    while (true) {
      String event = event();
      if (fits.test(event)) {
        return event;
      }
      if (event.equals("closed")) {
        throw new AssertionError(what + " did not come: " + seen);
      }
    }
  }

  /** What came so far, in words. */
  public List<String> seen() {
    return List.copyOf(seen);
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Drops whatever comes until the other side closes. */
  public void drain() throws IOException {
    InputStream rest = in;
    rest.transferTo(java.io.OutputStream.nullOutputStream());
  }
}
