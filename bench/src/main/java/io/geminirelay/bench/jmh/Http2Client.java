package io.geminirelay.bench.jmh;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * A client that speaks HTTP/2 with prior knowledge, one stream after the other. Its header fields
 * are in the dynamic table from the second request on, as those of a real one (RFC 7541).
 */
final class Http2Client implements Client {
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int GO_AWAY = 7;
  private static final int WINDOW_UPDATE = 8;
  private static final int END_STREAM = 1;
  private static final int ACK = 1;
  private static final int END_HEADERS = 4;

  private static final int HEAD_BYTES = 9;
  private static final int STREAM_AT = 5;
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int WINDOW = Integer.MAX_VALUE;
  private static final int STANDARD_WINDOW = 65_535;
  private static final int REFILL = 1 << 30;

  /** {@code :status: 200}, {@code :method: POST} and {@code :scheme: http} of the static table. */
  private static final int STATUS_200 = 0x88;

  private static final int POST = 0x83;
  private static final int HTTP = 0x86;

  /** A field that is added to the dynamic table; its name is in the static one, or follows. */
  private static final int ADDED = 0x40;

  /** A field of the table; the newest of the dynamic one has this number. */
  private static final int KNOWN = 0x80;

  private static final int NEWEST = 62;

  private final byte[] first;
  private final byte[] later;
  private final byte[] settingsAck = frame(SETTINGS, ACK, 0, new byte[0]);
  private final byte[] refill = frame(WINDOW_UPDATE, 0, 0, number(REFILL));
  private final int dataAt;
  private Series series = new Series(0);
  private int stream = -1;

  private final byte[] head = new byte[HEAD_BYTES];
  private int headBytes;
  private int payloadLeft;
  private boolean payloadBegins;
  private int unacknowledged;

  /** Asks what {@code talk} says. */
  Http2Client(Talk talk) {
    byte[] body = frame(DATA, END_STREAM, 1, talk.body().getBytes(US_ASCII));
    byte[] known = frame(HEADERS, END_HEADERS, 1, knownFields());
    this.later = joined(known, body);
    this.dataAt = known.length;
    ByteBuffer setting = ByteBuffer.allocate(Short.BYTES + Integer.BYTES);
    setting.putShort((short) INITIAL_WINDOW_SIZE).putInt(WINDOW);
    this.first =
        joined(
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII),
            frame(SETTINGS, 0, 0, setting.array()),
            frame(WINDOW_UPDATE, 0, 0, number(WINDOW - STANDARD_WINDOW)),
            frame(HEADERS, END_HEADERS, 1, newFields(talk)),
            body);
  }

  private static byte[] newFields(Talk talk) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    block.write(POST);
    block.write(HTTP);
    add(block, 4, talk.path());
    add(block, 1, "localhost");
    add(block, 58, "bench");
    add(block, 19, "*/*");
    add(block, 31, "application/json");
    add(block, 28, Integer.toString(talk.body().length()));
    block.write(ADDED);
    text(block, "x-goog-api-key");
    text(block, Talk.TOKEN);
    return block.toByteArray();
  }

  /** The same, all of it in the tables now. */
  private static byte[] knownFields() {
    byte[] block = new byte[9];
    block[0] = (byte) POST;
    block[1] = (byte) HTTP;
    for (int i = 2; i < block.length; i++) {
      block[i] = (byte) (KNOWN | (NEWEST + block.length - 1 - i));
    }
    return block;
  }

  private static void add(ByteArrayOutputStream block, int name, String value) {
    block.write(ADDED | name);
    text(block, value);
  }

  /** Shorter than 127 bytes, and as it is. */
  private static void text(ByteArrayOutputStream block, String text) {
    block.write(text.length());
    block.writeBytes(text.getBytes(US_ASCII));
  }

  private static byte[] number(int value) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
  }

  private static byte[] frame(int type, int flags, int stream, byte[] payload) {
    return ByteBuffer.allocate(HEAD_BYTES + payload.length)
        .putInt(payload.length << Byte.SIZE | type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  @Override
  public void begin(MemorySocket socket, Series next) {
    series = next;
    ask(socket);
  }

  private void ask(MemorySocket socket) {
    if (!series.goesOn()) {
      return;
    }
    stream += 2;
    if (stream == 1) {
      socket.send(first);
    } else {
      ByteBuffer request = ByteBuffer.wrap(later);
      request.putInt(STREAM_AT, stream).putInt(dataAt + STREAM_AT, stream);
      socket.send(later);
    }
  }

  @Override
  public void look(MemorySocket socket, ByteBuf piece) {
    int at = piece.readerIndex();
    int end = piece.writerIndex();
    series.received(end - at);
    while (at < end) {
      if (headBytes < HEAD_BYTES) {
        head[headBytes++] = piece.getByte(at++);
        if (headBytes < HEAD_BYTES) {
          continue;
        }
        payloadLeft = (head[0] & 0xFF) << 16 | (head[1] & 0xFF) << 8 | (head[2] & 0xFF);
        payloadBegins = true;
      } else if (payloadBegins && isRefusal(piece.getByte(at))) {
        series.fail("no success", piece);
        return;
      } else {
        payloadBegins = false;
        int length = Math.min(payloadLeft, end - at);
        payloadLeft -= length;
        at += length;
      }
      if (payloadLeft == 0) {
        headBytes = 0;
        received(socket);
      }
    }
  }

  private boolean isRefusal(byte firstOfPayload) {
    return switch (head[3]) {
      case RST_STREAM, GO_AWAY -> true;
      case HEADERS -> (firstOfPayload & 0xFF) != STATUS_200;
      default -> false;
    };
  }

  /** A frame is here as a whole. */
  private void received(MemorySocket socket) {
    boolean flagged = (head[4] & 1) != 0;
    switch (head[3]) {
      case SETTINGS -> {
        if (!flagged) {
          socket.send(settingsAck);
        }
      }
      case DATA, HEADERS -> {
        // Heads are counted too, which only widens the window a little too early.
        unacknowledged += (head[0] & 0xFF) << 16 | (head[1] & 0xFF) << 8 | (head[2] & 0xFF);
        if (unacknowledged >= REFILL) {
          unacknowledged -= REFILL;
          socket.send(refill);
        }
        if (flagged) {
          ask(socket);
        }
      }
      default -> {
        // Windows of ours, which are wide enough.
      }
    }
  }

  @Override
  public void ended(MemorySocket socket) {
    series.fail("the gateway has closed the connection");
  }
}
