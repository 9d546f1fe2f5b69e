package io.geminirelay.flow.outbound;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.config.OutboundConfig;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.ModelPattern;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.netty.handler.codec.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/** Says what a request whose body is known may do, and what its client reads. Pure. */
final class ForwardRules {
  private ForwardRules() {}

  /** Why {@code exchange} with {@code body} is refused, or null when it may go. */
  static @Nullable Fault refusal(Exchange exchange, RequestBody body) {
    if (!mayUseModel(exchange, body)) {
      return Fault.of(FaultKind.FORBIDDEN, "This client may not use the model its request names.");
    }
    return body.hidesModel()
        ? Fault.of(
            FaultKind.BAD_REQUEST,
            "The model is an alias of this gateway, and cannot be replaced in this body: name it"
                + " once, in one whole JSON object.")
        : null;
  }

  /** Whether the client reads events, and so can be sent comments while it waits for them. */
  static boolean commentsWanted(Exchange exchange, RequestBody body, OutboundConfig config) {
    boolean chunked = HttpVersion.HTTP_1_1.equals(exchange.head().protocolVersion());
    return !config.keepaliveComments().isZero() && chunked && wantsEvents(exchange, body);
  }

  private static boolean wantsEvents(Exchange exchange, RequestBody body) {
    if (exchange.route().interpreted()) {
      // Google is asked for events whatever the client reads.
      return exchange.eventsWanted();
    }
    return exchange.generating() && (body.asksForStream() || exchange.uri().contains("alt=sse"));
  }

  /** The path's model was checked before; the body's is known only now. */
  private static boolean mayUseModel(Exchange exchange, RequestBody body) {
    ClientConfig caller = exchange.client();
    if (caller == null || caller.models().isEmpty()) {
      return true;
    }
    boolean unknown = exchange.generating() && exchange.model().isEmpty();
    return !unknown && !body.isAmbiguous() && ModelPattern.allows(caller, exchange.model());
  }
}
