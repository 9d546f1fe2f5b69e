package io.geminirelay.flow.keys;

import java.time.Duration;
import java.time.Instant;
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

  /** Corrections of the clock that are not worth another rest. */
  private static final long ANCHOR_SLACK_NANOS = 1_000_000_000L;

  /** How long a trial takes as a rule. */
  private static final long TRIAL_NANOS = 1_000_000_000L;

  private static final AtomicLongFieldUpdater<Cooldown> TRIAL_AT =
      AtomicLongFieldUpdater.newUpdater(Cooldown.class, "trialAtNanos");

  private final String model;
  private final Rest rest;
  private final int step;
  private final long beganNanos;
  private final long untilNanos;
  private volatile long trialAtNanos;

  Cooldown(String model, Rest rest, int step, long beganNanos, long untilNanos) {
    this.model = model;
    this.rest = rest;
    this.step = step;
    this.beganNanos = beganNanos;
    this.untilNanos = untilNanos;
    this.trialAtNanos = untilNanos;
  }

  /**
   * What follows {@code old} when a refusal asks for {@code rest}; {@code old} itself when it
   * changes nothing.
   *
   * <p>Many requests are in flight when a quota runs out, and each brings its refusal: those that
   * come during the rest, or were sent before it began, may lengthen it when Google names a time,
   * but climb no ladder.
   *
   * @param begunNanos when the refused attempt began
   */
  static Cooldown after(
      @Nullable Cooldown old, String model, Rest rest, long begunNanos, long now) {
    if (old == null) {
      return new Cooldown(model, rest, 0, now, now + rest.nanos());
    }
    if (rest.ladder()) {
      boolean sameWave = begunNanos - old.beganNanos <= 0;
      int step = old.step + 1;
      return sameWave || !old.over(now)
          ? old
          : new Cooldown(model, rest, step, now, now + rest.nanosOfStep(step));
    }
    if (old.over(now)) {
      return new Cooldown(model, rest, 0, now, now + rest.nanos());
    }
    return now + rest.nanos() - old.untilNanos <= 0
        ? old
        : new Cooldown(model, rest, old.step, now, now + rest.nanos());
  }

  /** The longer of two rests of the same model, for when they turn out to be one. */
  static Cooldown longer(@Nullable Cooldown one, Cooldown other) {
    return one != null && one.untilNanos - other.untilNanos >= 0 ? one : other;
  }

  /**
   * The same rest where a corrected clock says that the daily reset it waits for comes at another
   * moment; itself where nothing changes.
   */
  Cooldown anchored(QuotaClock clock, Instant instant, long now) {
    if (rest.resetMillis() == Rest.NO_RESET || over(now)) {
      return this;
    }
    // By its age it began on this day; by the old clock it ends then. Too early costs one trial.
    Instant began = instant.minusNanos(now - beganNanos);
    Instant planned = Instant.ofEpochMilli(rest.resetMillis());
    Instant counted = clock.nextReset(began);
    return ending(counted.isBefore(planned) ? counted : planned, rest, instant, now);
  }

  /**
   * The same rest where the daily reset that it waits for is at the times of {@code clock} from now
   * on; itself where nothing changes.
   */
  Cooldown following(QuotaClock clock, Instant instant, long now) {
    if (rest.resetMillis() == Rest.NO_RESET || over(now)) {
      return this;
    }
    Instant end = clock.nextReset(instant.minusNanos(now - beganNanos));
    return ending(end, rest.until(end), instant, now);
  }

  private Cooldown ending(Instant end, Rest by, Instant instant, long now) {
    long until = now + Math.max(0, Duration.between(instant, end).toNanos());
    return Math.abs(until - untilNanos) < ANCHOR_SLACK_NANOS
        ? this
        : new Cooldown(model, by, step, beganNanos, until);
  }

  /** The model that rests; empty when all models do. */
  public String model() {
    return model;
  }

  /** Stable machine-readable reason. */
  public String reason() {
    return rest.reason();
  }

  /** The quota Google named, or empty. */
  public String quotaId() {
    return rest.quotaId();
  }

  /** For how long, and for what. */
  Rest length() {
    return rest;
  }

  /** When it began, on the scale of the time source's ticker. */
  long beganNanos() {
    return beganNanos;
  }

  /** Failures of trials in a row that came before. */
  int step() {
    return step;
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

  /** Whether it had begun at {@code nanos} of the ticker. */
  boolean hadBegun(long nanos) {
    return beganNanos - nanos <= 0;
  }

  /** Takes the right to the trial: true for exactly one caller. */
  boolean tryTrial(long now) {
    long at = trialAtNanos;
    return now - at >= 0 && TRIAL_AT.compareAndSet(this, at, now + TRIAL_PATIENCE_NANOS);
  }

  /**
   * Gives back the right to the trial that was taken at {@code takenNanos}, unless another holds it
   * by now; the next may go at {@code nextNanos}.
   */
  boolean releaseTrial(long takenNanos, long nextNanos) {
    long held = takenNanos + TRIAL_PATIENCE_NANOS;
    return over(takenNanos)
        && nextNanos - held < 0
        && TRIAL_AT.compareAndSet(this, held, nextNanos);
  }

  /**
   * How long to rest.
   *
   * @param reason stable machine-readable reason
   * @param quotaId the quota Google named, or empty
   * @param nanos a fixed length, or the first step of a ladder that doubles
   * @param capNanos the ladder's upper end; 0 for a fixed length
   * @param resetMillis the daily reset that is waited for, in milliseconds of the epoch, or {@link
   *     #NO_RESET}
   */
  record Rest(String reason, String quotaId, long nanos, long capNanos, long resetMillis) {
    /** No reset is waited for. */
    static final long NO_RESET = Long.MIN_VALUE;

    private static final int MAX_DOUBLINGS = 24;

    static Rest fixed(String reason, String quotaId, long nanos) {
      return new Rest(reason, quotaId, nanos, 0, NO_RESET);
    }

    static Rest ladder(String reason, String quotaId, long firstNanos, long capNanos) {
      return new Rest(reason, quotaId, firstNanos, Math.max(firstNanos, capNanos), NO_RESET);
    }

    /** The same, waiting for {@code reset}. */
    Rest until(Instant reset) {
      return new Rest(reason, quotaId, nanos, capNanos, reset.toEpochMilli());
    }

    boolean ladder() {
      return capNanos > 0;
    }

    long nanosOfStep(int step) {
      return ladder() ? Math.min(capNanos, nanos << Math.min(step, MAX_DOUBLINGS)) : nanos;
    }
  }
}
