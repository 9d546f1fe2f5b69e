package io.geminirelay.flow.keys.verdict;

import io.geminirelay.base.config.KeysConfig.RateLimitBehavior;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.Side;
import io.geminirelay.flow.keys.verdict.ErrorBody.Sign;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Effect;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Next;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Rest;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/** The one table from an attempt's outcome to what it means. Pure. */
public final class VerdictReader {
  private static final Set<String> BLOCKED_KEY =
      Set.of(
          "API_KEY_INVALID",
          "CONSUMER_SUSPENDED",
          "CONSUMER_INVALID",
          "USER_PROJECT_DENIED",
          "API_KEY_SERVICE_BLOCKED",
          "API_KEY_IP_ADDRESS_BLOCKED",
          "API_KEY_HTTP_REFERRER_BLOCKED",
          "API_KEY_ANDROID_APP_BLOCKED",
          "API_KEY_IOS_APP_BLOCKED");
  private static final Set<String> BLOCKED_PROJECT = Set.of("SERVICE_DISABLED", "BILLING_DISABLED");

  /** The path wants another kind of credential: no key can help, and none is to blame. */
  private static final Set<String> WRONG_CREDENTIAL_KIND =
      Set.of("ACCESS_TOKEN_TYPE_UNSUPPORTED", "CREDENTIALS_MISSING");

  private static final Map<String, Integer> STATUS_OF_NAME =
      Map.ofEntries(
          Map.entry("INVALID_ARGUMENT", 400),
          Map.entry("FAILED_PRECONDITION", 400),
          Map.entry("UNAUTHENTICATED", 401),
          Map.entry("PERMISSION_DENIED", 403),
          Map.entry("NOT_FOUND", 404),
          Map.entry("RESOURCE_EXHAUSTED", 429),
          Map.entry("TOO_MANY_REQUESTS", 429),
          Map.entry("CANCELLED", 499),
          Map.entry("INTERNAL", 500),
          Map.entry("UNAVAILABLE", 503),
          Map.entry("DEADLINE_EXCEEDED", 504));

  private VerdictReader() {}

  /** What {@code outcome} means where rate limits are treated by {@code behavior}. */
  public static KeyVerdict judge(UpstreamOutcome outcome, RateLimitBehavior behavior) {
    if (outcome instanceof UpstreamOutcome.Refused refused) {
      return refused(refused, behavior);
    }
    if (outcome instanceof UpstreamOutcome.Failed failed) {
      return failed(failed.fault(), failed.reusedConnection());
    }
    return outcome instanceof UpstreamOutcome.Empty
        ? KeyVerdict.of(Effect.KEY_FAILURE, Next.ANOTHER_KEY_BRIEFLY, "empty_answer")
        : KeyVerdict.SUCCESS;
  }

  /**
   * What {@code outcome}, which means {@code verdict}, tells the target's breakers: nothing where
   * the gateway or its client ended the attempt, for then the target said nothing.
   */
  public static KeyVerdict ofTarget(UpstreamOutcome outcome, KeyVerdict verdict) {
    if (outcome instanceof UpstreamOutcome.Failed failed) {
      Side side = failed.fault().kind().side();
      return side == Side.CLIENT || side == Side.PROXY ? KeyVerdict.UNDECIDED : verdict;
    }
    return verdict;
  }

  private static KeyVerdict refused(UpstreamOutcome.Refused refused, RateLimitBehavior behavior) {
    ErrorBody body = refused.body();
    int status = refused.status() >= 400 ? refused.status() : statusWithin(body);
    return switch (status) {
      case 400 -> badRequest(body);
      case 401 -> unauthenticated(body);
      // Only these two are of the key or its project, and so name the true one.
      case 403 -> forbidden(body).telling(body);
      case 429 -> rateLimited(body, refused.exitSuspected(), behavior).telling(body);
      case 501 -> toClient("not_implemented");
      case 503 -> KeyVerdict.of(Effect.MODEL_OVERLOADED, Next.ANOTHER_KEY_BRIEFLY, "overloaded");
      default ->
          status < 499
              ? toClient("client_error")
              : KeyVerdict.of(Effect.SERVER_FAILURE, Next.SAME_KEY_BACKOFF, "server_error");
    };
  }

  private static int statusWithin(ErrorBody body) {
    if (body.code() >= 400) {
      return body.code();
    }
    return STATUS_OF_NAME.getOrDefault(body.status(), 500);
  }

  private static KeyVerdict toClient(String reason) {
    return KeyVerdict.of(Effect.NONE, Next.ANSWER_CLIENT, reason);
  }

  private static KeyVerdict invalid(String reason) {
    return KeyVerdict.of(Effect.MARK_INVALID, Next.NEXT_KEY, reason);
  }

