package io.geminirelay.base.fault;

import java.util.Locale;

/**
 * The single table of failures: HTTP status, Google's status name, side and whether another try may
 * help. The lower-case constant name is the machine-readable reason in answers, logs and metrics.
 *
 * <p>Status names are those of <a
 * href="https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto">google.rpc.Code</a>.
 */
public enum FaultKind {
  /** The request is not well-formed HTTP. */
  BAD_FRAMING(400, "INVALID_ARGUMENT", Side.CLIENT, Retry.NEVER),
  /** A header or path cannot be passed on. */
  BAD_REQUEST(400, "INVALID_ARGUMENT", Side.CLIENT, Retry.NEVER),
  /** The body of one of the gateway's own request forms breaks its rules. */
  INVALID_BODY(400, "INVALID_ARGUMENT", Side.CLIENT, Retry.NEVER),
  /** The prompt has more characters than allowed. */
  PROMPT_TOO_LONG(400, "INVALID_ARGUMENT", Side.CLIENT, Retry.NEVER),
  /** The request has more tokens than allowed. */
  TOO_MANY_TOKENS(400, "INVALID_ARGUMENT", Side.CLIENT, Retry.NEVER),
  /** No credential, or an unknown one. */
  UNAUTHENTICATED(401, "UNAUTHENTICATED", Side.CLIENT, Retry.NEVER),
  /** The client may not use this model or group. */
  FORBIDDEN(403, "PERMISSION_DENIED", Side.CLIENT, Retry.NEVER),
  /** No such path. */
  NOT_FOUND(404, "NOT_FOUND", Side.CLIENT, Retry.NEVER),
  /** The path is served, but not for this method. */
  METHOD_NOT_ALLOWED(405, "INVALID_ARGUMENT", Side.CLIENT, Retry.NEVER),
  /** What is to be made is there already, or has changed meanwhile. */
  CONFLICT(409, "ALREADY_EXISTS", Side.CLIENT, Retry.NEVER),
  /** A configuration that breaks its rules. */
  INVALID_CONFIG(422, "INVALID_ARGUMENT", Side.CLIENT, Retry.NEVER),
  /** The request head or body did not arrive in time. */
  REQUEST_TIMEOUT(408, "DEADLINE_EXCEEDED", Side.CLIENT, Retry.NEVER),
  /** The request body is longer than allowed. */
  BODY_TOO_LARGE(413, "INVALID_ARGUMENT", Side.CLIENT, Retry.NEVER),
  /** The request line is longer than allowed. */
  URI_TOO_LONG(414, "INVALID_ARGUMENT", Side.CLIENT, Retry.NEVER),
  /** The request body is compressed where it has to be read. */
  UNSUPPORTED_ENCODING(415, "INVALID_ARGUMENT", Side.CLIENT, Retry.NEVER),
  /** The request body is of another type than the path takes. */
  UNSUPPORTED_TYPE(415, "INVALID_ARGUMENT", Side.CLIENT, Retry.NEVER),
  /** An expectation other than {@code 100-continue}. */
  EXPECTATION_FAILED(417, "INVALID_ARGUMENT", Side.CLIENT, Retry.NEVER),
  /** The request's headers are longer than allowed. */
  HEADERS_TOO_LARGE(431, "INVALID_ARGUMENT", Side.CLIENT, Retry.NEVER),
  /** An HTTP version other than 1.0, 1.1 and 2. */
  VERSION_NOT_SUPPORTED(505, "INVALID_ARGUMENT", Side.CLIENT, Retry.NEVER),
  /** The client, or its address, sends more requests than it may. */
  TOO_MANY_REQUESTS(429, "RESOURCE_EXHAUSTED", Side.CLIENT, Retry.NEVER),
  /** The client's address has given too many wrong credentials. */
  LOCKED_OUT(429, "RESOURCE_EXHAUSTED", Side.CLIENT, Retry.NEVER),
  /** The client has used more tokens of late than it may. */
  TOO_MANY_CLIENT_TOKENS(429, "RESOURCE_EXHAUSTED", Side.CLIENT, Retry.NEVER),
  /** The client has as many requests under way as it may. */
  TOO_MANY_CONCURRENT(429, "RESOURCE_EXHAUSTED", Side.CLIENT, Retry.NEVER),
  /** The client left before its answer was complete. */
  CLIENT_GONE(499, "CANCELLED", Side.CLIENT, Retry.NEVER),

