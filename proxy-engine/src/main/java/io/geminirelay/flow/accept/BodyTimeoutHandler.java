package io.geminirelay.flow.accept;

import io.geminirelay.base.config.ServerConfig.ClientLimits;
import io.geminirelay.base.exchange.ReadGate;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultException;
import io.geminirelay.base.fault.FaultKind;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends an HTTP/2 request whose body stops coming, or comes too slowly: the stages get a last
 * content whose decoder result holds the fault.
 *
 * <p>Stands in front of the request stages of a stream. Costs nothing where head and body come
 * together; else one task looks at the clock now and then. Event loop only.
 */
final class BodyTimeoutHandler extends ChannelInboundHandlerAdapter {
  private final Pace pace;
  private int pauses;
  private boolean over;
  private @Nullable Future<?> look;

  BodyTimeoutHandler(ClientLimits limits) {
    this.pace = Pace.ofBody(limits);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (over) {
      ReferenceCountUtil.release(message);
      return;
    }
    long now = ctx.executor().ticker().nanoTime();
    if (message instanceof LastHttpContent) {
      cancel();
    } else if (look == null) {
      pace.begin(now);
      lookAgain(ctx, pace.leftNanos(now));
    } else if (message instanceof HttpContent content) {
      pace.took(content.content().readableBytes(), now);
    }
    ctx.fireChannelRead(message);
  }

  private void lookAgain(ChannelHandlerContext ctx, long nanos) {
    look = ctx.executor().schedule(() -> look(ctx), nanos, TimeUnit.NANOSECONDS);
  }

  private void look(ChannelHandlerContext ctx) {
    long now = ctx.executor().ticker().nanoTime();
    int pausesNow = ReadGate.of(ctx.channel()).pauses();
    if (pausesNow != pauses || !ctx.channel().config().isAutoRead()) {
      // It is us who do not read.
      pace.begin(now);
    }
    pauses = pausesNow;
    long left = pace.leftNanos(now);
    if (left > 0) {
      lookAgain(ctx, left);
      return;
    }
    over = true;
    LastHttpContent last = new DefaultLastHttpContent();
    last.setDecoderResult(
        DecoderResult.failure(
            new FaultException(
                Fault.of(
                    FaultKind.REQUEST_TIMEOUT, "the body of the request did not arrive in time"))));
    ctx.fireChannelRead(last);
    ctx.fireChannelReadComplete();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    cancel();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    cancel();
  }

  private void cancel() {
    if (look != null) {
      look.cancel(false);
    }
  }
}
