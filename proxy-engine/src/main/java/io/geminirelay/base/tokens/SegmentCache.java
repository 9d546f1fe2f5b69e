package io.geminirelay.base.tokens;

/**
 * Remembers how many tokens short segments have, by their whole text of up to 24 bytes.
 *
 * <p>Of fixed size, 256 KiB: a newer segment takes the place of an older one whose hash is the
 * same. A wrong answer is impossible, as texts are compared, not hashes. Not thread-safe.
 */
final class SegmentCache {
  /** Longest text, in bytes. */
  static final int MAX_BYTES = 24;

  private static final int LOG_SLOTS = 13;
  private static final int WORDS = 4;
  private static final int COUNT_BITS = 16;
  private static final long MIX_1 = 0x9E3779B97F4A7C15L;
  private static final long MIX_2 = 0xC2B2AE3D27D4EB4FL;
  private static final long MIX_3 = 0x165667B19E3779F9L;

  /** Per slot: three words of text, zero behind its end, then its length and its count. */
  private final long[] slots = new long[(1 << LOG_SLOTS) * WORDS];

  private static int slotOf(long first, long second, long third) {
    long mixed = (first ^ first >>> 32) * MIX_1 + (second ^ second >>> 32) * MIX_2 + third * MIX_3;
    return (int) ((mixed ^ mixed >>> 29) * MIX_1 >>> (Long.SIZE - LOG_SLOTS)) * WORDS;
  }

  /** Tokens of the segment, or 0 if they are not known. */
  int find(long first, long second, long third, int length) {
    int at = slotOf(first, second, third);
    boolean found =
        slots[at] == first
            && slots[at + 1] == second
            && slots[at + 2] == third
            && slots[at + 3] >>> COUNT_BITS == length;
    return found ? (int) slots[at + 3] & 0xFFFF : 0;
  }

  /** Remembers the tokens of a segment, at least 1 and at most {@link #MAX_BYTES}. */
  void put(long first, long second, long third, int length, int tokens) {
    int at = slotOf(first, second, third);
    slots[at] = first;
    slots[at + 1] = second;
    slots[at + 2] = third;
    slots[at + 3] = (long) length << COUNT_BITS | tokens;
  }
}
