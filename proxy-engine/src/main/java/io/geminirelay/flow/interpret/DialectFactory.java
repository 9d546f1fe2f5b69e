package io.geminirelay.flow.interpret;

import io.geminirelay.base.config.DialectConfig;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.FaultResponder;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/**
 * Knows which routes have a form of the gateway's own. Immutable.
 *
 * @param config what the operator set for them
 * @param time the clock
 */
public record DialectFactory(DialectConfig config, TimeSource time) {

  /** The dialect of {@code exchange}, or null where requests pass as they are. */
  @Nullable Dialect of(ChannelHandlerContext ctx, Exchange exchange) {
    return switch (exchange.route()) {
      case GENERATE -> generate(ctx, exchange);
      case SIMPLE -> SimpleDialect.begin(ctx, exchange, config, time);
      default -> null;
    };
  }

  private Dialect generate(ChannelHandlerContext ctx, Exchange exchange) {
    AnswerForm form = AnswerForm.of(exchange.head());
    if (form != null) {
      return new GenerateDialect(ctx, exchange, form, config);
    }
    Fault fault = Fault.of(FaultKind.BAD_REQUEST, "unknown mode: it is " + AnswerForm.MODES);
    FaultResponder.respond(ctx, exchange, fault, false);
    return new RefusedDialect();
  }
}