  /** Every key that could serve the request is resting. */
  KEYS_COOLING(429, "RESOURCE_EXHAUSTED", Side.PROXY, Retry.NEVER),
  /** As many requests wait for a key as may. */
  QUEUE_FULL(429, "RESOURCE_EXHAUSTED", Side.PROXY, Retry.NEVER),
  /** No key could ever serve the request: none is configured for it, or all are invalid. */
  NO_KEY(503, "UNAVAILABLE", Side.PROXY, Retry.NEVER),
  /** The target has failed too often of late. */
  BREAKER_OPEN(503, "UNAVAILABLE", Side.PROXY, Retry.NEVER),
  /** Every egress proxy on the way is out of use after failures. */
  EXITS_COOLING(503, "UNAVAILABLE", Side.EGRESS, Retry.NEVER),
  /** Too many connections or too much in flight. */
  OVERLOADED(503, "UNAVAILABLE", Side.PROXY, Retry.NEVER),
  /** The gateway is stopping. */
  DRAINING(503, "UNAVAILABLE", Side.PROXY, Retry.NEVER),
  /** All attempts together took too long. */
  DEADLINE(504, "DEADLINE_EXCEEDED", Side.PROXY, Retry.NEVER),
  /** A defect of the gateway. */
  INTERNAL(500, "INTERNAL", Side.PROXY, Retry.NEVER),

  /** The egress proxy could not be reached, or its TLS failed. */
  EGRESS_CONNECT(502, "UNAVAILABLE", Side.EGRESS, Retry.OTHER_KEY),
  /** The egress proxy refused our credentials. */
  EGRESS_AUTH(502, "UNAVAILABLE", Side.EGRESS, Retry.OTHER_KEY),
  /** The egress proxy could not, or would not, reach the target. */
  EGRESS_REFUSED(502, "UNAVAILABLE", Side.EGRESS, Retry.OTHER_KEY),

  /** The target's name did not resolve. */
  DNS(502, "UNAVAILABLE", Side.UPSTREAM, Retry.OTHER_KEY),
  /** The target did not accept a connection. */
  CONNECT(502, "UNAVAILABLE", Side.UPSTREAM, Retry.OTHER_KEY),
  /** The TLS handshake with the target failed, or its certificate did not verify. */
  TLS(502, "UNAVAILABLE", Side.UPSTREAM, Retry.OTHER_KEY),
  /** No connection became free in time. */
  POOL_EXHAUSTED(503, "UNAVAILABLE", Side.PROXY, Retry.NEVER),
  /** The connection closed before any byte of an answer. */
  RESET_BEFORE_ANSWER(502, "UNAVAILABLE", Side.UPSTREAM, Retry.OTHER_KEY),
  /** The target said it has not processed the request (HTTP/2 REFUSED_STREAM, GOAWAY). */
  NOT_PROCESSED(502, "UNAVAILABLE", Side.UPSTREAM, Retry.SAME_KEY_LATER),
  /** No answer began in time. */
  FIRST_BYTE_TIMEOUT(504, "DEADLINE_EXCEEDED", Side.UPSTREAM, Retry.OTHER_KEY),
  /** The answer is not well-formed HTTP. */
  BAD_ANSWER(502, "UNAVAILABLE", Side.UPSTREAM, Retry.OTHER_KEY),
  /** A success that holds nothing. */
  EMPTY_ANSWER(502, "UNAVAILABLE", Side.UPSTREAM, Retry.OTHER_KEY),
  /** The answer began and then broke off. */
  BROKEN_ANSWER(502, "UNAVAILABLE", Side.UPSTREAM, Retry.OTHER_KEY),
  /** The answer began and then fell silent. */
  IDLE_TIMEOUT(504, "DEADLINE_EXCEEDED", Side.UPSTREAM, Retry.OTHER_KEY);

  private final int status;
  private final String statusName;
  private final Side side;
  private final Retry retry;
  private final String reason;

  FaultKind(int status, String statusName, Side side, Retry retry) {
    this.status = status;
    this.statusName = statusName;
    this.side = side;
    this.retry = retry;
    this.reason = name().toLowerCase(Locale.ROOT);
  }

  /** HTTP status of the answer. */
  public int status() {
    return status;
  }

  /** Google's name for the status. */
  public String statusName() {
    return statusName;
  }

  /** Whose failure it is. */
  public Side side() {
    return side;
  }

  /** Whether another try may help, if nothing else is known. */
  public Retry retry() {
    return retry;
  }

  /** Stable machine-readable name. */
  public String reason() {
    return reason;
  }
}
