package io.geminirelay.flow.guard;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request that waits for its verdict: the head and the pieces of the body, in order. A full
 * request is a head first, and then the last piece.
 *
 * <p>Pieces shorter than {@value #SMALL_BYTES} bytes are copied together, so that a client which
 * sends byte by byte pins neither a receive buffer nor an object with each of them; longer ones are
 * kept as they are. Owns everything taken until {@link #passOn} or {@link #release()}. Event loop
 * only.
 */
final class HeldRequest {
  private static final int SMALL_BYTES = 2048;
  private static final int JOINED_BYTES = 16 << 10;

  private final HttpRequest head;
  // Owner: this object, from take() to passOn() or release().
  private final List<ByteBuf> pieces = new ArrayList<>(2);
  private @Nullable ByteBuf joined;
  private @Nullable LastHttpContent last;

  HeldRequest(HttpRequest head) {
    this.head = head;
  }

  /** Adds the next piece of the body. Takes ownership. */
  void take(ChannelHandlerContext ctx, HttpContent piece) {
    if (piece instanceof LastHttpContent end) {
      last = end;
      return;
    }
    ByteBuf bytes = piece.content();
    int length = bytes.readableBytes();
    if (length >= SMALL_BYTES) {
      joined = null;
      pieces.add(bytes);
      return;
    }
    try {
      if (length > 0) {
        joined(ctx, length).writeBytes(bytes, bytes.readerIndex(), length);
      }
    } finally {
      piece.release();
    }
  }

  private ByteBuf joined(ChannelHandlerContext ctx, int length) {
    ByteBuf open = joined;
    if (open == null || open.maxWritableBytes() < length) {
      open = ctx.alloc().buffer(length, JOINED_BYTES);
      joined = open;
      pieces.add(open);
    }
    return open;
  }

  /** Whether the end of the body is here. */
  boolean isWhole() {
    return last != null;
  }

  /** Shows every piece held, in order. */
  void show(PieceReader reader) {
    for (ByteBuf piece : pieces) {
      reader.look(piece, piece.readerIndex(), piece.writerIndex());
    }
    if (last != null) {
      ByteBuf piece = last.content();
      reader.look(piece, piece.readerIndex(), piece.writerIndex());
    }
  }

  /** Passes head and pieces to the next stage, which owns them from then on. */
  void passOn(ChannelHandlerContext ctx) {
    if (head != last) {
      ctx.fireChannelRead(head);
    }
    for (ByteBuf piece : pieces) {
      ctx.fireChannelRead(new DefaultHttpContent(piece));
    }
    pieces.clear();
    joined = null;
    LastHttpContent end = last;
    last = null;
    if (end != null) {
      ctx.fireChannelRead(end);
    }
  }

  /** Lets go of everything. */
  void release() {
    pieces.forEach(ByteBuf::release);
    pieces.clear();
    joined = null;
    if (last != null) {
      last.release();
      last = null;
    }
  }

  /** Looks at pieces without owning them. */
  @FunctionalInterface
  interface PieceReader {
    /** The bytes from index {@code from} to before {@code to}; no index is moved. */
    void look(ByteBuf buf, int from, int to);
  }
}
