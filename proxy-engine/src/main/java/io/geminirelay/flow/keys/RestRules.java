package io.geminirelay.flow.keys;

import io.geminirelay.base.config.KeysConfig;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.flow.keys.Cooldown.Rest;
import io.geminirelay.flow.keys.verdict.KeyVerdict;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Says for how long a verdict makes a bucket or a project rest. Thread safe if its {@code random}
 * is.
 *
 * <p>Around the daily reset a refusal can speak of the day that is over: its attempt began before
 * the reset, or Google's counter starts anew a little later than the clock says. Such a refusal
 * must not cost another day: the bucket rests a minute at a time instead, until what Google says is
 * beyond doubt.
 */
final class RestRules {
  /** How long after a reset a spent day may still be yesterday's. */
  static final Duration RESET_DOUBT = Duration.ofMinutes(5);

  private static final long DOUBT_STEP_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long FIRST_STEP_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long MINUTE_STEP_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long MINUTE_CAP_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long PROJECT_STEP_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long PROJECT_CAP_NANOS = TimeUnit.HOURS.toNanos(1);
  private static final long MIN_JITTER_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long MAX_JITTER_NANOS = TimeUnit.SECONDS.toNanos(3);

  private final KeysConfig config;
  private final TimeSource time;
  private final RandomGenerator random;
  private final QuotaClock clock;

  RestRules(KeysConfig config, TimeSource time, RandomGenerator random) {
    this.config = config;
    this.time = time;
    this.random = random;
    this.clock = new QuotaClock(config);
  }

  /** When daily quotas start anew. */
  QuotaClock clock() {
    return clock;
  }

  /** The rest of a bucket after {@code verdict} on an attempt that began at {@code begunNanos}. */
  Rest ofBucket(KeyVerdict verdict, long begunNanos) {
    String reason = verdict.reason();
    String quotaId = verdict.quotaId();
    return switch (verdict.rest()) {
      case NO_QUOTA -> untilReset(verdict);
      case UNTIL_RESET ->
          sinceReset().compareTo(RESET_DOUBT) < 0 || beganBeforeReset(begunNanos)
              ? Rest.ladder(reason, quotaId, DOUBT_STEP_NANOS, DOUBT_STEP_NANOS)
              : untilReset(verdict);
      case WHOLE_UNTIL_RESET ->
          beganBeforeReset(begunNanos)
              ? Rest.ladder(reason, quotaId, DOUBT_STEP_NANOS, DOUBT_STEP_NANOS)
              : untilReset(verdict);
      case FOR_DELAY -> Rest.fixed(reason, quotaId, withJitter(verdict.delay()));
      case WITHIN_MINUTE -> Rest.ladder(reason, quotaId, MINUTE_STEP_NANOS, MINUTE_CAP_NANOS);
      case LADDER, NONE ->
          Rest.ladder(reason, quotaId, FIRST_STEP_NANOS, config.temporaryBlock().toNanos());
    };
  }

  /** Failures in a row after which a key rests. */
  int maxFailures() {
    return config.maxFailures();
  }

  /** The rest of a key that failed so often. */
  Rest ofFailures(KeyVerdict verdict) {
    return Rest.ladder(verdict.reason(), "", FIRST_STEP_NANOS, config.temporaryBlock().toNanos());
  }

  /** The rest of all models of a project. */
  static Rest ofProject(KeyVerdict verdict) {
    return Rest.ladder(verdict.reason(), "", PROJECT_STEP_NANOS, PROJECT_CAP_NANOS);
  }

  private Rest untilReset(KeyVerdict verdict) {
    Instant now = time.instant();
    Instant reset = clock.nextReset(now);
    long nanos = Duration.between(now, reset).toNanos();
    return new Rest(verdict.reason(), verdict.quotaId(), nanos, 0, reset.toEpochMilli());
  }

  private Duration sinceReset() {
    Instant now = time.instant();
    return Duration.between(clock.lastReset(now), now);
  }

  private boolean beganBeforeReset(long begunNanos) {
    return time.nanoTime() - begunNanos > sinceReset().toNanos();
  }

  /** {@code delay} and a little more, so that not all come back at once. */
  long withJitter(Duration delay) {
    long nanos = delay.toNanos();
    long most = Math.max(MIN_JITTER_NANOS, Math.min(MAX_JITTER_NANOS, nanos / 10));
    return nanos + random.nextLong(most);
  }
}
