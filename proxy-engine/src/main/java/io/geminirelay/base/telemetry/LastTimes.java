package io.geminirelay.base.telemetry;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/** How long the last 128 took. Thread safe; adding waits for nobody, reading sorts a copy. */
final class LastTimes {
  private static final int KEPT = 128;
  private static final double NANOS_OF_MILLI = 1_000_000;

  private final AtomicLongArray nanos = new AtomicLongArray(KEPT);
  private final AtomicInteger added = new AtomicInteger();

  /** Adds one in place of the oldest. */
  void add(long lengthNanos) {
    int at = added.getAndIncrement() & (KEPT - 1);
    // 0 stands for an empty place.
    nanos.setRelease(at, Math.max(1, lengthNanos));
  }

  /** Half took no longer, in milliseconds; null where there is none. */
  @Nullable Double medianMillis() {
    long[] known = new long[KEPT];
    int count = 0;
    for (int i = 0; i < KEPT; i++) {
      long length = nanos.getAcquire(i);
      if (length > 0) {
        known[count++] = length;
      }
    }
    if (count == 0) {
      return null;
    }
    Arrays.sort(known, 0, count);
    return known[(count - 1) / 2] / NANOS_OF_MILLI;
  }
}
