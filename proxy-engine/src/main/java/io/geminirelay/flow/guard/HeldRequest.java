package io.geminirelay.flow.guard;

import io.geminirelay.base.exchange.BufferShare;
import io.geminirelay.base.exchange.HoldBudget;
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
 * <p>Pieces shorter than {@value #SMALL_BYTES} bytes, or small against the buffer they are a slice
 * of, are copied together, so that a client which sends byte by byte pins neither a receive buffer
 * nor an object with each of them; others are kept as they are. Owns everything taken until {@link
 * #passOn} or {@link #release()}, and takes its bytes from the budget of all held requests until
 * then. What is held is read by a cursor, in as many turns as it takes. Event loop only.
 */
final class HeldRequest {
  private static final int SMALL_BYTES = 2048;
  private static final int JOINED_BYTES = 16 << 10;
  private static final int STEP_BYTES = 64 << 10;

  private final HttpRequest head;
  private final HoldBudget budget;
  // Owner: this object, from take() to passOn() or release().
  private final List<ByteBuf> pieces = new ArrayList<>(2);
  private @Nullable ByteBuf joined;
  private @Nullable LastHttpContent last;
  private long heldBytes;
  private int cursorPiece;
  private int cursorOffset;

  HeldRequest(HttpRequest head, HoldBudget budget) {
    this.head = head;
    this.budget = budget;
  }

  /** Adds the next piece of the body, if the budget has room for it. Takes ownership. */
  boolean take(ChannelHandlerContext ctx, HttpContent piece) {
    int length = piece.content().readableBytes();
    if (!budget.hold(length)) {
      piece.release();
      return false;
    }
    heldBytes += length;
    if (piece instanceof LastHttpContent end) {
      last = lean(ctx, end);
      joined = null;
    } else {
      add(ctx, piece, length);
    }
    return true;
  }

  private static LastHttpContent lean(ChannelHandlerContext ctx, LastHttpContent end) {
    // A full request is the head as well, which is the one object to the stages that follow.
    if (end instanceof HttpRequest || !BufferShare.isSmallOfLong(end.content())) {
      return end;
    }
    int length = end.content().readableBytes();
    ByteBuf copy = ctx.alloc().buffer(length).writeBytes(end.content());
    LastHttpContent lean = end.replace(copy);
    end.release();
    return lean;
  }

  private void add(ChannelHandlerContext ctx, HttpContent piece, int length) {
    ByteBuf bytes = piece.content();
    if (length >= SMALL_BYTES && !BufferShare.isSmall(bytes)) {
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
      open = ctx.alloc().buffer(length, Math.max(length, JOINED_BYTES));
      joined = open;
      pieces.add(open);
    }
    return open;
  }

  /** Bytes of the body that are held. */
  long bytes() {
    return heldBytes;
  }

  /** Whether the end of the body is here. */
  boolean isWhole() {
    return last != null;
  }

  /** Begins to read at the first byte again. */
  void rewind() {
    cursorPiece = 0;
    cursorOffset = 0;
  }

  /**
   * Reads on, in steps, until {@code reader} has had enough or {@code atMost} bytes.
   *
   * @return whether everything held has been read now
   */
  boolean read(PieceReader reader, int atMost) {
    int left = atMost;
    boolean more = true;
    for (ByteBuf piece = atCursor(); piece != null; piece = atCursor()) {
      int from = piece.readerIndex() + cursorOffset;
      int step = Math.min(piece.writerIndex() - from, Math.min(left, STEP_BYTES));
      if (step == 0 || !more) {
        return false;
      }
      cursorOffset += step;
      left -= step;
      more = reader.look(piece, from, from + step);
    }
    return true;
  }

  /** The piece with the next byte that was not read, or null where all were. */
  private @Nullable ByteBuf atCursor() {
    for (; cursorPiece < pieces.size(); cursorPiece++, cursorOffset = 0) {
      ByteBuf piece = pieces.get(cursorPiece);
      if (cursorOffset < piece.readableBytes()) {
        return piece;
      }
      if (joined != null && cursorPiece == pieces.size() - 1) {
        // It may grow: the cursor stays behind its last byte.
        break;
      }
    }
    ByteBuf end = last == null || cursorPiece < pieces.size() ? null : last.content();
    return end != null && cursorOffset < end.readableBytes() ? end : null;
  }

  /** Passes head and pieces to the next stage, which owns them from then on. */
  void passOn(ChannelHandlerContext ctx) {
    // First, since a later stage may have to hold them by the same budget.
    free();
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

  private void free() {
    budget.free(heldBytes);
    heldBytes = 0;
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
    free();
  }

  /** Looks at pieces without owning them. */
  @FunctionalInterface
  interface PieceReader {
    /**
     * The bytes from index {@code from} to before {@code to}; no index is moved. Returns whether
     * more are wanted.
     */
    boolean look(ByteBuf buf, int from, int to);
  }
}
