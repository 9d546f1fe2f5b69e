package io.geminirelay.base.tokens;

import java.util.Arrays;

/**
 * The merges of a vocabulary: which two pieces become which, and in what order of precedence.
 *
 * <p>One open-addressed table of {@code long}s, at most two thirds full: 20 bits left piece, 20
 * bits right piece, 24 bits rank. Not changed once the vocabulary is loaded, and from then on
 * thread safe.
 */
final class Merges {
  /** The pieces do not merge; greater than every rank. */
  static final int NONE = Integer.MAX_VALUE;

  /** More pieces than this cannot be told apart. */
  static final int MAX_PIECES = 1 << 20;

  /** More merges than this cannot be ranked. */
  static final int MAX_MERGES = (1 << 24) - 1;

  private static final int RANK_BITS = 24;
  private static final int PIECE_BITS = 20;
  private static final long FREE = -1;
  private static final long MIX = 0x9E3779B97F4A7C15L;

  private long[] slots = new long[1 << 10];
  private int[] products = new int[1 << 9];
  private int shift = Long.SIZE - 10;
  private int used;
  private int ranks;

  Merges() {
    Arrays.fill(slots, FREE);
  }

  /** While loading: adds the merge of the next rank; a pair that comes again takes the later. */
  void add(int left, int right, int product) {
    if (used >= slots.length / 3 * 2) {
      grow();
    }
    if (ranks == products.length) {
      products = Arrays.copyOf(products, ranks + ranks / 2);
    }
    products[ranks] = product;
    long pair = pair(left, right);
    int at = slotOf(pair);
    used += slots[at] == FREE ? 1 : 0;
    slots[at] = pair << RANK_BITS | ranks;
    ranks++;
  }

  private void grow() {
    long[] before = slots;
    slots = new long[before.length * 2];
    shift--;
    Arrays.fill(slots, FREE);
    for (long slot : before) {
      if (slot != FREE) {
        slots[slotOf(slot >>> RANK_BITS)] = slot;
      }
    }
  }

  private static long pair(int left, int right) {
    return (long) left << PIECE_BITS | right;
  }

  private int slotOf(long pair) {
    int mask = slots.length - 1;
    int at = (int) (pair * MIX >>> shift);
    while (slots[at] != FREE && slots[at] >>> RANK_BITS != pair) {
      at = (at + 1) & mask;
    }
    return at;
  }

  /** While loading, after the last {@link #add}: gives back the room that was left. */
  void complete() {
    products = Arrays.copyOf(products, ranks);
  }

  /** Rank of the merge of two pieces, smaller first, or {@link #NONE}. */
  int rank(int left, int right) {
    long slot = slots[slotOf(pair(left, right))];
    return slot == FREE ? NONE : (int) slot & MAX_MERGES;
  }

  /** What the merge of this rank makes. */
  int product(int rank) {
    return products[rank];
  }

  /** While loading: merges so far. */
  int size() {
    return ranks;
  }

  /** Memory held. */
  long sizeBytes() {
    return slots.length * 8L + products.length * 4L;
  }
}
