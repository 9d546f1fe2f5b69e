package io.geminirelay.flow.accept;

import io.geminirelay.base.config.ServerConfig.ClientLimits;
import io.geminirelay.base.telemetry.Refusal;
import io.geminirelay.base.telemetry.Refusals;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a connection whose client takes nothing of what waits for it, or too little.
 *
 * <p>First in the pipeline, where it sees what the socket did not take at once. Looks only while
 * there is such, so that an ordinary answer costs no timer. Counts the bytes that go by; owns no
 * buffer. Event loop only.
 */
final class SendTimeoutHandler extends ChannelDuplexHandler {
  /** Looks in the time that a client has: it is cut that much late at most. */
  private static final int LOOKS = 4;

  /**
   * What the system may hold for us that is not on its way yet. It would take megabytes, and tell
   * of room only when a third of them is gone: a client that reads slowly would look like one that
   * does not read.
   */
  private static final long UNSENT_BYTES = 128 << 10;

  private final Pace pace;
  private final long lookNanos;
  private final Refusals refusals;
  private @Nullable Future<?> look;
  private long written;
  private long flushed;
  private long taken;

  SendTimeoutHandler(ClientLimits limits, Refusals refusals) {
    this.pace = Pace.ofSending(limits);
    this.lookNanos = limits.send().toNanos() / LOOKS;
    this.refusals = refusals;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    ChannelConfig config = ctx.channel().config();
    boolean bounded =
        config.setOption(EpollChannelOption.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
            || config.setOption(IoUringChannelOption.TCP_NOTSENT_LOWAT, UNSENT_BYTES);
    if (!bounded) {
      config.setOption(ChannelOption.SO_SNDBUF, (int) (2 * UNSENT_BYTES));
    }
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // the promise tells
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof ByteBuf bytes) {
      written += bytes.readableBytes();
    }
    ctx.write(message, promise);
  }

  @Override
  public void flush(ChannelHandlerContext ctx) {
    flushed = written;
    ctx.flush();
    if (look == null) {
      watch(ctx, true);
    }
  }

  /**
   * Looks whether something waits, and how much was taken meanwhile.
   *
   * @param first whether nothing is known to have waited before
   */
  private void watch(ChannelHandlerContext ctx, boolean first) {
    look = null;
    Channel channel = ctx.channel();
    ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
    if (buffer == null || buffer.isEmpty()) {
      return;
    }
    long now = ctx.executor().ticker().nanoTime();
    long takenNow = flushed - waiting(buffer);
    if (first) {
      pace.begin(now);
    } else if (takenNow > taken) {
      // Even where it is all that waited at the last look: the system takes it in leaps, each as
      // much as is let wait here.
      pace.took(takenNow - taken, now);
    }
    taken = takenNow;
    if (pace.leftNanos(now) > 0) {
      look = ctx.executor().schedule(() -> watch(ctx, false), lookNanos, TimeUnit.NANOSECONDS);
      return;
    }
    refusals.count(Refusal.SLOW_READER);
    // A reset, as the system would keep what it holds for this client after an orderly end too.
    channel.config().setOption(ChannelOption.SO_LINGER, 0);
    ctx.close();
  }

  private static long waiting(ChannelOutboundBuffer buffer) {
    long[] sum = {0};
    try {
      buffer.forEachFlushedMessage(
          message -> {
            sum[0] += message instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
            return true;
          });
    } catch (Exception e) {
      throw new IllegalStateException(e); // the visitor throws none
    }
    return sum[0];
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
