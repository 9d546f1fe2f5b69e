package io.geminirelay.flow.classify;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.FaultResponder;
import io.geminirelay.base.fault.Fault;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Stage {@code classify}, right after the exchange is opened: writes on the exchange what the path
 * means, or refuses it.
 *
 * <p>Keeps nothing, owns nothing; one instance serves every channel.
 */
@Sharable
public final class ClassifyHandler extends ChannelInboundHandlerAdapter {

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof HttpRequest head)) {
      ctx.fireChannelRead(message);
      return;
    }
    Exchange exchange = ctx.channel().attr(Exchange.KEY).get();
    RouteMatch match = RouteTable.match(head.method(), head.uri());
    exchange.classified(match.route(), match.uri(), match.model(), match.generating());
    @Nullable Fault fault = match.fault();
    if (fault == null) {
      ctx.fireChannelRead(message);
      return;
    }
    try {
      FaultResponder.respond(ctx, exchange, fault, false);
    } finally {
      ReferenceCountUtil.release(message);
    }
  }
}
