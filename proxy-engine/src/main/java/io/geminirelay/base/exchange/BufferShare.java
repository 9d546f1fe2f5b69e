package io.geminirelay.base.exchange;

import io.netty.buffer.ByteBuf;

/**
 * What a piece that is kept costs: it may be a slice of a receive buffer, all of which stays as
 * long as the slice does. Pure.
 */
public final class BufferShare {
  private static final int LEAST_SHARE = 4;

  /** A buffer no longer than this may stay for a piece of any length. */
  private static final int SHORT_BYTES = 16 * 1024;

  private BufferShare() {}

  /** Whether what is read of {@code piece} is less than a quarter of the memory it keeps. */
  public static boolean isSmall(ByteBuf piece) {
    return piece.readableBytes() < bufferBytes(piece) / LEAST_SHARE;
  }

  /** The same for a piece of which there is one a request: only where the buffer is a long one. */
  public static boolean isSmallOfLong(ByteBuf piece) {
    return bufferBytes(piece) > SHORT_BYTES && isSmall(piece);
  }

  private static int bufferBytes(ByteBuf piece) {
    ByteBuf whole = piece;
    for (ByteBuf next = piece.unwrap(); next != null; next = next.unwrap()) {
      whole = next;
    }
    return whole.capacity();
  }
}
