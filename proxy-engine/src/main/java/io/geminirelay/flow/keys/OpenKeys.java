package io.geminirelay.flow.keys;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What can be handed out for one model, as long as no key's state changes: turns among the keys
 * that are open to anybody, and trials of those that rest.
 *
 * <p>Where every key that would be open fails, the target is broken rather than the keys: then
 * those that fail take turns, the one that failed longest ago first. Thread safe.
 */
final class OpenKeys {
  /** Of no keys, and never current. */
  static final OpenKeys NONE = new OpenKeys(new Snapshot(-1, 0, 0), Turns.NONE, List.of(), false);

  /** How late a health that changed may be noticed. */
  private static final long LOOK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /** Health comes back with time: how often shares are computed anew while some key lacks it. */
  private static final long RECOVERY_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Snapshot made;
  private final Turns turns;
  private final Candidate[] resting;
  private final boolean unhealthy;
  private volatile long lookAtNanos;
  private volatile long trialAtNanos;

  /** Where the next trial is looked for first: many rests end at the same moment. */
  private volatile int trialFrom;

  /**
   * What it was made from.
   *
   * @param version number of the states
   * @param healths number of the healths
   * @param atNanos when
   */
  record Snapshot(long version, long healths, long atNanos) {}

  private OpenKeys(Snapshot made, Turns turns, List<Candidate> resting, boolean unhealthy) {
    this.made = made;
    this.turns = turns;
    this.resting = resting.toArray(new Candidate[0]);
    this.unhealthy = unhealthy;
    this.trialAtNanos = made.atNanos();
    this.lookAtNanos = made.atNanos();
  }

  /** What {@code candidates} allow now; {@code cursor} counts the turns. */
  static OpenKeys of(Candidate[] candidates, StateVersion version, AtomicInteger cursor, long now) {
    // Read before the states: a change that comes in between makes this stale, never wrong.
    Snapshot made = new Snapshot(version.get(), version.healths(), now);
    List<Candidate> open = new ArrayList<>(candidates.length);
    List<Candidate> failing = new ArrayList<>();
    List<Candidate> resting = new ArrayList<>();
    boolean unhealthy = false;
    for (Candidate each : candidates) {
      if (each.key().usable(each.sent())) {
        open.add(each);
        unhealthy |= each.key().state().healthStep(now) < HealthScore.STEPS;
      } else if (!each.key().state().disabled()) {
        resting.add(each);
        if (each.rests().onlyFailing()) {
          failing.add(each);
        }
      }
    }
    if (open.isEmpty() && !failing.isEmpty()) {
      failing.sort(Comparator.comparingLong(each -> each.key().state().failedAtNanos() - now));
      return new OpenKeys(made, Turns.inOrder(failing.toArray(new Candidate[0])), resting, false);
    }
    Turns turns = Turns.byShare(open.toArray(new Candidate[0]), cursor, now);
    return new OpenKeys(made, turns, resting, unhealthy);
  }

  /** Whether this is what the states of {@code version} allow. */
  boolean current(long version) {
    return made.version() == version && !StateVersion.unsteady(version);
  }

  Turns turns() {
    return turns;
  }

  /** Whether it is time for {@link #trial} and {@link #outdated}. */
  boolean lookDue(long now) {
    return now - lookAtNanos >= 0;
  }

  /** Whether shares have to be computed anew. */
  boolean outdated(StateVersion version, long now) {
    return version.healths() != made.healths()
        || (unhealthy && now - made.atNanos() >= RECOVERY_NANOS);
  }

  /** A key whose rest is over, with the right to its one trial; or null. */
  @Nullable Candidate trial(TriedKeys tried, long now) {
    if (now - trialAtNanos < 0) {
      lookAtNanos = now + Math.min(LOOK_EVERY_NANOS, trialAtNanos - now);
      return null;
    }
    long wait = Long.MAX_VALUE / 2;
    int from = trialFrom;
    for (int i = 0; i < resting.length; i++) {
      int place = (from + i) % resting.length;
      Rests rests = resting[place].rests();
      if (!tried.contains(resting[place].key()) && rests.tryTrial(now)) {
        trialFrom = place + 1;
        return resting[place];
      }
      wait = Math.min(wait, rests.none() ? LOOK_EVERY_NANOS : rests.trialWaitNanos(now));
    }
    trialAtNanos = now + wait;
    lookAtNanos = now + Math.min(wait, LOOK_EVERY_NANOS);
    return null;
  }
}
