package io.geminirelay.bench.jmh;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** A client that speaks HTTP/1.1. */
final class Http1Client implements Client {
  /** The last bytes of a chunked answer; those of the last chunk alone may end a head, too. */
  private static final long CHUNKS_END = 0x0D_0A_30_0D_0A_0D_0AL;

  private static final long SEVEN_BYTES = (1L << 56) - 1;
  private static final int CODE_AT = "HTTP/1.1 ".length();

  private final byte[] request;

  private Series series = new Series(0);
  private boolean answering;
  private long tail;

  /** Asks what {@code talk} says. */
  Http1Client(Talk talk) {
    String head =
        "POST "
            + talk.path()
            + " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAccept: */*\r\n"
            + "Content-Type: application/json\r\nx-goog-api-key: "
            + Talk.TOKEN
            + "\r\nContent-Length: "
            + talk.body().length()
            + "\r\n\r\n";
    this.request = (head + talk.body()).getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public void begin(MemorySocket socket, Series next) {
    series = next;
    ask(socket);
  }

  private void ask(MemorySocket socket) {
    answering = false;
    tail = 0;
    if (series.goesOn()) {
      socket.send(request);
    }
  }

  @Override
  public void look(MemorySocket socket, ByteBuf piece) {
    if (!piece.isReadable()) {
      return;
    }
    if (!answering && piece.getByte(piece.readerIndex() + CODE_AT) != '2') {
      series.fail("no success", piece);
      return;
    }
    answering = true;
    series.received(piece.readableBytes());
    int end = piece.writerIndex();
    for (int i = Math.max(piece.readerIndex(), end - Long.BYTES); i < end; i++) {
      tail = tail << Byte.SIZE | (piece.getByte(i) & 0xFF);
    }
    if ((tail & 0xFF) == Talk.END || (tail & SEVEN_BYTES) == CHUNKS_END) {
      ask(socket);
    }
  }

  @Override
  public void ended(MemorySocket socket) {
    series.fail("the gateway has closed the connection");
  }
}
