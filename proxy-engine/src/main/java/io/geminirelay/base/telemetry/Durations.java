package io.geminirelay.base.telemetry;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.AbstractHistogram;
import org.HdrHistogram.AtomicHistogram;
import org.jspecify.annotations.Nullable;

/**
 * Lengths of time since the start, by size, from 1 µs to an hour within one part in a hundred.
 *
 * <p>Only ever added to, by each event loop to a histogram of its own; what came of late is the
 * difference of two copies. A recorder that is emptied instead would have its reader wait for
 * writers. Thread safe.
 */
final class Durations {
  private static final long MAX_MICROS = TimeUnit.HOURS.toMicros(1);
  private static final int DIGITS = 2;
  private static final double MICROS_OF_MILLI = 1_000;

  private final PerLoop<AtomicHistogram> loops = new PerLoop<>(Durations::none);

  private static AtomicHistogram none() {
    return new AtomicHistogram(MAX_MICROS, DIGITS);
  }

  /** Adds one. */
  void add(long nanos) {
    loops
        .mine()
        .recordValue(Math.max(0, Math.min(MAX_MICROS, TimeUnit.NANOSECONDS.toMicros(nanos))));
  }

  /** All of them as they are now. */
  AbstractHistogram copy() {
    AbstractHistogram all = none();
    for (AtomicHistogram each : loops.all()) {
      all.add(each);
    }
    return all;
  }

  /**
   * Those of {@code now} that were not in {@code earlier} yet; null when there is none, which costs
   * next to nothing.
   */
  static @Nullable Spread between(AbstractHistogram earlier, AbstractHistogram now) {
    if (now.getTotalCount() == earlier.getTotalCount()) {
      return null;
    }
    AbstractHistogram since = now.copy();
    since.subtract(earlier);
    return since.getTotalCount() == 0
        ? null
        : new Spread(millis(since, 50), millis(since, 95), millis(since, 99));
  }

  private static double millis(AbstractHistogram of, double percentile) {
    return of.getValueAtPercentile(percentile) / MICROS_OF_MILLI;
  }
}
