package io.geminirelay.base.telemetry;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** How many connections of clients were not taken, or ended, and why. Thread safe. */
public final class Refusals {
  private final Map<Refusal, LongAdder> counts = new EnumMap<>(Refusal.class);

  /** None yet. */
  public Refusals() {
    for (Refusal each : Refusal.values()) {
      counts.put(each, new LongAdder());
    }
  }

  /** Counts one. */
  public void count(Refusal why) {
    LongAdder count = counts.get(why);
    if (count != null) {
      count.increment();
    }
  }

  /** How many so far. */
  public long of(Refusal why) {
    LongAdder count = counts.get(why);
    return count == null ? 0 : count.sum();
  }
}
