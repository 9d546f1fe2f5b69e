package io.geminirelay.testing.sim;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;

/** Ends connections before their time. */
public final class Abort {
  private Abort() {}

  /** Flushes and closes: the peer sees all bytes and then an orderly end. */
  public static void close(Channel channel) {
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  /**
   * Flushes what the socket takes at once and sends a TCP reset; the pipeline is passed by, so that
   * TLS says no farewell.
   */
  public static void reset(Channel channel) {
    channel.flush();
    channel.config().setOption(ChannelOption.SO_LINGER, 0);
    channel.unsafe().close(channel.unsafe().voidPromise());
  }
}
