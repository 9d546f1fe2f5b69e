package io.geminirelay.base.tokens;

import java.util.Arrays;

/**
 * The pieces that are one character each: what a text is made of before anything is merged.
 *
 * <p>A table of pages of 256 characters; pages without a piece are shared. Not changed once the
 * vocabulary is loaded, and from then on thread safe.
 */
final class Characters {
  /** The character has no piece of its own. */
  static final int NONE = -1;

  private static final int PAGE = 256;
  private static final int[] EMPTY = emptyPage();

  private final int[][] pages = new int[(Character.MAX_CODE_POINT + 1) / PAGE][];

  Characters() {
    Arrays.fill(pages, EMPTY);
  }

  private static int[] emptyPage() {
    int[] page = new int[PAGE];
    Arrays.fill(page, NONE);
    return page;
  }

  /** While loading: gives a character its piece. */
  void put(int codePoint, int piece) {
    int at = codePoint / PAGE;
    if (pages[at] == EMPTY) {
      pages[at] = emptyPage();
    }
    pages[at][codePoint % PAGE] = piece;
  }

  /** The piece of a code point from 0 to 0x10FFFF, or {@link #NONE}. */
  int piece(int codePoint) {
    return pages[codePoint >>> 8][codePoint & 0xFF];
  }

  /** Memory held. */
  long sizeBytes() {
    long used = Arrays.stream(pages).filter(page -> page != EMPTY).count();
    return pages.length * 4L + used * PAGE * 4L;
  }
}
