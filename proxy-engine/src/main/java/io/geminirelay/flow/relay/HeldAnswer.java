package io.geminirelay.flow.relay;

import io.geminirelay.base.exchange.BufferShare;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of an answer that is not yet known to be the one, or an error answer kept in case
 * nothing better comes: its head and the body pieces so far.
 *
 * <p>Short pieces, and those small against the buffer they are a slice of, are copied and joined,
 * so that an upstream which sends byte by byte can neither pin a receive buffer with each of them
 * nor fill the memory with objects.
 *
 * <p>Owns the pieces until they are handed on or {@link #release()} is called. Used on one event
 * loop.
 */
public final class HeldAnswer {
  private static final int SMALL_BYTES = 512;
  private static final int JOINED_BYTES = 8192;

  private final HttpResponse head;
  // Owner: this object, until given by sendTo() or released.
  private final List<HttpContent> pieces = new ArrayList<>(2);
  // Owner: the last of the pieces, to which it belongs; null if no small piece may be added to it.
  private @Nullable ByteBuf joined;
  private int bytes;

  /** Holds {@code head}. */
  public HeldAnswer(HttpResponse head) {
    this.head = head;
  }

  /** Adds a piece. Takes ownership. */
  public void take(HttpContent piece) {
    int length = piece.content().readableBytes();
    bytes += length;
    if (piece instanceof LastHttpContent || isWorthIt(piece.content(), length)) {
      pieces.add(piece);
      joined = null;
      return;
    }
    try {
      join(piece.content(), length);
    } finally {
      piece.release();
    }
  }

  private boolean isWorthIt(ByteBuf content, int length) {
    return pieces.isEmpty()
        ? !BufferShare.isSmallOfLong(content)
        : length >= SMALL_BYTES && !BufferShare.isSmall(content);
  }

  private void join(ByteBuf content, int length) {
    if (joined == null || joined.readableBytes() + length > JOINED_BYTES) {
      joined = content.alloc().buffer(length, Math.max(length, JOINED_BYTES));
      pieces.add(new DefaultHttpContent(joined));
    }
    joined.writeBytes(content, content.readerIndex(), length);
  }

  /** The answer's head. */
  public HttpResponse head() {
    return head;
  }

  /** Body bytes held. */
  public int bytes() {
    return bytes;
  }

  /** Whether the whole answer is held. */
  public boolean isWhole() {
    return !pieces.isEmpty() && pieces.get(pieces.size() - 1) instanceof LastHttpContent;
  }

  /**
   * Takes the beginning of what is held for the whole of it, without trailers.
   *
   * @param length body bytes to keep, at most {@link #bytes()}
   * @param rest ASCII text to put behind them
   */
  public void endAt(int length, String rest) {
    List<HttpContent> all = List.copyOf(pieces);
    pieces.clear();
    int left = length;
    for (HttpContent piece : all) {
      ByteBuf content = piece.content();
      int kept = Math.min(left, content.readableBytes());
      if (kept == 0) {
        piece.release();
      } else {
        pieces.add(new DefaultHttpContent(content.writerIndex(content.readerIndex() + kept)));
      }
      left -= kept;
    }
    ByteBuf end = Unpooled.wrappedBuffer(rest.getBytes(StandardCharsets.US_ASCII));
    pieces.add(new DefaultLastHttpContent(end));
    joined = null;
    bytes = length + rest.length();
  }

  /** The body so far in one buffer, for reading; the caller releases it. */
  public ByteBuf giveCopy(ByteBufAllocator alloc) {
    ByteBuf copy = alloc.buffer(Math.max(bytes, 1));
    for (HttpContent piece : pieces) {
      ByteBuf content = piece.content();
      copy.writeBytes(content, content.readerIndex(), content.readableBytes());
    }
    return copy;
  }

  /** Hands every piece on, in order; nothing is held afterwards. */
  public void giveTo(ResponseRelay relay) {
    List<HttpContent> given = List.copyOf(pieces);
    pieces.clear();
    joined = null;
    bytes = 0;
    for (HttpContent piece : given) {
      if (piece instanceof LastHttpContent last) {
        relay.takeLast(last);
      } else {
        relay.take(piece);
      }
    }
  }

  /** Lets go of everything. */
  public void release() {
    pieces.forEach(HttpContent::release);
    pieces.clear();
    joined = null;
    bytes = 0;
  }
}
