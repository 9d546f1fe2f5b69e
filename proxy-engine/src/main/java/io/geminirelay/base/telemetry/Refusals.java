package io.geminirelay.base.telemetry;

import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** How many connections of clients were not taken, or ended, and why. Thread safe. */
public final class Refusals {
  private final LongAdder[] counts =
      Stream.of(Refusal.values()).map(each -> new LongAdder()).toArray(LongAdder[]::new);

  /** Counts one. */
  public void count(Refusal why) {
    counts[why.ordinal()].increment();
  }

  /** How many so far. */
  public long of(Refusal why) {
    return counts[why.ordinal()].sum();
  }
}
