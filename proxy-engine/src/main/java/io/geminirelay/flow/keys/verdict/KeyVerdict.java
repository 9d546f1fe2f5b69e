package io.geminirelay.flow.keys.verdict;

import java.time.Duration;
import java.util.List;

/**
 * What one attempt's outcome means: what to note down, and what may be tried next.
 *
 * @param effect what to note down
 * @param next what may be tried next
 * @param reason stable machine-readable reason, for trail and metrics
 * @param rest how long a cooled bucket rests
 * @param delay the time Google named; zero unless {@code rest} is {@link Rest#FOR_DELAY}
 * @param quotaId the quota Google named, or empty
 * @param violations all limits that Google said were exceeded
 * @param project {@code projects/…} that Google said the key belongs to, or empty
 */
public record KeyVerdict(
    Effect effect,
    Next next,
    String reason,
    Rest rest,
    Duration delay,
    String quotaId,
    List<QuotaViolation> violations,
    String project) {

  /** An answer that is one. */
  public static final KeyVerdict SUCCESS = of(Effect.SUCCESS, Next.ANSWER_CLIENT, "ok");

  /** The attempt ended without telling anything of its key: the client left, for example. */
  public static final KeyVerdict UNDECIDED = of(Effect.NONE, Next.ANSWER_CLIENT, "undecided");

  /** What to note down. */
  public enum Effect {
    /** Nothing. */
    NONE,
    /** (bucket, model) rests. */
    COOL_BUCKET,
    /** The key is not accepted, whatever the model. */
    MARK_INVALID,
    /** Every key of the project rests, whatever the model. */
    COOL_PROJECT,
    /** The exit is at fault, not the key. */
    EXIT_SUSPECT,
    /** Lowers the key's health. */
    KEY_FAILURE,
    /** Lowers the key's health and counts for the target's breaker. */
    SERVER_FAILURE,
    /** Counts for the target's breaker. */
    TARGET_FAILURE,
    /** Counts for the breaker of (target, model). */
    MODEL_OVERLOADED,
    /** Ends a trial, resets ladders and breakers. */
    SUCCESS
  }

  /** What may be tried next. */
  public enum Next {
    /** The answer, or the fault, goes to the client. */
    ANSWER_CLIENT,
    /** Another key; this one refused. */
    NEXT_KEY,
    /** A key of another project. */
    NEXT_PROJECT,
    /** Another exit, with this key or another. */
    NEXT_EXIT,
    /** The same key after a pause, later another. */
    SAME_KEY_BACKOFF,
    /** Another key, but only once or twice. */
    ANOTHER_KEY_BRIEFLY,
    /** Another exit or key after a failure of the network or target. */
    OTHER_ROUTE,
    /** The same again at once on a fresh connection: nothing was processed. */
    RESEND
  }

  /** How long a bucket rests. */
  public enum Rest {
    /** It does not. */
    NONE,
    /** Until daily quotas start anew, because the day's is spent. */
    UNTIL_RESET,
    /** Until daily quotas start anew, though waiting helps nobody: there is no quota at all. */
    NO_QUOTA,
    /** With every model, until daily quotas start anew. */
    WHOLE_UNTIL_RESET,
    /** For the time that Google named, and a little more. */
    FOR_DELAY,
    /** 5 s, 10 s and so on, but not above a minute: then a minute's quota is back for sure. */
    WITHIN_MINUTE,
    /** 1 s, 2 s, 4 s and so on. */
    LADDER
  }

  /** What a refusal of the place that a request comes from is called. */
  public static final String LOCATION = "location_not_supported";

  /** What a refusal of an address that sends too much is called. */
  public static final String EXIT_RATE = "exit_rate_limited";

  /** What a refusal of a whole project is called. */
  public static final String PROJECT = "service_disabled";

  /** A verdict by which no bucket rests. */
  public static KeyVerdict of(Effect effect, Next next, String reason) {
    return new KeyVerdict(effect, next, reason, Rest.NONE, Duration.ZERO, "", List.of(), "");
  }

  /**
   * A verdict by which a bucket rests.
   *
   * @param quotaId the quota Google named, or empty
   */
  public static KeyVerdict cool(String reason, Rest rest, Duration delay, String quotaId) {
    return new KeyVerdict(
        Effect.COOL_BUCKET, Next.NEXT_KEY, reason, rest, delay, quotaId, List.of(), "");
  }

  /** The same verdict with what {@code body} tells of limits and project, if it blames either. */
  KeyVerdict telling(ErrorBody body) {
    return effect == Effect.NONE || (body.violations().isEmpty() && body.project().isEmpty())
        ? this
        : new KeyVerdict(
            effect, next, reason, rest, delay, quotaId, body.violations(), body.project());
  }

  /** Whether it is a rate limit without any detail: what it is aimed at is a guess. */
  public boolean isBare() {
    return effect == Effect.COOL_BUCKET
        && rest == Rest.LADDER
        && quotaId.isEmpty()
        && violations.isEmpty();
  }

  /** Whether Google does not serve the place that the request came from. */
  public boolean isLocation() {
    return effect == Effect.EXIT_SUSPECT && reason.equals(LOCATION);
  }

  /** Whether Google refused the address that the request came from, and so did not count it. */
  public boolean refusesAddress() {
    return isLocation() || (effect == Effect.EXIT_SUSPECT && reason.equals(EXIT_RATE));
  }

  /** What the same outcome means where it is the exit's work rather than the target's. */
  public KeyVerdict ofExit() {
    return of(Effect.EXIT_SUSPECT, Next.NEXT_EXIT, reason);
  }

  /**
   * What the same outcome means for a key that a client brought: no other key follows, and a
   * refusal of it is the client's to know and nobody else's.
   */
  public KeyVerdict ofClientKey() {
    Effect noted =
        switch (effect) {
          case COOL_BUCKET, COOL_PROJECT, MARK_INVALID -> Effect.NONE;
          default -> effect;
        };
    Next follows =
        switch (next) {
          case NEXT_KEY, NEXT_PROJECT -> Next.ANSWER_CLIENT;
          case ANOTHER_KEY_BRIEFLY -> Next.SAME_KEY_BACKOFF;
          default -> next;
        };
    return of(noted, follows, reason);
  }
}
