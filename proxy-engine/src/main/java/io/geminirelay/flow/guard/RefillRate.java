package io.geminirelay.flow.guard;

import io.geminirelay.base.exchange.TimeSource;
import java.util.concurrent.TimeUnit;

/**
 * How fast buckets refill and how much they hold, in the time it takes: what all buckets of one
 * limit share. Immutable.
 *
 * <p>A unit's time is rounded up, to whole nanoseconds for up to 60 million units a minute and for
 * each amount beyond that, so that rounding never lets more through; a full bucket of such a slower
 * limit gives exactly its capacity.
 */
final class RefillRate {
  /** What a bucket may owe at most, so that no sum overflows. */
  static final long MAX_SPAN_NANOS = TimeUnit.DAYS.toNanos(365);

  private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long EXACT_NANOS = 1000;

  private final TimeSource time;
  private final long originNanos;
  private final long unitNanos;
  private final double unitNanosExactly;
  private final long capacityNanos;

  /**
   * A rate.
   *
   * @param perMinute units that come back in a minute; at least 1
   * @param capacity units in a full bucket; at least 1
   */
  RefillRate(long perMinute, long capacity, TimeSource time) {
    this.time = time;
    this.originNanos = time.nanoTime();
    this.unitNanos = (MINUTE_NANOS + perMinute - 1) / perMinute;
    this.unitNanosExactly = (double) MINUTE_NANOS / perMinute;
    this.capacityNanos = nanosOf(capacity);
  }

  /** Nanoseconds since this rate was made. */
  long now() {
    return time.nanoTime() - originNanos;
  }

  /** The time in which {@code units} come back, a year at most. */
  long nanosOf(long units) {
    if (unitNanos < EXACT_NANOS) {
      return (long) Math.min(Math.ceil(units * unitNanosExactly), (double) MAX_SPAN_NANOS);
    }
    return units > MAX_SPAN_NANOS / unitNanos ? MAX_SPAN_NANOS : units * unitNanos;
  }

  /** Whole units that come back in {@code nanos}, rounded down; less than 0 for less than 0. */
  long unitsIn(long nanos) {
    return unitNanos < EXACT_NANOS
        ? (long) Math.floor(nanos / unitNanosExactly)
        : Math.floorDiv(nanos, unitNanos);
  }

  /** The time in which an empty bucket fills. */
  long capacityNanos() {
    return capacityNanos;
  }
}
