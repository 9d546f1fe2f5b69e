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

/**
 * Stage {@code address}, between {@code classify} and {@code auth}: refuses requests of an address
 * that asks too often.
 *
 * <p>Before {@code auth}, so that who guesses tokens, the admin's too, is slowed down and costs no
 * digests. {@code /health} is not limited: whoever watches the gateway may be the same machine that
 * floods it. Keeps nothing of a request, owns nothing; one instance serves every channel.
 */
@Sharable
public final class AddressLimitHandler extends ChannelInboundHandlerAdapter {
  private final AddressLimits limits;

  /** Refuses by {@code limits}. */
  public AddressLimitHandler(AddressLimits limits) {
    this.limits = limits;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof HttpRequest)) {
      ctx.fireChannelRead(message);
      return;
    }
    Exchange exchange = ctx.channel().attr(Exchange.KEY).get();
    InetAddress address = exchange.route() == Route.HEALTH ? null : exchange.clientAddress();
    long waitNanos = address == null ? 0 : limits.take(address);
    if (waitNanos == 0) {
      ctx.fireChannelRead(message);
      return;
    }
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
