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

  /**
   * What is asked.
   *
   * @param tokens size of the request
   * @param ahead how many others come first
   * @param tokensAhead what those hold together
   */
  record Question(long tokens, long ahead, long tokensAhead) {
    /** What those ahead hold on average. */
    long mean() {
      return ahead == 0 ? tokens : Math.max(0, tokensAhead) / ahead;
    }
  }

  private Forecast(List<Source> sources, long now) {
    this.sources = sources;
    this.now = now;
  }

  /** For requests with any of {@code candidates}. */
  static Forecast of(Candidate[] candidates, long now) {
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
    return new Forecast(List.copyOf(sources.values()), now);
  }

  /** Nanoseconds until one of {@code tokens} can be served, 0 for now, or NEVER. */
  long waitNanos(long tokens) {
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
   * Nanoseconds until it can be served and those ahead can have been, 25 hours when it takes
   * longer, or {@link KeySelector#NEVER} when none can ever be.
   */
  long waitNanos(Question asked) {
    // Nothing fits before the first does: the search begins there.
    long first = firstNanos(asked.tokens());
    if (first == KeySelector.NEVER || first >= LONGEST_NANOS) {
      return Math.min(first, first == KeySelector.NEVER ? first : LONGEST_NANOS);
    }
    if (asked.ahead() == 0 || fits(asked, first)) {
      return first;
    }
    long early = first;
    long late = Math.max(FINE_NANOS, first);
    while (!fits(asked, late)) {
      if (late == LONGEST_NANOS) {
        return LONGEST_NANOS;
      }
      early = late;
      late = Math.min(2 * late, LONGEST_NANOS);
    }
    while (late - early > Math.max(FINE_NANOS, late / PART)) {
      long middle = early + (late - early) / 2;
      if (fits(asked, middle)) {
        late = middle;
      } else {
        early = middle;
      }
    }
    return late;
  }

  /** When one of {@code tokens} can be served that has nobody before it, or NEVER. */
  private long firstNanos(long tokens) {
    long first = KeySelector.NEVER;
    for (Source each : sources) {
      if (each.forecastNanos() < first) {
        // A trial after a rest goes whatever the quota.
        long room = each.openWaitNanos() > 0 ? 0 : each.quota().waitNanos(tokens, now);
        first = Math.min(first, Math.max(each.forecastNanos(), room));
      }
    }
    return first;
  }

  /**
   * Whether all ahead and one more can be served within {@code waitNanos}, if they are of one size.
   */
  private boolean fits(Question asked, long waitNanos) {
    long mean = asked.mean();
    long room = 0;
    boolean tokensBind = false;
    for (Source each : sources) {
      if (each.forecastNanos() <= waitNanos) {
        long fitting = each.quota().roomBy(mean, now + waitNanos);
        tokensBind |= fitting < each.quota().roomBy(0, now + waitNanos);
        // A trial after a rest goes whatever the quota.
        long least = each.openWaitNanos() > 0 ? 1 : 0;
        room += Math.max(least, Math.min(fitting, Integer.MAX_VALUE));
      }
    }
    // Where tokens are short, one larger than those ahead takes the place of several.
    long units = tokensBind ? asked.tokens() / Math.max(1, mean) : 1;
    return room >= asked.ahead() + Math.max(1, units);
  }
}
