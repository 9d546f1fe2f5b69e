package io.geminirelay.flow.outbound;

import io.geminirelay.base.config.OutboundConfig;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.flow.keys.KeySelector;
import io.geminirelay.flow.keys.verdict.KeyVerdict;
import io.geminirelay.flow.outbound.RetryDecision.Action;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Says what follows an attempt that was not served, and why.
 *
 * <p>Refusals of a key lead to the next key for free: each key is tried once an exchange and then
 * rests, so they limit themselves. What an outage causes draws on the shared {@link RetryBudget}.
 * Thread safe if its {@code random} is.
 */
public final class RetryPolicy {
  private static final int MAX_OVERLOAD = 2;
  private static final int MAX_RESENDS = 2;
  private static final int MAX_DOUBLINGS = 6;
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long LAST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final int maxAttempts;
  private final int internalRetries;
  private final RetryBudget budget;
  private final RandomGenerator random;

  /** The rules of {@code config}. */
  public RetryPolicy(OutboundConfig config, RetryBudget budget, RandomGenerator random) {
    this.maxAttempts = config.maxAttempts();
    this.internalRetries = config.internalRetries();
    this.budget = budget;
    this.random = random;
  }

  /**
   * Where an exchange stands after an attempt.
   *
   * @param committed whether a byte of an answer went to the client
   * @param replayable whether the whole request body is kept
   * @param deadlineLeftNanos time left for all attempts
   */
  public record Situation(boolean committed, boolean replayable, long deadlineLeftNanos) {}

  /** What follows an attempt with {@code verdict}; takes from the budget where it has to. */
  public RetryDecision decide(KeyVerdict verdict, AttemptCount count, Situation situation) {
    if (verdict.next() == KeyVerdict.Next.ANSWER_CLIENT) {
      return RetryDecision.giveUp(verdict.reason());
    }
    if (situation.committed()) {
      return RetryDecision.giveUp("committed");
    }
    if (!situation.replayable()) {
      return RetryDecision.giveUp("body_not_kept");
    }
    if (situation.deadlineLeftNanos() <= 0) {
      return RetryDecision.giveUp("deadline");
    }
    if (verdict.next() == KeyVerdict.Next.RESEND && count.resends() < MAX_RESENDS) {
      return new RetryDecision(Action.RESEND, 0, verdict.reason());
    }
    if (count.total() >= maxAttempts) {
      return RetryDecision.giveUp("max_attempts");
    }
    return next(verdict, count, situation);
  }

  private RetryDecision next(KeyVerdict verdict, AttemptCount count, Situation situation) {
    String reason = verdict.reason();
    return switch (verdict.next()) {
      case ANSWER_CLIENT -> RetryDecision.giveUp(reason);
      case NEXT_KEY, NEXT_PROJECT -> new RetryDecision(Action.OTHER_KEY, 0, reason);
      // A bad exit loads nobody upstream, so leaving it costs nothing.
      case NEXT_EXIT -> new RetryDecision(Action.OTHER_EXIT, 0, reason);
      case ANOTHER_KEY_BRIEFLY ->
          count.overload() < MAX_OVERLOAD
              ? budgeted(Action.OTHER_KEY, 0, reason)
              : RetryDecision.giveUp("overload_repeats");
      case OTHER_ROUTE, RESEND -> budgeted(Action.OTHER_EXIT, 0, reason);
      case SAME_KEY_BACKOFF -> backoff(reason, count, situation);
    };
  }

  private RetryDecision backoff(String reason, AttemptCount count, Situation situation) {
    if (count.withKey() > internalRetries) {
      return budgeted(Action.OTHER_KEY, 0, reason);
    }
    long pause = pauseNanos(count.withKey());
    return pause >= situation.deadlineLeftNanos()
        ? RetryDecision.giveUp("deadline")
        : budgeted(Action.SAME_KEY, pause, reason);
  }

  /** Half of 0.2 s, 0.4 s, 0.8 s … up to 5 s for sure, the other half at random. */
  private long pauseNanos(int repeats) {
    int doublings = Math.min(MAX_DOUBLINGS, Math.max(0, repeats - 1));
    long half = Math.min(LAST_PAUSE_NANOS, FIRST_PAUSE_NANOS << doublings) / 2;
    return half + random.nextLong(half);
  }

  private RetryDecision budgeted(Action action, long delayNanos, String reason) {
    return budget.tryRepeat()
        ? new RetryDecision(action, delayNanos, reason)
        : RetryDecision.giveUp("retry_budget");
  }

  /**
   * What the client is told when no key is left and no answer of the upstream's is at hand.
   *
   * @param waitNanos as {@link KeySelector#waitNanos} says
   */
  public static Fault outOfKeys(long waitNanos) {
    if (waitNanos == KeySelector.NEVER) {
      return Fault.of(
          FaultKind.NO_KEY, "No configured key can serve this request; ask the operator.");
    }
    long seconds = Math.max(1, TimeUnit.NANOSECONDS.toSeconds(waitNanos + 999_999_999L));
    return Fault.until(
        FaultKind.KEYS_COOLING,
        "Every key for this model has reached its quota; try again in " + seconds + " s.",
        seconds);
  }
}