  private static KeyVerdict badRequest(ErrorBody body) {
    if (body.hasReason(BLOCKED_KEY) || body.signs().contains(Sign.KEY_INVALID)) {
      return invalid("key_invalid");
    }
    return body.signs().contains(Sign.LOCATION)
        ? KeyVerdict.of(Effect.EXIT_SUSPECT, Next.NEXT_EXIT, KeyVerdict.LOCATION)
        : toClient("client_error");
  }

  private static KeyVerdict unauthenticated(ErrorBody body) {
    return body.hasReason(WRONG_CREDENTIAL_KIND)
        ? KeyVerdict.of(Effect.NONE, Next.NEXT_KEY, "credential_kind")
        : invalid("unauthenticated");
  }

  private static KeyVerdict forbidden(ErrorBody body) {
    Set<Sign> signs = body.signs();
    if (body.hasReason(BLOCKED_PROJECT) || signs.contains(Sign.SERVICE_DISABLED)) {
      return KeyVerdict.of(Effect.COOL_PROJECT, Next.NEXT_PROJECT, KeyVerdict.PROJECT);
    }
    if (signs.contains(Sign.LEAKED)) {
      return invalid("key_leaked");
    }
    if (signs.contains(Sign.PROJECT_DENIED)) {
      return invalid("project_denied");
    }
    return body.hasReason(BLOCKED_KEY) || signs.contains(Sign.SUSPENDED)
        ? invalid("key_suspended")
        : toClient("forbidden");
  }

  private static KeyVerdict rateLimited(
      ErrorBody body, boolean exitSuspected, RateLimitBehavior behavior) {
    return switch (behavior) {
      case RETRY_NEXT_KEY -> KeyVerdict.of(Effect.NONE, Next.NEXT_KEY, "rate_limited");
      case BLOCK_UNTIL_RESET ->
          KeyVerdict.cool("rate_limited", Rest.WHOLE_UNTIL_RESET, Duration.ZERO, body.quotaId());
      case QUOTA_AWARE -> quota(body, exitSuspected);
    };
  }

  private static KeyVerdict quota(ErrorBody body, boolean exitSuspected) {
    // First, for the day's reset changes nothing where nothing is allowed.
    if (body.limitZero()) {
      return KeyVerdict.cool("quota_zero", Rest.NO_QUOTA, Duration.ZERO, body.quotaId());
    }
    String daily = body.quotaNamed("PerDay");
    if (!daily.isEmpty()) {
      return KeyVerdict.cool("quota_per_day", Rest.UNTIL_RESET, Duration.ZERO, daily);
    }
    String minute = body.quotaNamed("PerMinute");
    String reason = minute.isEmpty() ? "rate_limited" : "quota_per_minute";
    Duration delay = body.retryDelay();
    if (delay != null) {
      return KeyVerdict.cool(reason, Rest.FOR_DELAY, delay, body.quotaId());
    }
    if (!minute.isEmpty()) {
      return KeyVerdict.cool(reason, Rest.WITHIN_MINUTE, Duration.ZERO, minute);
    }
    // A named quota is a project's own; only a bare refusal can be aimed at the address.
    if (exitSuspected && body.violations().isEmpty()) {
      return KeyVerdict.of(Effect.EXIT_SUSPECT, Next.NEXT_EXIT, KeyVerdict.EXIT_RATE);
    }
    return KeyVerdict.cool("rate_limited", Rest.LADDER, Duration.ZERO, body.quotaId());
  }

  private static KeyVerdict failed(Fault fault, boolean reusedConnection) {
    String reason = fault.kind().reason();
    return switch (fault.kind()) {
      case EGRESS_CONNECT, EGRESS_AUTH, EGRESS_REFUSED ->
          KeyVerdict.of(Effect.EXIT_SUSPECT, Next.NEXT_EXIT, reason);
      case NOT_PROCESSED -> KeyVerdict.of(Effect.NONE, Next.RESEND, reason);
      case RESET_BEFORE_ANSWER ->
          reusedConnection
              ? KeyVerdict.of(Effect.NONE, Next.RESEND, "stale_connection")
              : KeyVerdict.of(Effect.TARGET_FAILURE, Next.OTHER_ROUTE, reason);
      case DNS, CONNECT, TLS, FIRST_BYTE_TIMEOUT, BAD_ANSWER, BROKEN_ANSWER, IDLE_TIMEOUT ->
          KeyVerdict.of(Effect.TARGET_FAILURE, Next.OTHER_ROUTE, reason);
      case EMPTY_ANSWER -> KeyVerdict.of(Effect.KEY_FAILURE, Next.ANOTHER_KEY_BRIEFLY, reason);
      default -> toClient(reason);
    };
  }
}
