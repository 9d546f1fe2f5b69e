package io.geminirelay.base.telemetry;

import io.geminirelay.base.exchange.Trail.Step;
import io.geminirelay.base.exchange.TrailText;
import io.geminirelay.base.fault.FaultKind;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The words of {@link Why}. Pure. */
final class WhyWords {
  private static final String[] ORDINALS = {
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"
  };

  private WhyWords() {}

  /**
   * What went wrong with an attempt.
   *
   * @param ofKey whether it is told of its key; else it stands for itself
   * @param words what is told
   */
  record Trouble(boolean ofKey, String words) {}

  /** What went wrong with {@code step}, of a request for {@code model}; null for nothing. */
  static @Nullable Trouble trouble(Step step, String model) {
    return switch (step.outcome()) {
      case "ok", "open", "abandoned", "undecided" -> null;
      case "quota_per_minute", "quota_per_day" -> ofKey("had used up " + quota(step, model));
      case "quota_zero" -> ofKey("had no quota for " + name(model) + " at all");
      case "rate_limited" -> ofKey("met a rate limit that Google did not name");
      case "key_invalid", "unauthenticated" -> ofKey("was not accepted by Google");
      case "key_leaked" -> ofKey("was blocked because Google found it published");
      case "key_suspended" -> ofKey("was suspended");
      case "project_denied" -> ofKey("belonged to a project that was denied access");
      case "service_disabled" -> ofKey("belonged to a project without the Gemini API");
      case "credential_kind" -> ofKey("could not be used, for the path wants no API key");
      case "exit_rate_limited" -> exit(step, "had its address rate limited by Google");
      case "location_not_supported" -> exit(step, "stood where Google does not serve");
      case "egress_connect" -> exit(step, "could not be reached");
      case "egress_auth" -> exit(step, "refused the gateway's credentials");
      case "egress_refused" -> exit(step, "could not reach Google");
      default -> google(step);
    };
  }

  private static Trouble google(Step step) {
    String words =
        switch (step.outcome()) {
          case "overloaded" -> "the model was overloaded";
          case "server_error" -> "Google failed with status " + step.status();
          case "not_implemented" -> "Google does not implement this";
          case "client_error" ->
              "Google found the request itself at fault (status " + step.status() + ")";
          case "forbidden" -> "Google forbade this request";
          case "stale_connection" -> "a kept connection had been closed by Google";
          case "not_processed" -> "Google had not processed the request";
          case "dns" -> "Google's name did not resolve";
          case "connect" -> "Google accepted no connection";
          case "tls" -> "the TLS handshake with Google failed";
          case "reset_before_answer" -> "Google closed the connection before an answer";
          case "first_byte_timeout" -> "Google began no answer in time";
          case "bad_answer" -> "Google's answer was not well-formed";
          case "empty_answer" -> "Google's answer was empty";
          case "broken_answer" -> "Google's answer broke off";
          case "idle_timeout" -> "Google's answer fell silent";
          default -> "an attempt ended with " + step.outcome().replace('_', ' ');
        };
    return new Trouble(false, words);
  }

  private static Trouble ofKey(String words) {
    return new Trouble(true, words);
  }

  private static Trouble exit(Step step, String words) {
    return new Trouble(false, "the exit " + TrailText.shown(step.exit()) + " " + words);
  }

  /** Which quota, by the name that Google has for it. */
  private static String quota(Step step, String model) {
    boolean day = step.outcome().equals("quota_per_day");
    String what = step.quotaId().contains("Token") ? "tokens" : "requests";
    return (model.isEmpty() ? "its " : model + "'s ")
        + what
        + " of the "
        + (day ? "day" : "minute");
  }

  private static String name(String model) {
    return model.isEmpty() ? "the model" : model;
  }

  /** Why nothing more was tried; null where that says nothing new. */
  static @Nullable String end(@Nullable String over) {
    return switch (over == null ? "" : over) {
      case "no_other_key" -> "no other key was left to try";
      case "body_not_kept" -> "the request was too long to be kept for another try";
      case "deadline" -> "the time for all attempts was over";
      case "max_attempts" -> "it had taken as many attempts as are allowed";
      case "overload_repeats" -> "further tries would only have added to the overload";
      case "retry_budget" -> "too many requests were being repeated already";
      case "committed" -> "the answer had begun already";
      default -> null;
    };
  }

  /** Why the gateway refused; null where the fault's own name has to do. */
  static @Nullable String refusal(FaultKind fault) {
    return switch (fault) {
      case KEYS_COOLING -> "every key that could serve it was resting";
      case QUEUE_FULL -> "as many requests as may were waiting for a key";
      case NO_KEY -> "no valid key could serve it";
      case BREAKER_OPEN -> "Google had failed too often of late, so it was not asked";
      case EXITS_COOLING -> "every exit had failed of late";
      case OVERLOADED -> "the gateway had too much in hand";
      case DRAINING -> "the gateway was stopping";
      case DEADLINE -> "the time for all attempts was over";
      case INTERNAL -> "the gateway failed; its log tells how";
      case POOL_EXHAUSTED -> "no connection became free in time";
      case UNAUTHENTICATED -> "it brought no credential, or an unknown one";
      case FORBIDDEN -> "the client may not use this model or group";
      case TOO_MANY_REQUESTS -> "the client sent more requests than it may";
      case TOO_MANY_CLIENT_TOKENS -> "the client had used more tokens than it may";
      case TOO_MANY_CONCURRENT -> "the client had as many requests under way as it may";
      case TOO_MANY_TOKENS -> "it had more tokens than are allowed";
      case PROMPT_TOO_LONG -> "its prompt was too long";
      case BODY_TOO_LARGE -> "its body was too long";
      case REQUEST_TIMEOUT -> "it did not arrive in time";
      default -> null;
    };
  }

  /** The place of an attempt, as a word where there is one. */
  static String attempt(int number) {
    return number <= ORDINALS.length
        ? "the " + ORDINALS[number - 1] + " attempt"
        : "attempt " + number;
  }

  /** A length of time as people say it. */
  static String length(long nanos) {
    double seconds = nanos / 1e9;
    if (seconds < 0.1) {
      return Math.max(1, Math.round(seconds * 1000)) + " ms";
    }
    return String.format(Locale.ROOT, seconds < 10 ? "%.1f s" : "%.0f s", seconds);
  }
}
