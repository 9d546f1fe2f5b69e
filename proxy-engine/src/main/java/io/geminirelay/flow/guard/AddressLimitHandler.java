package io.geminirelay.flow.guard;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.FaultResponder;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.util.function.Function;

/**
 * Stage {@code address}, between {@code cors} and {@code classify}: refuses requests of an address
 * that asks too often.
 *
 * <p>Before all that refuses, so that who asks for nonsense, or guesses tokens, the admin's too, is
 * slowed down and costs no digests; behind {@code cors}, so that a page can read the refusal.
 * {@code /health} is not limited: whoever watches the gateway may be the same machine that floods
 * it. Keeps nothing of a request, owns nothing; one instance serves every channel.
 */
@Sharable
public final class AddressLimitHandler extends ChannelInboundHandlerAdapter {
  private static final String HEALTH = "/health";

  private final AddressLimits limits;
  private final Function<HttpRequest, Route> routes;

  /**
   * Refuses by {@code limits}.
   *
   * @param routes tells a head's route, which is not on the exchange yet
   */
  public AddressLimitHandler(AddressLimits limits, Function<HttpRequest, Route> routes) {
    this.limits = limits;
    this.routes = routes;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof HttpRequest head)) {
      ctx.fireChannelRead(message);
      return;
    }
    Exchange exchange = ctx.channel().attr(Exchange.KEY).get();
    boolean free = head.uri().startsWith(HEALTH) && routes.apply(head) == Route.HEALTH;
    InetAddress address = free ? null : exchange.clientAddress();
    long waitNanos = address == null ? 0 : limits.take(address);
    if (waitNanos == 0) {
      ctx.fireChannelRead(message);
      return;
    }
    // For the form of the refusal.
    exchange.classified(routes.apply(head), exchange.uri(), "", false);
    long seconds = ClientAccount.wholeSeconds(waitNanos);
    String detail =
        "too many requests from this address: try again in " + seconds + " s, and ask less often";
    try {
      FaultResponder.respond(
          ctx, exchange, Fault.until(FaultKind.TOO_MANY_REQUESTS, detail, seconds), false);
    } finally {
      ReferenceCountUtil.release(message);
    }
  }
}
