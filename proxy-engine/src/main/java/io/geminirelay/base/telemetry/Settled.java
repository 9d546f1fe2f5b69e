package io.geminirelay.base.telemetry;

import io.geminirelay.base.exchange.Outcome;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.exchange.Trail;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.scan.TokenCounts;
import org.jspecify.annotations.Nullable;

/**
 * An exchange that is over, as logs, metrics and pages tell of it: names and numbers, no
 * credential, no body, no query. Immutable, and so may be kept and read by any thread.
 *
 * @param id the request id
 * @param traceId the trace it belongs to: 32 hexadecimal digits
 * @param client name of the client; empty for none
 * @param route meaning of the path
 * @param model model asked for; empty when none was named. As the client wrote it, so not bounded
 * @param status what the client was answered with; 0 for no answer
 * @param outcome how it ended for the client
 * @param fault what the client was told of, or null
 * @param attempts attempts made
 * @param trail what happened upstream; not changed any more
 * @param times when things happened
 * @param tokens as Google counted them; null where nothing is known
 */
public record Settled(
    String id,
    String traceId,
    String client,
    Route route,
    String model,
    int status,
    Outcome outcome,
    @Nullable FaultKind fault,
    int attempts,
    Trail trail,
    Times times,
    @Nullable TokenCounts tokens) {
  /** Characters kept of a text that a client wrote. */
  static final int MAX_CHARS = 128;

  /**
   * Moments and lengths, in nanoseconds of the time source's ticker.
   *
   * @param startNanos when the request's head was complete
   * @param endNanos when the exchange was over
   * @param answerNanos from {@code startNanos} to the head of the answer, which of a stream goes
   *     out with the first token; 0 for no answer
   * @param epochMillis wall clock at the end, in milliseconds since 1970
   */
  public record Times(long startNanos, long endNanos, long answerNanos, long epochMillis) {
    /** How long the exchange took. */
    public long nanos() {
      return endNanos - startNanos;
    }
  }

  /** Name of the key that was asked last, {@code group/number#fingerprint}; null for none. */
  public @Nullable String key() {
    return trail.lastKey();
  }

  /** Name of the group of the key that was asked last; null for none. */
  public @Nullable String group() {
    String key = trail.lastKey();
    if (key == null || key.lastIndexOf('/') < 0) {
      return null;
    }
    return key.substring(0, key.lastIndexOf('/'));
  }

  /** Whether the exchange failed for reasons that are not the client's. */
  public boolean failed() {
    return switch (outcome) {
      case BROKEN -> true;
      case REFUSED, SERVED -> status >= 500;
      case LOCAL, ABANDONED -> false;
    };
  }

  /** Whether it was served, and not with a failure. */
  boolean servedWell() {
    return outcome == Outcome.SERVED && !failed();
  }

  /** Whether an answer from upstream began to reach the client. */
  boolean answeredFromUpstream() {
    return times.answerNanos() > 0 && (outcome == Outcome.SERVED || outcome == Outcome.BROKEN);
  }

  /**
   * Whether it belongs to the traffic: it went upstream, or was to go there and was refused. Those
   * past the limit of their address do not; they would else drive out all others.
   */
  public boolean ofTraffic() {
    boolean pastAddressLimit = fault == FaultKind.TOO_MANY_REQUESTS && client.isEmpty();
    return route.upstream() && outcome != Outcome.LOCAL && !pastAddressLimit;
  }

  /**
   * Whether it was refused before it was known who sends it: for a head that is broken or late, or
   * a credential that is missing or unknown. Anybody can send as many of these as they like, so
   * that they would drive out of memory what clients sent.
   */
  boolean ofNobody() {
    if (!client.isEmpty() || attempts > 0 || outcome != Outcome.REFUSED || fault == null) {
      return false;
    }
    return switch (fault) {
      case UNAUTHENTICATED, FORBIDDEN -> true;
      case BAD_FRAMING, URI_TOO_LONG, HEADERS_TOO_LARGE, VERSION_NOT_SUPPORTED, REQUEST_TIMEOUT ->
          model.isEmpty();
      default -> false;
    };
  }

  /** Attempts that Google refused for a quota or rate limit. */
  public int upstreamRefusals() {
    return trail.count(Settled::isQuotaRefusal);
  }

  /** Whether an attempt's outcome is the refusal of a quota or rate limit. */
  static boolean isQuotaRefusal(String outcome) {
    return switch (outcome) {
      case "rate_limited", "quota_per_minute", "quota_per_day", "quota_zero", "exit_rate_limited" ->
          true;
      default -> false;
    };
  }

  /** The same, with texts of a client's own cut off, so that it may be kept. */
  Settled bounded() {
    return model.length() <= MAX_CHARS
        ? this
        : new Settled(
            id,
            traceId,
            client,
            route,
            cut(model),
            status,
            outcome,
            fault,
            attempts,
            trail,
            times,
            tokens);
  }

  /** The first 128 characters of {@code text}. */
  static String cut(String text) {
    return text.length() > MAX_CHARS ? text.substring(0, MAX_CHARS) : text;
  }
}
