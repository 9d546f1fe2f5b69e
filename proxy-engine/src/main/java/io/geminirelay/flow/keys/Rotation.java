package io.geminirelay.flow.keys;

import io.geminirelay.base.exchange.TimeSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Hands out the keys that may serve one model, named as clients ask for it.
 *
 * <p>Which keys are open is worked out once and kept as {@link OpenKeys} until some state changes,
 * so that a turn costs one atomic step. Resting keys whose time is over are not put back, but
 * handed out once as a trial, before the crowd and whatever their quota, and join when that
 * succeeds. Thread safe.
 */
final class Rotation {
  private final String model;
  private final StateVersion version;
  private final AtomicInteger cursor = new AtomicInteger();
  private final Candidate[] candidates;
  private volatile OpenKeys open = OpenKeys.NONE;
  private volatile @Nullable Outlook outlook;

  Rotation(String model, List<ApiKey> keys, StateVersion version) {
    this.model = model;
    this.version = version;
    this.candidates = keys.stream().map(key -> new Candidate(key, model)).toArray(Candidate[]::new);
  }

  /** The next key that is usable, has room and is not in {@code tried}, leased; or null. */
  @Nullable ApiKey next(Demand demand, TriedKeys tried, KeyLease lease, TimeSource time) {
    long now = time.nanoTime();
    long tokens = demand.tokens();
    OpenKeys current = open;
    if (!current.current(version.get())) {
      current = refresh(now);
    }
    boolean due = current.lookDue(now);
    Candidate trial = due && !demand.once() ? current.trial(tried, now) : null;
    if (trial == null) {
      if (due && current.outdated(version, now)) {
        current = refresh(now);
      }
      Candidate chosen = current.turns().next(tokens, tried, now);
      if (chosen != null) {
        return leased(chosen, false, tokens, lease, now);
      }
      trial = demand.once() ? current.trial(tried, now) : null;
    }
    if (trial == null) {
      return null;
    }
    trial.quota().draw(tokens, now);
    return leased(trial, true, tokens, lease, now);
  }

  private static ApiKey leased(
      Candidate chosen, boolean trial, long tokens, KeyLease lease, long now) {
    lease.fill(chosen, trial, tokens, now);
    return chosen.key();
  }

  private OpenKeys refresh(long now) {
    for (int i = 0; i < candidates.length; i++) {
      if (!candidates[i].current()) {
        candidates[i] = new Candidate(candidates[i].key(), model);
      }
    }
    OpenKeys made = OpenKeys.of(candidates, version, cursor, now);
    open = made;
    return made;
  }

  /** What can be foreseen. */
  Forecast forecast(long now) {
    return Forecast.of(candidates, now);
  }

  /** The answer to {@code asked} as of a moment ago. */
  long forecastNanos(Forecast.Question asked, long now) {
    Outlook current = outlook;
    long states = version.get();
    if (current == null || !current.current(states, now)) {
      current = new Outlook(Forecast.of(candidates, now), states, now);
      outlook = current;
    }
    return current.waitNanos(asked, now);
  }
}
