package io.geminirelay.flow.outbound;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.ModelPattern;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import org.jspecify.annotations.Nullable;

/** Says whether a request whose body is known may go upstream. Pure. */
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
