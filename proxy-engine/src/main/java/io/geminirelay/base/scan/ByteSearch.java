package io.geminirelay.base.scan;

import io.netty.buffer.ByteBuf;

/**
 * Finds a short byte string in a body that passes in pieces, also across their borders.
 *
 * <p>Knuth, Morris and Pratt's search: what has matched so far is carried from piece to piece, no
 * byte is read twice and nothing is kept of the body. Not thread-safe; one per body.
 */
public final class ByteSearch {
  private final byte[] needle;
  private final int[] borders;
  private int matched;

  /**
   * Prepares the search.
   *
   * @param needle what to find, at least one byte; it is copied
   * @throws IllegalArgumentException if the needle is empty
   */
  public ByteSearch(byte[] needle) {
    if (needle.length == 0) {
      throw new IllegalArgumentException("nothing to search for");
    }
    this.needle = needle.clone();
    this.borders = borders(this.needle);
  }

  private static int[] borders(byte[] needle) {
    int[] borders = new int[needle.length];
    int border = 0;
    for (int i = 1; i < needle.length; i++) {
      while (border > 0 && needle[i] != needle[border]) {
        border = borders[border - 1];
      }
      if (needle[i] == needle[border]) {
        border++;
      }
      borders[i] = border;
    }
    return borders;
  }

  /** Forgets what has matched so far, to search another body. */
  public void reset() {
    matched = 0;
  }

  /**
   * Searches on, until the end of the next occurrence. Occurrences do not overlap.
   *
   * @param buf borrowed; no index is moved
   * @param from index of the first byte
   * @param to index behind the last byte
   * @return the index behind the occurrence, from which the search goes on; -1 if none ends in this
   *     range. The occurrence began the needle's length before, which can be in an earlier piece.
   */
  public int look(ByteBuf buf, int from, int to) {
    int i = from;
    while (i < to) {
      if (matched == 0) {
        i = buf.indexOf(i, to, needle[0]);
        if (i < 0) {
          return -1;
        }
      }
      byte b = buf.getByte(i++);
      while (matched > 0 && b != needle[matched]) {
        matched = borders[matched - 1];
      }
      if (b == needle[matched] && ++matched == needle.length) {
        matched = 0;
        return i;
      }
    }
    return -1;
  }

  /** Bytes at the end of what was read that could be the beginning of an occurrence. */
  public int pending() {
    return matched;
  }
}
