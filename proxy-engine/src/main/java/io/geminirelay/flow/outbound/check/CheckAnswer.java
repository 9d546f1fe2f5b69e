package io.geminirelay.flow.outbound.check;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpContent;

/**
 * The body of one answer, up to a bound: what an error says stands at its beginning, and of a list
 * of models nothing is read. Owns its buffer until {@link #release}; belongs to one event loop.
 */
final class CheckAnswer {
  private static final int MAX_KEPT_BYTES = 64 * 1024;

  /** More than any list of models; what is longer is not waited for. */
  private static final int MAX_BYTES = 1024 * 1024;

  private final int status;
  // Owner: this object, until released.
  private final ByteBuf kept;
  private long bytes;
  private boolean released;

  CheckAnswer(int status, ByteBufAllocator alloc) {
    this.status = status;
    this.kept = alloc.buffer();
  }

  int status() {
    return status;
  }

  /** The beginning of the body; borrowed. */
  ByteBuf kept() {
    return kept;
  }

  /** Adds a piece. Takes ownership. */
  void take(HttpContent piece) {
    try {
      ByteBuf content = piece.content();
      bytes += content.readableBytes();
      int room = MAX_KEPT_BYTES - kept.readableBytes();
      if (!released && room > 0) {
        kept.writeBytes(content, content.readerIndex(), Math.min(room, content.readableBytes()));
      }
    } finally {
      piece.release();
    }
  }

  /** Whether so much has come that the rest is not worth its bytes. */
  boolean isTooLong() {
    return bytes > MAX_BYTES;
  }

  /** Lets go of the buffer; a second time does nothing. */
  void release() {
    if (!released) {
      released = true;
      kept.release();
    }
  }
}
