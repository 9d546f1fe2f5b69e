package io.geminirelay.bench.jmh;

import io.netty.buffer.ByteBuf;

/** An upstream that speaks HTTP/1.1 and answers when a request has ended, always the same. */
final class Upstream implements FarEnd {
  private final byte[] answer;

  /** Answers as {@code talk} says. */
  Upstream(Talk talk) {
    this.answer = talk.answer();
  }

  @Override
  public void look(MemorySocket socket, ByteBuf piece) {
    if (piece.isReadable() && piece.getByte(piece.writerIndex() - 1) == Talk.END) {
      socket.send(answer);
    }
  }

  @Override
  public void ended(MemorySocket socket) {
    // The client's connection tells of it.
  }
}
