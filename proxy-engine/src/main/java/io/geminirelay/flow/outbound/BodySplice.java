package io.geminirelay.flow.outbound;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/**
 * Edits a body while its pieces are sent: some ranges are replaced or inserted, every other byte
 * passes by reference.
 *
 * <p>Made for one sending of the body from its beginning; the kept pieces stay as they are, so that
 * another attempt can edit them otherwise. Used on the client's event loop.
 */
final class BodySplice {
  private final List<Edit> edits;
  private long offset;
  private int next;
  private boolean inserted;

  /**
   * Bytes that take the place of others.
   *
   * @param from offset of the first byte to leave out, counted from the beginning of the body
   * @param to offset behind the last one; the same as {@code from} for an insertion
   * @param bytes what comes instead; not changed by anybody
   */
  @SuppressWarnings("ArrayRecordComponent") // wrapped for the wire, never written or compared
  record Edit(long from, long to, byte[] bytes) {}

  /**
   * A splice at the beginning of the body.
   *
   * @param edits in the order of their offsets, none overlapping another, all inside the body
   */
  BodySplice(List<Edit> edits) {
    this.edits = edits;
  }

  /** How much longer the body becomes, in bytes; negative when it becomes shorter. */
  long growth() {
    long growth = 0;
    for (Edit edit : edits) {
      growth += edit.bytes().length - (edit.to() - edit.from());
    }
    return growth;
  }

  /**
   * The next piece of the body as it is to be sent. Takes ownership; the caller owns the result.
   */
  ByteBuf take(ByteBuf piece) {
    long end = offset + piece.readableBytes();
    if (next == edits.size() || edits.get(next).from() >= end) {
      offset = end;
      return piece;
    }
    try {
      List<ByteBuf> parts = new ArrayList<>(3);
      int start = piece.readerIndex();
      long begin = offset;
      while (next < edits.size() && edits.get(next).from() < end) {
        Edit edit = edits.get(next);
        pass(piece, start + (int) (offset - begin), Math.max(offset, edit.from()), parts);
        if (!inserted) {
          parts.add(Unpooled.wrappedBuffer(edit.bytes()));
          inserted = true;
        }
        offset = Math.max(offset, Math.min(end, edit.to()));
        if (edit.to() > end) {
          break;
        }
        next++;
        inserted = false;
      }
      pass(piece, start + (int) (offset - begin), end, parts);
      offset = end;
      return Unpooled.wrappedBuffer(parts.size(), parts.toArray(ByteBuf[]::new));
    } finally {
      piece.release();
    }
  }

  /** Passes what lies between the offset and {@code to}, and moves the offset there. */
  private void pass(ByteBuf piece, int index, long to, List<ByteBuf> parts) {
    if (to > offset) {
      parts.add(piece.retainedSlice(index, (int) (to - offset)));
      offset = to;
    }
  }
}
