package io.geminirelay.flow.outbound.pool;

import io.geminirelay.base.http2.FrameWatch;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether an HTTP/2 connection is dead that a request was given up on without a byte from
 * the target in its time: a path that drops packets tells nobody, and each further request on it
 * would wait in vain (RFC 9113 section 6.7 has PING for this).
 *
 * <p>Event loop only.
 */
final class SilenceCheck {
  private static final long PING_CONTENT = 0x61_6c_69_76_65L; // "alive"

  private final Channel channel;
  private final FrameWatch watch;
  private final long limitNanos;
  private @Nullable Future<?> clock;

  SilenceCheck(Channel channel, FrameWatch watch, long limitNanos) {
    this.channel = channel;
    this.watch = watch;
    this.limitNanos = limitNanos;
    channel.closeFuture().addListener(closed -> answered());
  }

  /** How often the target has been heard. */
  int reads() {
    return watch.reads();
  }

  /**
   * A request was given up.
   *
   * @param readsBefore how often the target had been heard when the request began
   */
  void onDiscard(int readsBefore) {
    if (clock != null || reads() != readsBefore || !channel.isActive()) {
      return;
    }
    channel.writeAndFlush(new DefaultHttp2PingFrame(PING_CONTENT));
    clock =
        channel
            .eventLoop()
            .schedule(() -> closeIfSilent(readsBefore), limitNanos, TimeUnit.NANOSECONDS);
  }

  /** The target is there. */
  void answered() {
    if (clock != null) {
      clock.cancel(false);
      clock = null;
    }
  }

  private void closeIfSilent(int readsBefore) {
    clock = null;
    ChannelHandlerContext first = channel.pipeline().firstContext();
    if (reads() == readsBefore && first != null) {
      // Past the codec, which would wait for the streams under way.
      first.close();
    }
  }
}
