package io.geminirelay.flow.accept;

import io.geminirelay.base.config.ServerConfig.ClientLimits;
import io.geminirelay.base.exchange.ReadGate;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends HTTP/1.1 connections whose client is too slow.
 *
 * <p>Stands behind the codec. A head or body that does not come in time is reported to the stages
 * as a refused request; an idle connection is closed without a word. One task a connection looks at
 * the {@link RequestClock} now and then, so that a request costs no timer. Event loop only.
 */
final class HeadTimeoutHandler extends ChannelInboundHandlerAdapter {
  private final StrictRequestDecoder decoder;
  private final RequestClock clock;
  private final long headNanos;
  private final long bodyNanos;
  private final long idleNanos;
  private int pauses;
  private @Nullable Future<?> look;

  HeadTimeoutHandler(StrictRequestDecoder decoder, RequestClock clock, ClientLimits limits) {
    this.decoder = decoder;
    this.clock = clock;
    this.headNanos = limits.head().toNanos();
    this.bodyNanos = limits.body().toNanos();
    this.idleNanos = limits.idle().toNanos();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    lookAgain(ctx, shortest());
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    cancel();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    cancel();
    ctx.fireChannelInactive();
  }

  private void cancel() {
    if (look != null) {
      look.cancel(false);
    }
  }

  // No phase may begin and run out between two looks.
  private long shortest() {
    return Math.min(headNanos, Math.min(bodyNanos, idleNanos));
  }

  private void lookAgain(ChannelHandlerContext ctx, long nanos) {
    look = ctx.executor().schedule(() -> look(ctx), nanos, TimeUnit.NANOSECONDS);
  }

  private void look(ChannelHandlerContext ctx) {
    int pausesNow = ReadGate.of(ctx.channel()).pauses();
    boolean paused = pausesNow != pauses || !ctx.channel().config().isAutoRead();
    pauses = pausesNow;
    if (clock.phase() == RequestClock.Phase.BODY && paused) {
      // It is us who do not read.
      clock.enter(RequestClock.Phase.BODY);
    }
    long left = leftNanos();
    if (clock.phase() == RequestClock.Phase.ANSWERING) {
      lookAgain(ctx, shortest());
    } else if (left > 0) {
      lookAgain(ctx, Math.min(left, shortest()));
    } else {
      expire(ctx);
    }
  }

  private long leftNanos() {
    return switch (clock.phase()) {
      case IDLE -> idleNanos - clock.elapsedNanos();
      case HEAD -> headNanos - clock.elapsedNanos();
      case BODY -> clock.bodyLeftNanos();
      case ANSWERING -> Long.MAX_VALUE;
    };
  }

  private void expire(ChannelHandlerContext ctx) {
    switch (clock.phase()) {
      case HEAD -> fire(ctx, decoder.refused(late("head")));
      case BODY -> fire(ctx, decoder.brokenOff(late("body")));
      case IDLE, ANSWERING -> ctx.close();
    }
  }

  private static Fault late(String part) {
    return Fault.of(
        FaultKind.REQUEST_TIMEOUT, "the " + part + " of the request did not arrive in time");
  }

  private static void fire(ChannelHandlerContext ctx, Object message) {
    ctx.fireChannelRead(message);
    ctx.fireChannelReadComplete();
  }
}
