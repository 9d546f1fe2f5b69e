package io.geminirelay.flow.interpret;

import io.geminirelay.base.config.Secret;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a client of {@code POST /gemini-proxy} is told when Google answered and there is no text to
 * give it. Immutable, made by pure rules; what Google said may still hold a key.
 *
 * @param status HTTP status: Google's own where it is an error, but 401 for a refused key
 * @param code one of the codes that its clients know
 * @param reason what it was in particular, in lower case
 * @param message for people
 * @param retryAfterSeconds when trying again makes sense; negative when unknown
 */
record SimpleFailure(
    HttpResponseStatus status, String code, String reason, String message, long retryAfterSeconds) {

  private static final String UPSTREAM_ERROR = "UPSTREAM_ERROR";
  private static final String KEY_INVALID = "API_KEY_INVALID";
  private static final Pattern KEY_MESSAGE = Pattern.compile("(?i)api key (not valid|expired)");

  /** Finish reasons by which Google withholds an answer, or the rest of it. */
  private static final Set<String> SAFETY =
      Set.of(
          "SAFETY",
          "PROHIBITED_CONTENT",
          "BLOCKLIST",
          "SPII",
          "IMAGE_SAFETY",
          "IMAGE_PROHIBITED_CONTENT");

  private static final Pattern REASON = Pattern.compile("[A-Z][A-Z0-9_]{0,63}");

  /**
   * Google answered with an error.
   *
   * @param status that of its head
   * @param error what its body says
   * @param ownKey the key that the client brought for it, or null
   */
  static SimpleFailure of(int status, GoogleError error, @Nullable Secret ownKey) {
    int meant = isError(status) ? status : isError(error.code()) ? error.code() : 502;
    if (ownKey != null && refusesKey(meant, error)) {
      boolean named = REASON.matcher(error.reason()).matches();
      String detail = named ? " (" + error.reason() + ")" : "";
      return new SimpleFailure(
          HttpResponseStatus.UNAUTHORIZED,
          "UNAUTHORIZED",
          "api_key_refused",
          "Google refused the api_key given" + detail + ".",
          -1);
    }
    return new SimpleFailure(
        HttpResponseStatus.valueOf(meant),
        code(meant),
        reason(error, meant),
        error.message().isEmpty() ? "Google answered " + status + "." : error.message(),
        error.retryAfterSeconds());
  }

  private static boolean isError(int status) {
    return status >= 400 && status < 600;
  }

  private static boolean refusesKey(int status, GoogleError error) {
    return switch (status) {
      case 401, 403 -> true;
      case 400 ->
          error.reason().equals(KEY_INVALID) || KEY_MESSAGE.matcher(error.message()).lookingAt();
      default -> false;
    };
  }

  private static String code(int status) {
    return switch (status) {
      case 404 -> "MODEL_NOT_FOUND";
      case 408, 504 -> "TIMEOUT";
      case 429 -> "QUOTA_ERROR";
      default -> UPSTREAM_ERROR;
    };
  }

  private static String reason(GoogleError error, int status) {
    boolean named = REASON.matcher(error.status()).matches();
    return named ? lower(error.status()) : "status_" + status;
  }

  /** Google's answer began as a success and holds an error; its text may name a key. */
  static SimpleFailure within(AnswerFindings found, @Nullable Secret ownKey) {
    String status = found.errorStatus() == null ? "" : found.errorStatus();
    String named = REASON.matcher(status).matches() ? " " + status : "";
    String message = "Google's answer ended in an error" + named + ".";
    return of(0, GoogleError.of(found.errorCode(), status, message), ownKey);
  }

  /**
   * What keeps a success from being one, or null if nothing does: a block by Google's rules,
   * whether of the prompt or of an answer it had begun, or that there is no text.
   */
  static @Nullable SimpleFailure of(AnswerFindings found, boolean hasText) {
    String block = found.blockReason();
    if (block != null) {
      return blocked("The prompt was blocked", block, found.blockMessage());
    }
    String finish = found.finishReason();
    if (finish != null && SAFETY.contains(finish)) {
      return blocked("The answer was blocked", finish, found.finishMessage());
    }
    if (hasText) {
      return null;
    }
    String why = finish == null ? "it names no finish reason" : "its finish reason is " + finish;
    String more = found.finishMessage() == null ? "" : " " + found.finishMessage();
    return upstream("empty_answer", "The model's answer holds no text: " + why + "." + more);
  }

  private static SimpleFailure blocked(String what, String why, @Nullable String said) {
    return new SimpleFailure(
        HttpResponseStatus.BAD_REQUEST,
        "SAFETY_BLOCKED",
        REASON.matcher(why).matches() ? lower(why) : "blocked",
        what + " (" + why + ")." + (said == null ? "" : " " + said),
        -1);
  }

  /** A success that cannot be made use of. */
  static SimpleFailure upstream(String reason, String message) {
    return new SimpleFailure(HttpResponseStatus.BAD_GATEWAY, UPSTREAM_ERROR, reason, message, -1);
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
