package io.geminirelay.flow.guard;

import io.geminirelay.base.scan.MediaMention;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

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

  /** Bytes that are looked at together. */
  private static final int STEP = 4 * Long.BYTES;

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
    ByteBuffer bytes = piece.nioBuffer(at, to - at);
    int length = to - at;
    int from = 0;
    while (from < length) {
      int end = runEnd(bytes, from, length);
      extend(end - from);
      from = Math.min(end + STEP, length);
      one(piece, at + end, at + from);
    }
  }

  /** Index of the first step that may have a break in it, or is not a whole one. */
  private static int runEnd(ByteBuffer bytes, int from, int to) {
    int i = from;
    for (; i + STEP <= to; i += STEP) {
      long breaks =
          breaks(bytes.getLong(i))
              | breaks(bytes.getLong(i + 8))
              | breaks(bytes.getLong(i + 16))
              | breaks(bytes.getLong(i + 24));
      if ((breaks & HIGHS) != 0) {
        return i;
      }
    }
    return i;
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

  /**
   * Has the highest bit of a byte set where it is a break, and perhaps where it follows one: what
   * is found is looked at byte by byte.
   */
  private static long breaks(long bytes) {
    long quotes = bytes ^ (ONES * '"');
    long blanks = bytes ^ (ONES * ' ');
    return (quotes - ONES) | (blanks - ONES) | bytes;
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
