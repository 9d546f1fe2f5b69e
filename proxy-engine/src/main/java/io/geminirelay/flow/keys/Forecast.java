package io.geminirelay.flow.keys;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Foresees when requests of one size can be served: from the ends of rests and what quotas say of
 * their room. Quotas are asked when they are known to be open, so a forecast is true if nobody else
 * comes. For one question, off the hot path; reads live state.
 */
final class Forecast {
  /** Daily quotas start anew within a day, which can have 25 hours. */
  private static final long LONGEST_NANOS = TimeUnit.HOURS.toNanos(25);

  /** As exact as need be for a header that counts in seconds. */
  private static final long FINE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** Far off, a forecast is as exact as this part of it. */
  private static final int PART = 64;

  private final List<Source> sources;
  private final long tokens;
  private final long now;

  /** A quota, with the wait until a key that draws on it may be tried, or is thought open. */
  private record Source(ModelQuota quota, long openWaitNanos, long forecastNanos) {
    Source sooner(Source other) {
      return new Source(
          quota,
          Math.min(openWaitNanos, other.openWaitNanos),
          Math.min(forecastNanos, other.forecastNanos));
    }
  }

  private Forecast(List<Source> sources, long tokens, long now) {
    this.sources = sources;
    this.tokens = tokens;
    this.now = now;
  }

  /** For requests of {@code tokens} with any of {@code candidates}. */
  static Forecast of(Candidate[] candidates, long tokens, long now) {
    boolean anyOpen = false;
    for (Candidate each : candidates) {
      anyOpen |= each.key().usable(each.sent());
    }
    IdentityHashMap<ModelQuota, Source> sources = new IdentityHashMap<>();
    for (Candidate each : candidates) {
      Rests rests = each.rests();
      if (!each.key().state().disabled() && rests.invalid() == null) {
        boolean open = !anyOpen && rests.onlyFailing();
        Source source =
            new Source(
                each.quota(),
                open ? 0 : rests.trialWaitNanos(now),
                open ? 0 : rests.forecastNanos(now));
        sources.merge(each.quota(), source, Source::sooner);
      }
    }
    return new Forecast(List.copyOf(sources.values()), tokens, now);
  }

  /** Nanoseconds until one can be served, 0 for now, or {@link KeySelector#NEVER}. */
  long waitNanos() {
    long wait = KeySelector.NEVER;
    for (Source each : sources) {
      // A trial after a rest goes whatever the quota.
      long own =
          each.openWaitNanos() > 0 ? each.openWaitNanos() : each.quota().waitNanos(tokens, now);
      wait = Math.min(wait, own);
    }
    return wait;
  }

  /**
   * Nanoseconds until one more than {@code ahead} can have been served, 25 hours when it takes
   * longer, or {@link KeySelector#NEVER} when none can ever be.
   */
  long waitNanos(long ahead) {
    if (fits(ahead, 0)) {
      return 0;
    }
    long early = 0;
    long late = FINE_NANOS;
    while (!fits(ahead, late)) {
      if (late == LONGEST_NANOS) {
        return fits(0, late) ? LONGEST_NANOS : KeySelector.NEVER;
      }
      early = late;
      late = Math.min(2 * late, LONGEST_NANOS);
    }
    while (late - early > Math.max(FINE_NANOS, late / PART)) {
      long middle = early + (late - early) / 2;
      if (fits(ahead, middle)) {
        late = middle;
      } else {
        early = middle;
      }
    }
    return late;
  }

  /** Whether more than {@code ahead} can be served within {@code waitNanos}. */
  private boolean fits(long ahead, long waitNanos) {
    long room = 0;
    for (Source each : sources) {
      if (each.forecastNanos() <= waitNanos) {
        long fitting = each.quota().roomBy(tokens, now + waitNanos);
        // A trial after a rest goes whatever the quota.
        long least = each.openWaitNanos() > 0 ? 1 : 0;
        room += Math.max(least, Math.min(fitting, Integer.MAX_VALUE));
        if (room > ahead) {
          return true;
        }
      }
    }
    return false;
  }
}
