package io.geminirelay.flow.accept;

import io.geminirelay.base.telemetry.Refusal;
import io.geminirelay.base.telemetry.Refusals;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a connection whose client takes no byte of what waits for it.
 *
 * <p>First in the pipeline, where it sees what the socket did not take at once. Looks only while
 * there is such, so that an ordinary answer costs no timer. Keeps how far the sending was at the
 * last look; owns no buffer. Event loop only.
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

  private final long sendNanos;
  private final Refusals refusals;
  private @Nullable Future<?> look;
  private Progress seen = Progress.NONE;

  /**
   * How far the sending is.
   *
   * @param current what is being sent
   * @param sent bytes of it that the socket has taken
   * @param waiting bytes that wait in all; fewer than before means that some were taken
   * @param sinceNanos when it last went on
   */
  private record Progress(@Nullable Object current, long sent, long waiting, long sinceNanos) {
    static final Progress NONE = new Progress(null, 0, 0, 0);

    static Progress of(ChannelOutboundBuffer buffer, Progress before, long now) {
      Object current = buffer.current();
      long sent = buffer.currentProgress();
      long waiting = buffer.totalPendingWriteBytes();
      boolean stuck = current == before.current && sent == before.sent && waiting >= before.waiting;
      return new Progress(current, sent, waiting, stuck ? before.sinceNanos : now);
    }
  }

  SendTimeoutHandler(Duration send, Refusals refusals) {
    this.sendNanos = send.toNanos();
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
  public void flush(ChannelHandlerContext ctx) {
    ctx.flush();
    if (look == null) {
      seen = Progress.NONE;
      watch(ctx);
    }
  }

  private void watch(ChannelHandlerContext ctx) {
    look = null;
    Channel channel = ctx.channel();
    ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
    if (buffer == null || buffer.isEmpty()) {
      return;
    }
    long now = ctx.executor().ticker().nanoTime();
    seen = Progress.of(buffer, seen, now);
    if (now - seen.sinceNanos < sendNanos) {
      look = ctx.executor().schedule(() -> watch(ctx), sendNanos / LOOKS, TimeUnit.NANOSECONDS);
      return;
    }
    refusals.count(Refusal.SLOW_READER);
    // A reset, as the system would keep what it holds for this client after an orderly end too.
    channel.config().setOption(ChannelOption.SO_LINGER, 0);
    ctx.close();
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
