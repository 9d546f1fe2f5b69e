package io.geminirelay.flow.outbound.pool;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.InvalidChunkTerminationException;
import org.jspecify.annotations.Nullable;

/**
 * Takes the ordinary chunks of an answer out of what one read brought, as one piece.
 *
 * <p>A stream comes in a chunk for each event or few: each on its own would be an object, a walk
 * through all handlers and a chunk again on the way out. Small chunks are copied together, as their
 * bytes are in the cache anyway; large ones are passed on by reference.
 *
 * <p>Reads size lines that are a number and nothing else (RFC 9112 section 7.1). Any other, and the
 * last chunk, are left to the codec, which stands before a size line all the time. Keeps its place
 * in the chunk at hand and holds no buffer.
 */
final class ChunkedBody {
  private enum Place {
    /** The codec reads. */
    ELSEWHERE,
    SIZE,
    DATA,
    DATA_END,
    BROKEN
  }

  /** Longer pieces are passed on as they are. */
  private static final int MAX_JOINED_PIECE = 8 * 1024;

  private static final int MAX_JOINED = 64 * 1024;

  /** Pairs of chunks for which there is room at first. */
  private static final int FIRST_JOINED = 16;

  private static final int MAX_DIGITS = 7;
  private static final int LINE_END = 2;

  private Place place = Place.ELSEWHERE;
  private int left;
  private int pieceFrom;
  private int pieceLength;
  // Owner: this object, until it is given, or let go of, within the same call.
  private @Nullable ByteBuf joined;

  /** The head of an answer in chunks was read. */
  void begin() {
    place = Place.SIZE;
  }

  /** Whether it is the codec that has to read on. */
  boolean isElsewhere() {
    return place == Place.ELSEWHERE;
  }

  /**
   * Reads on.
   *
   * @return a piece of the body, owned by the caller, or null if there is none
   */
  @Nullable HttpContent read(ByteBuf in, ByteBufAllocator alloc) {
    if (place == Place.BROKEN) {
      in.skipBytes(in.readableBytes());
      return null;
    }
    pieceLength = 0;
    int end = in.writerIndex();
    int from = in.readerIndex();
    try {
      int i = from;
      int next = step(in, i, end, alloc);
      while (next > i) {
        i = next;
        next = step(in, i, end, alloc);
      }
      HttpContent piece = givePiece(in);
      in.readerIndex(i);
      boolean stuck = i == from && place == Place.DATA_END && end - i >= LINE_END;
      return stuck ? broken(in) : piece;
    } finally {
      release();
    }
  }

  /** Nothing is left of what was given; memory may have run out while it grew. */
  private void release() {
    if (joined != null) {
      joined.release();
      joined = null;
    }
  }

  private @Nullable HttpContent givePiece(ByteBuf in) {
    ByteBuf given = joined;
    joined = null;
    if (given != null) {
      return new DefaultHttpContent(given);
    }
    return pieceLength == 0
        ? null
        : new DefaultHttpContent(in.retainedSlice(pieceFrom, pieceLength));
  }

  /** As the codec tells of it: nothing more is read on this connection. */
  private HttpContent broken(ByteBuf in) {
    place = Place.BROKEN;
    in.skipBytes(in.readableBytes());
    HttpContent end = new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER);
    end.setDecoderResult(DecoderResult.failure(new InvalidChunkTerminationException()));
    return end;
  }

  private int step(ByteBuf in, int i, int end, ByteBufAllocator alloc) {
    return switch (place) {
      case SIZE -> size(in, i, end);
      case DATA -> data(in, i, end, alloc);
      case DATA_END -> {
        boolean ended = end - i >= LINE_END && in.getByte(i) == '\r' && in.getByte(i + 1) == '\n';
        place = ended ? Place.SIZE : place;
        yield ended ? i + LINE_END : i;
      }
      case ELSEWHERE, BROKEN -> i;
    };
  }

  /** Index behind a whole size line, or {@code from} if more has to come or the codec to read. */
  private int size(ByteBuf in, int from, int end) {
    int size = 0;
    int i = from;
    int digit = i < end ? digit(in.getByte(i)) : 0;
    while (i < end && digit >= 0 && i - from < MAX_DIGITS) {
      size = size << 4 | digit;
      i++;
      digit = i < end ? digit(in.getByte(i)) : 0;
    }
    boolean whole = end - i >= LINE_END;
    boolean ordinary = (i == end || in.getByte(i) == '\r') && (!whole || in.getByte(i + 1) == '\n');
    if (!ordinary || (i < end && size == 0)) {
      place = Place.ELSEWHERE;
      return from;
    }
    if (!whole) {
      return from;
    }
    left = size;
    place = Place.DATA;
    return i + LINE_END;
  }

  private int data(ByteBuf in, int i, int end, ByteBufAllocator alloc) {
    int length = Math.min(left, end - i);
    if (length == 0 || !take(in, i, length, end, alloc)) {
      return i;
    }
    left -= length;
    place = left == 0 ? Place.DATA_END : Place.DATA;
    return i + length;
  }

  /** Adds to the piece; false if what there is has to go first. */
  private boolean take(ByteBuf in, int from, int length, int end, ByteBufAllocator alloc) {
    if (pieceLength == 0) {
      pieceFrom = from;
      pieceLength = length;
      return true;
    }
    boolean small =
        length <= MAX_JOINED_PIECE && (joined != null || pieceLength <= MAX_JOINED_PIECE);
    if (!small || pieceLength + length > MAX_JOINED) {
      return false;
    }
    if (joined == null) {
      // No more than so many chunks as long as these, for what follows may be passed on by itself.
      int likely = FIRST_JOINED * (pieceLength + length);
      joined = alloc.buffer(Math.min(Math.min(end - pieceFrom, likely), MAX_JOINED));
      joined.writeBytes(in, pieceFrom, pieceLength);
    }
    joined.writeBytes(in, from, length);
    pieceLength += length;
    return true;
  }

  private static int digit(byte b) {
    if (b >= '0' && b <= '9') {
      return b - '0';
    }
    int lower = b | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }
}
