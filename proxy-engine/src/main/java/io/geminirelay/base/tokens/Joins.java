package io.geminirelay.base.tokens;

/**
 * Tells where a text can be cut without changing its tokens: between two characters that no merge
 * brings together.
 *
 * <p>A merge joins the last character of its left piece with the first of its right one. Those
 * pairs are marked in a table of bits, by hash: a wrong bit makes a longer segment and no wrong
 * count. ASCII has a table of its own, without a hash. Not changed once the vocabulary is loaded,
 * and from then on thread safe.
 */
final class Joins {
  private static final int ASCII = 128;
  private static final int LOG_BITS = 20;
  private static final long MIX = 0x9E3779B97F4A7C15L;

  private final long[] bits = new long[(1 << LOG_BITS) / Long.SIZE];
  private final long[] ascii = new long[ASCII * ASCII / Long.SIZE];

  /** While loading: marks two pieces of one character each. */
  void add(int left, int right) {
    int at = bitOf(left, right);
    bits[at >>> 6] |= 1L << at;
  }

  /** While loading, after the last {@link #add}: makes the table of ASCII. */
  void complete(Characters characters) {
    for (int left = 0; left < ASCII; left++) {
      for (int right = 0; right < ASCII; right++) {
        int l = characters.piece(left);
        int r = characters.piece(right);
        if (l != Characters.NONE && r != Characters.NONE && joined(l, r)) {
          ascii[(left * ASCII + right) / Long.SIZE] |= 1L << right;
        }
      }
    }
  }

  private static int bitOf(int left, int right) {
    return (int) (((long) left << 32 | right) * MIX >>> (Long.SIZE - LOG_BITS));
  }

  /** Whether a merge may reach over the border between two pieces of one character each. */
  boolean joined(int left, int right) {
    int at = bitOf(left, right);
    return (bits[at >>> 6] >>> at & 1) != 0;
  }

  /** The same for two characters below 128 that have pieces. */
  boolean joinedAscii(int left, int right) {
    return (ascii[left << 1 | right >>> 6] >>> right & 1) != 0;
  }

  /** Memory held. */
  long sizeBytes() {
    return (bits.length + ascii.length) * 8L;
  }
}
