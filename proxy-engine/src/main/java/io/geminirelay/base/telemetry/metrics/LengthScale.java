package io.geminirelay.base.telemetry.metrics;

import java.util.Arrays;
import java.util.TreeSet;

/**
 * Sorts lengths of time into places so fine that both kinds of buckets a histogram has, the classic
 * ones and the native ones, are made of whole places. So one addition does for both, and what is
 * read while others add can never count more in the one kind than in the other. Immutable.
 */
final class LengthScale {
  /** 8 native buckets for each doubling: errs by 4.5 %. */
  static final int SCHEMA = 3;

  private static final int BUCKETS_OF_DOUBLING = 1 << SCHEMA;
  private static final double SECOND_NANOS = 1e9;

  /** Native buckets end at 2 to the power of an eighth of their number, in seconds. */
  private static final int FIRST_NATIVE = -30 * BUCKETS_OF_DOUBLING;

  /** 18 hours; what took longer is put here too. */
  private static final int LAST_NATIVE = 16 * BUCKETS_OF_DOUBLING;

  /** Longest length of each place, in nanoseconds, growing; the first place is for none at all. */
  private final long[] longest;

  private final int[] classicBuckets;
  private final int[] nativeBuckets;

  /** The first place for lengths with these four highest bits. */
  private final short[] starts = new short[Long.SIZE * BUCKETS_OF_DOUBLING];

  /** For classic buckets up to {@code classicSeconds} and above. */
  LengthScale(double[] classicSeconds) {
    TreeSet<Long> ends = new TreeSet<>();
    ends.add(0L);
    for (int i = FIRST_NATIVE; i <= LAST_NATIVE; i++) {
      ends.add(nativeEnd(i));
    }
    for (double end : classicSeconds) {
      ends.add(Math.round(end * SECOND_NANOS));
    }
    longest = ends.stream().mapToLong(Long::longValue).toArray();
    classicBuckets = new int[longest.length];
    nativeBuckets = new int[longest.length];
    int nextNative = FIRST_NATIVE;
    for (int place = 0; place < longest.length; place++) {
      int classic = 0;
      while (classic < classicSeconds.length
          && Math.round(classicSeconds[classic] * SECOND_NANOS) < longest[place]) {
        classic++;
      }
      classicBuckets[place] = classic;
      while (nativeEnd(nextNative) < longest[place]) {
        nextNative++;
      }
      nativeBuckets[place] = nextNative;
    }
    for (int start = 0; start < starts.length; start++) {
      int found = Arrays.binarySearch(longest, leastOf(start));
      starts[start] = (short) Math.min(longest.length - 1, found < 0 ? -found - 1 : found);
    }
  }

  private static long nativeEnd(int number) {
    double part =
        Math.pow(2, Math.floorMod(number, BUCKETS_OF_DOUBLING) / (double) BUCKETS_OF_DOUBLING);
    return (long) (Math.scalb(part, Math.floorDiv(number, BUCKETS_OF_DOUBLING)) * SECOND_NANOS);
  }

  private static int start(long nanos) {
    int highest = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos);
    long next = highest < SCHEMA ? nanos << SCHEMA - highest : nanos >>> highest - SCHEMA;
    return highest << SCHEMA | (int) next & BUCKETS_OF_DOUBLING - 1;
  }

  private static long leastOf(int start) {
    int highest = start >> SCHEMA;
    long bits = BUCKETS_OF_DOUBLING | start & BUCKETS_OF_DOUBLING - 1;
    if (highest < SCHEMA) {
      // Of bits that are not there, only 0 comes up.
      return bits >> SCHEMA - highest;
    }
    return bits << highest - SCHEMA;
  }

  /** How many places there are. */
  int places() {
    return longest.length;
  }

  /** The place of a length. */
  int place(long nanos) {
    if (nanos <= 0) {
      return 0;
    }
    int place = starts[start(nanos)];
    int last = longest.length - 1;
    while (place < last && nanos > longest[place]) {
      place++;
    }
    return place;
  }

  /** Number of the classic bucket that a place is part of. */
  int classicBucket(int place) {
    return classicBuckets[place];
  }

  /** Number of the native bucket that a place but the first is part of. */
  int nativeBucket(int place) {
    return nativeBuckets[place];
  }
}
