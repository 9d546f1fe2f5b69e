package io.geminirelay.base.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.SingleThreadEventLoop;
import org.jspecify.annotations.Nullable;

/**
 * First of an exchange's handlers: puts off flushing until the event loop has gone through what its
 * sockets had for it, so that the writes of a {@link FlushRound round} follow one another.
 *
 * <p>A process that waits for what is written is woken by the first write, which costs the writer
 * microseconds. Is the next write ready before it sleeps again, that one costs none. Where nothing
 * else has come, nothing is waited for but the rest of the work at hand.
 *
 * <p>What is long is flushed at once: it would leave the channel without room, and reading for it
 * would stop. What was put off is flushed before an end of the channel that goes through the
 * pipeline; who ends it past the handlers calls {@link FlushRound#flushOwn} first. On a loop that
 * has no rounds, an embedded channel's, nothing is put off. What HTTP/2 says of a connection itself
 * does not come by here. Owns no buffer; event loop only.
 */
public final class LateFlushHandler extends ChannelOutboundHandlerAdapter {
  private static final long AT_ONCE_BYTES = 16 << 10;

  private @Nullable ChannelHandlerContext context;
  private @Nullable FlushRound round;
  private long bytes;
  private boolean putOff;

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    round = ctx.executor() instanceof SingleThreadEventLoop loop ? FlushRound.of(loop) : null;
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // the promise tells
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof ByteBuf buf) {
      bytes += buf.readableBytes();
    } else if (message instanceof ByteBufHolder holder) {
      bytes += holder.content().readableBytes();
    }
    ctx.write(message, promise);
  }

  @Override
  public void flush(ChannelHandlerContext ctx) {
    if (round == null || bytes >= AT_ONCE_BYTES) {
      bytes = 0;
      ctx.flush();
    } else if (!putOff) {
      putOff = true;
      round.add(this);
    }
  }

  /** Flushes what was put off. */
  void flushNow() {
    if (putOff && context != null) {
      putOff = false;
      bytes = 0;
      context.flush();
    }
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    flushNow();
    ctx.close(promise);
  }

  @Override
  public void disconnect(ChannelHandlerContext ctx, ChannelPromise promise) {
    flushNow();
    ctx.disconnect(promise);
  }

  @Override
  public void deregister(ChannelHandlerContext ctx, ChannelPromise promise) {
    flushNow();
    ctx.deregister(promise);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    flushNow();
  }
}
