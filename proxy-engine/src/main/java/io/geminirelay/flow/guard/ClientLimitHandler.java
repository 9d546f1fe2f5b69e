package io.geminirelay.flow.guard;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.FaultResponder;
import io.geminirelay.base.fault.Fault;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Stage {@code limits}, behind {@code local}, which answers what costs nothing upstream: refuses
 * requests of clients that ask more than they may, by requests and tokens a minute and by requests
 * under way.
 *
 * <p>Keeps the charge of the request whose body comes in; owns nothing, contents pass by reference.
 * What a request was let in with is given back when its exchange is closed, which happens once,
 * however it ends. Not sharable; runs on the client's event loop.
 */
public final class ClientLimitHandler extends ChannelInboundHandlerAdapter {
  private final ClientLimits limits;
  private @Nullable ClientCharge charge;

  /** Refuses by {@code limits}. */
  public ClientLimitHandler(ClientLimits limits) {
    this.limits = limits;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof HttpRequest) {
      charge = null;
      Exchange exchange = ctx.channel().attr(Exchange.KEY).get();
      ClientAccount account = limits.of(exchange.client());
      Fault fault = account == null ? null : admit(exchange, account);
      if (fault != null) {
        refuse(ctx, exchange, fault, message);
        return;
      }
    }
    if (charge != null && message instanceof HttpContent piece) {
      charge.look(piece.content());
      if (message instanceof LastHttpContent) {
        charge.whole();
        charge = null;
      }
    }
    ctx.fireChannelRead(message);
  }

  private @Nullable Fault admit(Exchange exchange, ClientAccount account) {
    Fault fault = account.enter();
    if (fault == null) {
      boolean prompted = exchange.route().interpreted() || TokenRules.formOf(exchange) != null;
      boolean tokens = account.countsTokens() && prompted;
      ClientCharge begun =
          new ClientCharge(account, tokens, TokenGuardHandler.announced(exchange.head()));
      exchange.whenClosed(begun);
      charge = tokens ? begun : null;
    }
    return fault;
  }

  private static void refuse(
      ChannelHandlerContext ctx, Exchange exchange, Fault fault, Object message) {
    try {
      FaultResponder.respond(ctx, exchange, fault, false);
    } finally {
      ReferenceCountUtil.release(message);
    }
  }
}
