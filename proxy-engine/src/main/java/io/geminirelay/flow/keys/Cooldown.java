package io.geminirelay.flow.keys;

import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * One rest of a key or quota bucket: until when, why, and who may try first afterwards.
 *
 * <p>A rest does not end by the clock alone: from {@link #untilNanos()} on, one request is let
 * through as a trial, and only its success ends the rest for the crowd. A trial that tells nothing
 * within {@link #TRIAL_PATIENCE_NANOS} makes room for another. Thread safe.
 */
public final class Cooldown {
  /** How long a trial may stay without a verdict before another is admitted. */
  static final long TRIAL_PATIENCE_NANOS = 30_000_000_000L;

  /** How long a trial takes as a rule. */
  private static final long TRIAL_NANOS = 1_000_000_000L;

  private static final AtomicLongFieldUpdater<Cooldown> TRIAL_AT =
      AtomicLongFieldUpdater.newUpdater(Cooldown.class, "trialAtNanos");

  private final String model;
  private final String reason;
  private final String quotaId;
  private final int step;
  private final long untilNanos;
  private volatile long trialAtNanos;

  Cooldown(String model, String reason, String quotaId, int step, long untilNanos) {
    this.model = model;
    this.reason = reason;
    this.quotaId = quotaId;
    this.step = step;
    this.untilNanos = untilNanos;
    this.trialAtNanos = untilNanos;
  }

  /**
   * What follows {@code old} when a refusal asks for {@code rest}; {@code old} itself when it
   * changes nothing.
   *
   * <p>Many requests are in flight when a quota runs out, and each brings its refusal: those that
   * come during the rest may lengthen it when Google names a time, but climb no ladder.
   */
  static Cooldown after(@Nullable Cooldown old, String model, Rest rest, long now) {
    boolean resting = old != null && now - old.untilNanos < 0;
    if (old != null && resting) {
      if (rest.ladder() || now + rest.nanos() - old.untilNanos <= 0) {
        return old;
      }
      return new Cooldown(model, rest.reason(), rest.quotaId(), old.step, now + rest.nanos());
    }
    int step = old == null || !rest.ladder() ? 0 : old.step + 1;
    return new Cooldown(model, rest.reason(), rest.quotaId(), step, now + rest.nanosOfStep(step));
  }

  /** The model that rests; empty when all models do. */
  public String model() {
    return model;
  }

  /** Stable machine-readable reason. */
  public String reason() {
    return reason;
  }

  /** The quota Google named, or empty. */
  public String quotaId() {
    return quotaId;
  }

  /** End of the rest, on the scale of the time source's ticker. */
  public long untilNanos() {
    return untilNanos;
  }

  /** When the next trial may go; moves while trials are under way. */
  long trialAtNanos() {
    return trialAtNanos;
  }

  /** Time by which others are thought to be let through: a trial under way tells soon. */
  long forecastNanos(long now) {
    long wait = Math.max(0, trialAtNanos - now);
    return over(now) ? Math.min(wait, TRIAL_NANOS) : wait;
  }

  /** Whether the rest is over, so that what happens now is evidence. */
  boolean over(long now) {
    return now - untilNanos >= 0;
  }

  /** Takes the right to the trial: true for exactly one caller. */
  boolean tryTrial(long now) {
    long at = trialAtNanos;
    return now - at >= 0 && TRIAL_AT.compareAndSet(this, at, now + TRIAL_PATIENCE_NANOS);
  }

  /** Gives the right to a trial back: it told nothing. */
  boolean releaseTrial(long now) {
    long at = trialAtNanos;
    return over(now) && now - at < 0 && TRIAL_AT.compareAndSet(this, at, now);
  }

  /**
   * How long to rest.
   *
   * @param reason stable machine-readable reason
   * @param quotaId the quota Google named, or empty
   * @param nanos a fixed length, or the first step of a ladder that doubles
   * @param capNanos the ladder's upper end; 0 for a fixed length
   */
  record Rest(String reason, String quotaId, long nanos, long capNanos) {
    private static final int MAX_DOUBLINGS = 24;

    boolean ladder() {
      return capNanos > 0;
    }

    long nanosOfStep(int step) {
      return ladder() ? Math.min(capNanos, nanos << Math.min(step, MAX_DOUBLINGS)) : nanos;
    }
  }
}
