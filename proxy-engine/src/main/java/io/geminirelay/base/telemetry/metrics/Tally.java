package io.geminirelay.base.telemetry.metrics;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * A few counters by a small number: found without a hash, a box or an allocation, since of the many
 * possible numbers a place sees but a few. Thread safe.
 */
final class Tally {
  private final IntFunction<CounterDataPoint> maker;
  private volatile Entry[] entries = {};

  private record Entry(int number, CounterDataPoint counter) {}

  /** Counters as {@code maker} makes them when they are first needed. */
  Tally(IntFunction<CounterDataPoint> maker) {
    this.maker = maker;
  }

  /** The counter of {@code number}. */
  CounterDataPoint of(int number) {
    for (Entry each : entries) {
      if (each.number == number) {
        return each.counter;
      }
    }
    return add(number);
  }

  private synchronized CounterDataPoint add(int number) {
    for (Entry each : entries) {
      if (each.number == number) {
        return each.counter;
      }
    }
    Entry[] more = Arrays.copyOf(entries, entries.length + 1);
    Entry made = new Entry(number, maker.apply(number));
    more[entries.length] = made;
    entries = more;
    return made.counter;
  }
}
