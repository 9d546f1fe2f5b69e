package io.geminirelay.flow.accept;

import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultException;
import io.geminirelay.base.fault.FaultKind;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;

/** What a failed {@link DecoderResult} tells the client. */
public final class FramingFaults {
  private FramingFaults() {}

  /** The fault behind {@code result}, which must be a failure. */
  public static Fault of(DecoderResult result) {
    return of(result, "the request is not well-formed HTTP");
  }

  /** The fault behind {@code result}; {@code broken} says which rule, if nothing else does. */
  static Fault of(DecoderResult result, String broken) {
    Throwable cause = result.cause();
    if (cause instanceof FaultException known) {
      return known.fault();
    }
    if (cause instanceof TooLongHttpLineException) {
      return Fault.of(FaultKind.URI_TOO_LONG, "the request line is too long", cause);
    }
    if (cause instanceof TooLongHttpHeaderException) {
      return Fault.of(FaultKind.HEADERS_TOO_LARGE, "the header fields are too long", cause);
    }
    // The parser's own words may repeat what the client sent, a credential included.
    return Fault.of(FaultKind.BAD_FRAMING, broken, cause);
  }

  /** A result that carries a fault of {@code kind}. */
  static DecoderResult failure(FaultKind kind, String detail) {
    return DecoderResult.failure(new FaultException(Fault.of(kind, detail)));
  }
}
