package io.geminirelay.base.state.redis;

import io.lettuce.core.resource.NettyCustomizer;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.util.concurrent.CompletableFuture;

/**
 * All channels of a client from their first moment on, so that all can be closed: a client itself
 * knows them only when they are connected and greeted. Thread safe.
 */
final class LiveChannels implements NettyCustomizer {
  /** Closes whatever comes after {@link #close}. */
  private final ChannelGroup channels =
      new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE, true);

  private volatile boolean closed;

  @Override
  public void afterBootstrapInitialized(Bootstrap bootstrap) {
    if (closed) {
      throw new IllegalStateException("closed");
    }
  }

  @Override
  public void afterChannelInitialized(Channel channel) {
    channels.add(channel);
  }

  /** Closes all, and all that is still made; completes when those of now are closed. */
  CompletableFuture<Void> close() {
    closed = true;
    CompletableFuture<Void> done = new CompletableFuture<>();
    channels.close().addListener(ended -> done.complete(null));
    return done;
  }
}
