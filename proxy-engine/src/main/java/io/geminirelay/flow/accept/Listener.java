package io.geminirelay.flow.accept;

import io.geminirelay.base.config.ServerConfig;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One bound address. Accepted connections go to the event loops in turn, and stay there. Thread
 * safe.
 */
public final class Listener {
  private static final int BACKLOG = 4096;

  private final Channel channel;

  private Listener(Channel channel) {
    this.channel = channel;
  }

  /**
   * Binds {@code config}'s host and port.
   *
   * <p>One socket accepts for all loops: turns share a few long-lived connections evenly, which one
   * socket a loop does not, and a port that another process holds is still an error.
   *
   * @return fails when the address cannot be bound
   */
  public static CompletionStage<Listener> bind(
      ServerConfig config,
      Transport transport,
      EventLoopGroup loops,
      ConnectionHandler connections) {
    CompletableFuture<Listener> bound = new CompletableFuture<>();
    new ServerBootstrap()
        .group(loops)
        .channel(transport.serverChannel())
        .option(ChannelOption.SO_REUSEADDR, true)
        .option(ChannelOption.SO_BACKLOG, BACKLOG)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childHandler(connections)
        .bind(config.host(), config.port())
        .addListener(
            (ChannelFuture future) -> {
              if (future.isSuccess()) {
                bound.complete(new Listener(future.channel()));
              } else {
                bound.completeExceptionally(future.cause());
              }
            });
    return bound;
  }

  /** The bound address, with the port the system chose where 0 was asked for. */
  public InetSocketAddress address() {
    return (InetSocketAddress) channel.localAddress();
  }

  /** Closes the listening socket; open connections go on. Completes when it is closed. */
  public CompletionStage<Void> stopAccepting() {
    CompletableFuture<Void> stopped = new CompletableFuture<>();
    channel.close().addListener(closed -> stopped.complete(null));
    return stopped;
  }
}
