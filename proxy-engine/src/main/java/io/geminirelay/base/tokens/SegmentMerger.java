package io.geminirelay.base.tokens;

import java.util.Arrays;

/**
 * Merges the characters of one segment into tokens: always the pair of the best rank, the first one
 * where several have it, until no pair is left that merges.
 *
 * <p>Short segments are searched through for each merge, long ones keep their pairs in a heap, so
 * that time grows with n log n. Its memory grows to what the longest segment needs, at most 40
 * bytes for each of its characters, and is used again. Not thread-safe: one for each event loop.
 */
final class SegmentMerger {
  private static final int SHORT = 40;
  private static final int POSITION_BITS = 24;
  private static final int POSITION = (1 << POSITION_BITS) - 1;

  private final Merges merges;
  private int[] pieces = new int[SHORT];
  private int[] ranks = new int[SHORT];

  /**
   * Long segments: position behind each token, and the token before; by a token's first position.
   */
  private int[] nexts = new int[0];

  private int[] befores = new int[0];

  /** Long segments: rank, then position, the smallest first. */
  private long[] heap = new long[0];

  private int heapSize;

  SegmentMerger(Merges merges) {
    this.merges = merges;
  }

  /** Tokens of a segment of at least one character, each given by its piece. */
  int count(int[] characters, int length) {
    return length <= SHORT ? mergeShort(characters, length) : mergeLong(characters, length);
  }

  private int mergeShort(int[] characters, int length) {
    System.arraycopy(characters, 0, pieces, 0, length);
    int best = Merges.NONE;
    for (int i = 0; i < length - 1; i++) {
      ranks[i] = merges.rank(pieces[i], pieces[i + 1]);
      best = Math.min(best, ranks[i]);
    }
    int left = length;
    while (best != Merges.NONE) {
      int at = 0;
      while (ranks[at] != best) {
        at++;
      }
      left--;
      pieces[at] = merges.product(best);
      System.arraycopy(pieces, at + 2, pieces, at + 1, left - at - 1);
      System.arraycopy(ranks, at + 1, ranks, at, left - at);
      if (at > 0) {
        ranks[at - 1] = merges.rank(pieces[at - 1], pieces[at]);
      }
      if (at < left - 1) {
        ranks[at] = merges.rank(pieces[at], pieces[at + 1]);
      }
      best = Merges.NONE;
      for (int i = 0; i < left - 1; i++) {
        best = Math.min(best, ranks[i]);
      }
    }
    return left;
  }

  private int mergeLong(int[] characters, int length) {
    prepare(characters, length);
    int left = length;
    while (heapSize > 0) {
      long top = pop();
      int at = (int) top & POSITION;
      int rank = (int) (top >>> POSITION_BITS);
      if (ranks[at] != rank) {
        continue; // what this pair was has merged otherwise
      }
      left--;
      int gone = nexts[at];
      int next = nexts[gone];
      pieces[at] = merges.product(rank);
      ranks[gone] = Merges.NONE;
      nexts[at] = next;
      if (next < length) {
        befores[next] = at;
      }
      offer(at, next < length ? merges.rank(pieces[at], pieces[next]) : Merges.NONE);
      if (at > 0) {
        offer(befores[at], merges.rank(pieces[befores[at]], pieces[at]));
      }
    }
    return left;
  }

  private void prepare(int[] characters, int length) {
    if (nexts.length < length) {
      int size = Math.max(length, nexts.length * 2);
      pieces = new int[size];
      ranks = new int[size];
      nexts = new int[size];
      befores = new int[size];
      heap = new long[size * 3];
    }
    System.arraycopy(characters, 0, pieces, 0, length);
    heapSize = 0;
    for (int i = 0; i < length; i++) {
      nexts[i] = i + 1;
      befores[i] = i - 1;
    }
    Arrays.fill(ranks, 0, length, Merges.NONE);
    for (int i = 0; i < length - 1; i++) {
      offer(i, merges.rank(pieces[i], pieces[i + 1]));
    }
  }

  private void offer(int at, int rank) {
    ranks[at] = rank;
    if (rank != Merges.NONE) {
      push((long) rank << POSITION_BITS | at);
    }
  }

  private void push(long entry) {
    int at = heapSize++;
    while (at > 0 && heap[(at - 1) >>> 1] > entry) {
      heap[at] = heap[(at - 1) >>> 1];
      at = (at - 1) >>> 1;
    }
    heap[at] = entry;
  }

  private long pop() {
    long top = heap[0];
    long last = heap[--heapSize];
    int at = 0;
    int child = 1;
    while (child < heapSize) {
      if (child + 1 < heapSize && heap[child + 1] < heap[child]) {
        child++;
      }
      if (heap[child] >= last) {
        break;
      }
      heap[at] = heap[child];
      at = child;
      child = 2 * at + 1;
    }
    heap[at] = last;
    return top;
  }

  /**
   * After {@link #count} of a long segment: the end of the last token that ends at {@code most} or
   * before it, or of the first token where that is longer.
   */
  int endOfTokens(int most) {
    int end = nexts[0];
    while (end < most && nexts[end] <= most) {
      end = nexts[end];
    }
    return end;
  }

  /** After {@link #count} of a long segment: tokens up to {@code end}, where one of them ends. */
  int tokensUpTo(int end) {
    int tokens = 0;
    for (int at = 0; at < end; at = nexts[at]) {
      tokens++;
    }
    return tokens;
  }
}
