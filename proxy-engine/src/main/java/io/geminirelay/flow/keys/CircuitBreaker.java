package io.geminirelay.flow.keys;

import io.geminirelay.base.config.BreakerConfig;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Leaves a target alone that keeps failing.
 *
 * <p>ADMITTING lets all through; failures in a row lead to REFUSING, which lets none through; after
 * the recovery time PROBING lets a few through: enough successes lead back to ADMITTING, one
 * failure to REFUSING. While nothing fails, asking and telling are one volatile read each. Thread
 * safe.
 */
public final class CircuitBreaker {
  /** How long a trial takes as a rule. */
  private static final long TRIAL_NANOS = 1_000_000_000L;

  private static final Phase CALM = new Phase(State.ADMITTING, 0, 0, 0);

  private final BreakerConfig config;
  private final AtomicReference<Phase> phase = new AtomicReference<>(CALM);

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
   * @param count failures in a row while admitting, successes in a row while probing
   * @param trials requests under way while probing
   * @param sinceNanos when refusing began, or the last trial
   */
  private record Phase(State state, int count, int trials, long sinceNanos) {}

  /** A breaker that admits. */
  public CircuitBreaker(BreakerConfig config) {
    this.config = config;
  }

  /** The present state. */
  public State state() {
    return phase.get().state();
  }

  /** Whether a request may go; each true is followed by one success, failure or release. */
  public boolean tryAdmit(long now) {
    while (true) {
      Phase old = phase.get();
      if (old.state() == State.ADMITTING) {
        return true;
      }
      // Trials that never report are given up after another recovery time.
      boolean recovered = now - old.sinceNanos() >= config.recovery().toNanos();
      boolean room = old.state() == State.PROBING && old.trials() < config.trials();
      if (!recovered && !room) {
        return false;
      }
      int trials = room ? old.trials() + 1 : 1;
      int count = old.state() == State.PROBING ? old.count() : 0;
      if (phase.compareAndSet(old, new Phase(State.PROBING, count, trials, now))) {
        return true;
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

  /** The same, but trials under way are expected to end soon. */
  long forecastNanos(long now) {
    long wait = waitNanos(now);
    return state() == State.PROBING ? Math.min(wait, TRIAL_NANOS) : wait;
  }

  /** The target answered: whatever it said, it works. */
  public void success() {
    while (true) {
      Phase old = phase.get();
      if (old.equals(CALM) || old.state() == State.REFUSING) {
        return;
      }
      boolean healed =
          old.state() == State.ADMITTING || old.count() + 1 >= config.successThreshold();
      if (phase.compareAndSet(old, healed ? CALM : ended(old, old.count() + 1))) {
        return;
      }
    }
  }

  /** The target failed. */
  public void failure(long now) {
    while (true) {
      Phase old = phase.get();
      if (old.state() == State.REFUSING) {
        return;
      }
      boolean enough = old.state() == State.PROBING || old.count() + 1 >= config.failureThreshold();
      Phase next =
          enough
              ? new Phase(State.REFUSING, 0, 0, now)
              : new Phase(State.ADMITTING, old.count() + 1, 0, 0);
      if (phase.compareAndSet(old, next)) {
        return;
      }
    }
  }

  /** An admitted request ended without telling anything of the target. */
  public void release() {
    while (true) {
      Phase old = phase.get();
      if (old.state() != State.PROBING || phase.compareAndSet(old, ended(old, old.count()))) {
        return;
      }
    }
  }

  private static Phase ended(Phase old, int count) {
    return new Phase(State.PROBING, count, Math.max(0, old.trials() - 1), old.sinceNanos());
  }
}
