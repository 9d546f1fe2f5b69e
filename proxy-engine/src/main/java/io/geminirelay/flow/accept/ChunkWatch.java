package io.geminirelay.flow.accept;

import io.netty.buffer.ByteBuf;

/**
 * Follows a chunked body over the bytes that the parser has taken, to see what the parser repairs
 * unasked: a folded line among the trailers (RFC 9112 section 5.2).
 *
 * <p>Says nothing of forms that the parser refuses by itself. Moves no index, skips the data of
 * chunks, and takes every split. Not thread safe.
 */
final class ChunkWatch {
  private State state = State.SIZE;
  private long size;
  private boolean digits = true;
  private boolean lineStart;

  /** Forgets the body that was followed. */
  void reset() {
    state = State.SIZE;
    size = 0;
    digits = true;
    lineStart = false;
  }

  /** Whether a trailer line begins with a blank between the indexes {@code from} and {@code to}. */
  boolean seesFold(ByteBuf in, int from, int to) {
    int at = from;
    while (at < to) {
      if (state == State.DATA) {
        long skipped = Math.min(size, to - at);
        size -= skipped;
        at += (int) skipped;
        state = size == 0 ? State.DATA_END : State.DATA;
        continue;
      }
      if (foldsWith(in.getByte(at++))) {
        return true;
      }
    }
    return false;
  }

  private boolean foldsWith(byte b) {
    switch (state) {
      case SIZE -> sizeLine(b);
      case DATA_END -> {
        if (b == '\n') {
          reset();
        }
      }
      case TRAILERS -> {
        boolean fold = lineStart && (b == ' ' || b == '\t');
        lineStart = b == '\n';
        return fold;
      }
      case DATA -> throw new IllegalStateException("data is skipped");
    }
    return false;
  }

  private void sizeLine(byte b) {
    int digit = digits ? Character.digit(b, 16) : -1;
    if (digit >= 0) {
      // More digits than fit are refused by the parser.
      size = (size << 4) + digit;
    } else if (b == '\n') {
      state = size == 0 ? State.TRAILERS : State.DATA;
      lineStart = true;
    } else {
      digits = false;
    }
  }

  private enum State {
    /** Within the line that says how long the chunk is; next: DATA, TRAILERS. */
    SIZE,
    /** Within a chunk; next: DATA_END. */
    DATA,
    /** Within the line end after a chunk; next: SIZE. */
    DATA_END,
    /** Behind the last chunk. */
    TRAILERS
  }
}
