package io.geminirelay.flow.accept;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Closes a listening socket when nobody is left who waits to be accepted, as the system resets whom
 * it holds for one that closes.
 *
 * <p>That is so once nobody has come for {@code quiet}; or, from {@code most} on, after the next
 * round of accepting that leaves nobody behind; at last, {@value #PATIENCE_SECONDS} seconds after
 * the longer of the two, whoever comes. Where many still come after {@code quiet}, which is time
 * enough for who came before it was given up, {@code restless} may have them go elsewhere. Place:
 * first of a listener that is given up. Counts the connections of the round. Event loop only.
 */
final class LastRoundHandler extends ChannelInboundHandlerAdapter {
  /** Netty accepts at most so many in a round; there may be more then. */
  private static final int FULL_ROUND = 16;

  /** Fewer may be those whose handshake took long, or who waited for a late event loop. */
  private static final int MANY_ROUNDS = 8;

  /** Who floods it cannot keep it open. */
  private static final int PATIENCE_SECONDS = 2;

  private final long quietNanos;
  private final long mostNanos;
  private final Consumer<Channel> restless;
  private int lateRounds;
  private int accepted;
  private long begunNanos;
  private long quietSinceNanos;

  /**
   * As above.
   *
   * @param restless is given the listener once, at most
   */
  LastRoundHandler(Duration quiet, Duration most, Consumer<Channel> restless) {
    this.quietNanos = quiet.toNanos();
    this.mostNanos = most.toNanos();
    this.restless = restless;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    begunNanos = ctx.executor().ticker().nanoTime();
    quietSinceNanos = begunNanos;
    lookIn(ctx, quietNanos);
    long hardNanos = Math.max(quietNanos, mostNanos) + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    var hard = ctx.executor().schedule(() -> ctx.close(), hardNanos, TimeUnit.NANOSECONDS);
    ctx.channel().closeFuture().addListener(closed -> hard.cancel(false));
  }

  private void lookIn(ChannelHandlerContext ctx, long nanos) {
    var unused = ctx.executor().schedule(() -> look(ctx), nanos, TimeUnit.NANOSECONDS);
  }

  private void look(ChannelHandlerContext ctx) {
    long left = quietNanos - (ctx.executor().ticker().nanoTime() - quietSinceNanos);
    if (left <= 0) {
      ctx.close();
    } else if (ctx.channel().isOpen()) {
      lookIn(ctx, left);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object connection) {
    accepted++;
    ctx.fireChannelRead(connection);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    boolean nobodyLeft = accepted < FULL_ROUND;
    accepted = 0;
    quietSinceNanos = ctx.executor().ticker().nanoTime();
    ctx.fireChannelReadComplete();
    if (quietSinceNanos - begunNanos >= quietNanos && ++lateRounds == MANY_ROUNDS) {
      restless.accept(ctx.channel());
    }
    if (nobodyLeft && quietSinceNanos - begunNanos >= mostNanos) {
      ctx.close();
    }
  }
}
