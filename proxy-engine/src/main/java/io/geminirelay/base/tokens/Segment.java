package io.geminirelay.base.tokens;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The characters since the last place where a text could be cut, and the tokens of what was cut
 * off.
 *
 * <p>A segment that grows to {@value #LONGEST} characters is cut in any case: behind the last token
 * that ends more than {@value #AHEAD} characters before its end. The count stays exact unless what
 * follows would have changed a token that far before it. Not thread-safe.
 */
final class Segment {
  /** Characters of a segment at most. */
  static final int LONGEST = 4096;

  /** Characters looked ahead at least, where a segment is cut for its length. */
  static final int AHEAD = 512;

  private static final int NO_ASCII = -1;
  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final Characters characters;
  private final Joins joins;
  private final SegmentMerger merger;
  private final SegmentCache cache;
  private int[] pieces = new int[64];
  private int length;

  /** The segment's UTF-8, zero behind its end; kept only as far as the cache takes it. */
  private final byte[] text = new byte[SegmentCache.MAX_BYTES];

  private int textBytes;
  private int lastAscii = NO_ASCII;
  private long tokens;

  Segment(Vocabulary vocabulary, SegmentMerger merger, SegmentCache cache) {
    this.characters = vocabulary.characters();
    this.joins = vocabulary.joins();
    this.merger = merger;
    this.cache = cache;
  }

  /** Forgets everything. */
  void reset() {
    clear();
    tokens = 0;
  }

  /** Tokens of all that was cut off. */
  long tokens() {
    return tokens;
  }

  /** Cuts here, and counts a token that stands outside of all segments. */
  void token() {
    cut();
    tokens++;
  }

  /** The next character, 0 to 127. */
  void ascii(int c) {
    int piece = characters.piece(c);
    if (piece == Characters.NONE) {
      token();
      return;
    }
    if (length > 0) {
      boolean joined =
          lastAscii == NO_ASCII
              ? joins.joined(pieces[length - 1], piece)
              : joins.joinedAscii(lastAscii, c);
      if (!joined) {
        cut();
      }
    }
    if (textBytes < SegmentCache.MAX_BYTES) {
      text[textBytes] = (byte) c;
    }
    textBytes++;
    lastAscii = c;
    append(piece);
  }

  /** The next character, any but a surrogate. One that has no piece is a token for each byte. */
  void character(int codePoint) {
    if (codePoint < 0x80) {
      ascii(codePoint);
      return;
    }
    int piece = characters.piece(codePoint);
    if (piece == Characters.NONE) {
      cut();
      tokens += codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
      return;
    }
    if (length > 0 && !joins.joined(pieces[length - 1], piece)) {
      cut();
    }
    appendText(codePoint);
    lastAscii = NO_ASCII;
    append(piece);
  }

  private void appendText(int codePoint) {
    int bytes = codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    if (textBytes + bytes <= SegmentCache.MAX_BYTES) {
      for (int i = textBytes + bytes - 1, rest = codePoint; i > textBytes; i--, rest >>>= 6) {
        text[i] = (byte) (0x80 | rest & 0x3F);
      }
      text[textBytes] = (byte) (0xF00 >> bytes | codePoint >>> (bytes - 1) * 6);
    }
    textBytes += bytes;
  }

  private void append(int piece) {
    if (length == pieces.length) {
      pieces = Arrays.copyOf(pieces, length * 2);
    }
    pieces[length++] = piece;
    if (length == LONGEST) {
      cutLong();
    }
  }

  /** Ends the segment. */
  void cut() {
    if (length == 0) {
      return;
    }
    if (length == 1) {
      tokens++;
    } else if (textBytes > SegmentCache.MAX_BYTES) {
      tokens += merger.count(pieces, length);
    } else {
      tokens += cached();
    }
    clear();
  }

  private int cached() {
    long first = (long) WORD.get(text, 0);
    long second = (long) WORD.get(text, 8);
    long third = (long) WORD.get(text, 16);
    int count = cache.find(first, second, third, textBytes);
    if (count == 0) {
      count = merger.count(pieces, length);
      cache.put(first, second, third, textBytes, count);
    }
    return count;
  }

  private void clear() {
    length = 0;
    textBytes = 0;
    lastAscii = NO_ASCII;
    WORD.set(text, 0, 0L);
    WORD.set(text, 8, 0L);
    WORD.set(text, 16, 0L);
  }

  /** Counts the tokens that what follows will hardly change, and keeps the others' characters. */
  private void cutLong() {
    merger.count(pieces, length);
    int end = merger.endOfTokens(length - AHEAD);
    tokens += merger.tokensUpTo(end);
    System.arraycopy(pieces, end, pieces, 0, length - end);
    length -= end;
    // What is left has a text that was not kept; it is longer than the cache takes all the same.
    textBytes = SegmentCache.MAX_BYTES + 1;
  }
}
