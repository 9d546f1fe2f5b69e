package io.geminirelay.flow.keys;

import io.geminirelay.base.config.BreakerConfig;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Leaves a target alone that keeps failing.
 *
 * <p>ADMITTING lets all through; failures in a row lead to REFUSING, which lets none through; after
 * the recovery time PROBING lets a few through: enough successes lead back to ADMITTING, one
 * failure to REFUSING. What was admitted before the breaker opened and ends while it probes counts
 * for nothing: neither its place nor its outcome is a trial's. While nothing fails, asking and
 * telling are one volatile read each. Thread safe.
 */
public final class CircuitBreaker {
  /** What {@link #admit} says when nothing may go. */
  static final int REFUSED = -1;

  /** How long a trial takes as a rule. */
  private static final long TRIAL_NANOS = 1_000_000_000L;

  private final BreakerConfig config;
  private final AtomicReference<Phase> phase =
      new AtomicReference<>(new Phase(State.ADMITTING, 0, 0, 0, 0, false));

  /** What is let through. */
  public enum State {
    /** Everything. */
    ADMITTING,
    /** Nothing. */
    REFUSING,
    /** A few requests at a time. */
    PROBING
  }

  /**
   * Where the breaker stands.
   *
   * @param number of the phase: what was admitted in an earlier one tells nothing of this one
   * @param count failures in a row while admitting, successes in a row while probing
   * @param trials requests under way while probing
   * @param sinceNanos when refusing began, or the last trial
   * @param answered whether the failures were answers of the target, all of them
   */
  private record Phase(
      State state, int number, int count, int trials, long sinceNanos, boolean answered) {
    /** The phase that follows; numbers stay positive. */
    Phase next(State state, int trials, long sinceNanos) {
      return next(state, trials, sinceNanos, false);
    }

    Phase next(State state, int trials, long sinceNanos, boolean answered) {
      return new Phase(state, number + 1 & Integer.MAX_VALUE, 0, trials, sinceNanos, answered);
    }

    Phase with(int count, int trials) {
      return with(count, trials, answered);
    }

    Phase with(int count, int trials, boolean answered) {
      return new Phase(state, number, count, trials, sinceNanos, answered);
    }
  }

  /** A breaker that admits. */
  public CircuitBreaker(BreakerConfig config) {
    this.config = config;
  }

  /** The present state. */
  public State state() {
    return phase.get().state();
  }

  /**
   * A permit for one request, or {@link #REFUSED}; each permit is followed by one success, failure
   * or release.
   */
  int admit(long now) {
    while (true) {
      Phase old = phase.get();
      if (old.state() == State.ADMITTING) {
        return old.number();
      }
      boolean recovered = now - old.sinceNanos() >= config.recovery().toNanos();
      boolean probing = old.state() == State.PROBING;
      boolean room = probing && old.trials() < config.trials();
      if (!recovered && !room) {
        return REFUSED;
      }
      // Trials that never report give their places up after another recovery time.
      int trials = room ? old.trials() + 1 : 1;
      Phase next =
          probing
              ? new Phase(State.PROBING, old.number(), old.count(), trials, now, false)
              : old.next(State.PROBING, 1, now);
      if (phase.compareAndSet(old, next)) {
        return next.number();
      }
    }
  }

  /** Nanoseconds until a request may be let through, if no trial ends before. */
  public long waitNanos(long now) {
    Phase current = phase.get();
    boolean room = current.state() == State.PROBING && current.trials() < config.trials();
    return current.state() == State.ADMITTING || room
        ? 0
        : Math.max(0, current.sinceNanos() + config.recovery().toNanos() - now);
  }

  /**
   * Nanoseconds for which it refuses because of what the target answered; 0 in every other state,
   * and where the way to the target may be what is broken.
   */
  long answeredNanos(long now) {
    Phase current = phase.get();
    return current.state() == State.REFUSING && current.answered()
        ? Math.max(0, current.sinceNanos() + config.recovery().toNanos() - now)
        : 0;
  }

  /** Refuses for {@code nanos}, though not longer than the recovery time, if it admits now. */
  void leaveAlone(long nanos, long now) {
    long recovery = config.recovery().toNanos();
    long since = now - recovery + Math.min(nanos, recovery);
    Phase old = phase.get();
    while (old.state() == State.ADMITTING
        && !phase.compareAndSet(old, old.next(State.REFUSING, 0, since, true))) {
      old = phase.get();
    }
  }

  /** The same, but trials under way are expected to end soon. */
  long forecastNanos(long now) {
    long wait = waitNanos(now);
    return state() == State.PROBING ? Math.min(wait, TRIAL_NANOS) : wait;
  }

  /** The target answered: whatever it said, it works. */
  void success(int permit) {
    while (true) {
      Phase old = phase.get();
      boolean calm = old.state() == State.ADMITTING && old.count() == 0;
      if (calm || old.number() != permit || old.state() == State.REFUSING) {
        return;
      }
      Phase next;
      if (old.state() == State.ADMITTING) {
        next = old.with(0, 0);
      } else if (old.count() + 1 >= config.successThreshold()) {
        next = old.next(State.ADMITTING, 0, 0);
      } else {
        next = old.with(old.count() + 1, Math.max(0, old.trials() - 1));
      }
      if (phase.compareAndSet(old, next)) {
        return;
      }
    }
  }

  /**
   * The target failed; whether it is refused from now on.
   *
   * @param answered whether it did so by an answer, which others would get, too
   */
  boolean failure(int permit, long now, boolean answered) {
    while (true) {
      Phase old = phase.get();
      if (old.number() != permit || old.state() == State.REFUSING) {
        return false;
      }
      boolean enough = old.state() == State.PROBING || old.count() + 1 >= config.failureThreshold();
      boolean first = old.state() == State.PROBING || old.count() == 0;
      boolean all = answered && (first || old.answered());
      Phase next =
          enough ? old.next(State.REFUSING, 0, now, all) : old.with(old.count() + 1, 0, all);
      if (phase.compareAndSet(old, next)) {
        return enough;
      }
    }
  }

  /** An admitted request ended without telling anything of the target. */
  void release(int permit) {
    while (true) {
      Phase old = phase.get();
      if (old.state() != State.PROBING
          || old.number() != permit
          || phase.compareAndSet(old, old.with(old.count(), Math.max(0, old.trials() - 1)))) {
        return;
      }
    }
  }
}
