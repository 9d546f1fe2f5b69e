package io.geminirelay.flow.interpret;

import io.geminirelay.base.config.DialectConfig;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.FaultResponder;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.fault.Fault;
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
      default -> null;
    };
  }

  private Dialect generate(ChannelHandlerContext ctx, Exchange exchange) {
    AnswerForm form = AnswerForm.of(exchange.head());
    Fault fault = GenerateRequest.refusal(exchange.head(), form);
    if (form != null && fault == null) {
      return new GenerateDialect(ctx, exchange, form, config);
    }
    if (fault != null) {
      FaultResponder.respond(ctx, exchange, fault, false);
    }
    return new RefusedDialect();
  }
}
