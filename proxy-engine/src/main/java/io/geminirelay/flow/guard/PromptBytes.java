package io.geminirelay.flow.guard;

import io.geminirelay.base.scan.MediaMention;
import io.netty.buffer.ByteBuf;

/**
 * How many bytes of a prompt count before its answer says more: all of its text, and of media that
 * stand in it as many as a picture's tokens are worth.
 *
 * <p>Media are told by their long runs of Base64 (RFC 4648), in bodies that mention media at all: a
 * text has a blank, a quotation mark or a letter beyond ASCII sooner. Not thread-safe; one for each
 * body.
 */
final class PromptBytes {
  /** A picture is worth 258 tokens at least (Google, "Understand and count tokens"). */
  private static final int MOST_OF_A_RUN = 4 * 258;

  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;

  private final MediaMention media = new MediaMention();
  private long count;
  private long run;

  /** Reads on. Borrows. */
  void look(ByteBuf piece) {
    int at = piece.readerIndex();
    int to = piece.writerIndex();
    if (!media.look(piece, at, to)) {
      count += to - at;
      return;
    }
    for (; at + Long.BYTES <= to; at += Long.BYTES) {
      if (hasBreak(piece.getLongLE(at))) {
        one(piece, at, at + Long.BYTES);
      } else {
        extend(Long.BYTES);
      }
    }
    one(piece, at, to);
  }

  private void one(ByteBuf piece, int from, int to) {
    for (int i = from; i < to; i++) {
      byte b = piece.getByte(i);
      if (b == '"' || b == ' ' || b < 0) {
        run = 0;
        count++;
      } else {
        extend(1);
      }
    }
  }

  private void extend(int bytes) {
    count += Math.max(0, Math.min(bytes, MOST_OF_A_RUN - run));
    run += bytes;
  }

  /** May say yes once too often: what it says yes to is looked at byte by byte. */
  private static boolean hasBreak(long bytes) {
    long quotes = bytes ^ (ONES * '"');
    long blanks = bytes ^ (ONES * ' ');
    return (((quotes - ONES) | (blanks - ONES) | bytes) & HIGHS) != 0;
  }

  /** Whether media are mentioned, so that the body's length tells little. */
  boolean hasMedia() {
    return media.found();
  }

  /** The bytes so far that count. */
  long bytes() {
    return count;
  }
}
