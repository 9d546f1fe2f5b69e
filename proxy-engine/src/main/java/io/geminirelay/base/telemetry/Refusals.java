package io.geminirelay.base.telemetry;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How many connections of clients were not taken, or ended, and why. Thread safe. */
public final class Refusals {
  private final Map<Refusal, LongAdder> counts =
      Stream.of(Refusal.values())
          .collect(Collectors.toUnmodifiableMap(each -> each, each -> new LongAdder()));

  /** Counts one. */
  public void count(Refusal why) {
    at(why).increment();
  }

  /** How many so far. */
  public long of(Refusal why) {
    return at(why).sum();
  }

  private LongAdder at(Refusal why) {
    return Objects.requireNonNull(counts.get(why));
  }
}
