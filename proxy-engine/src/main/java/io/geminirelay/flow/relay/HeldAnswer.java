package io.geminirelay.flow.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.ArrayList;
import java.util.List;

/**
 * The beginning of an answer that is not yet known to be the one, or an error answer kept in case
 * nothing better comes: its head and the body pieces so far.
 *
 * <p>Owns the pieces until they are handed on or {@link #release()} is called. Used on one event
 * loop.
 */
public final class HeldAnswer {
  private final HttpResponse head;
  // Owner: this object, until given by sendTo() or released.
  private final List<HttpContent> pieces = new ArrayList<>(2);
  private int bytes;

  /** Holds {@code head}. */
  public HeldAnswer(HttpResponse head) {
    this.head = head;
  }

  /** Adds a piece. Takes ownership. */
  public void take(HttpContent piece) {
    bytes += piece.content().readableBytes();
    pieces.add(piece);
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

  /** Takes what is held for the whole of it. */
  public void endHere() {
    if (!isWhole()) {
      pieces.add(LastHttpContent.EMPTY_LAST_CONTENT);
    }
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
    bytes = 0;
  }
}
