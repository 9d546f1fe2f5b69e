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
import java.util.concurrent.TimeUnit;

/**
 * One bound address. Accepted connections go to the event loops in turn, and stay there. Thread
 * safe.
 */
public final class Listener {
  private static final int BACKLOG = 4096;

  /** How long to wait for somebody to come before it is taken for quiet. */
  private static final int QUIET_MILLIS = 100;

  private final Channel channel;
  private final ChannelOption<Boolean> reusePort;

  private Listener(Channel channel, ChannelOption<Boolean> reusePort) {
    this.channel = channel;
    this.reusePort = reusePort;
  }

  /** Binds {@code config}'s host and port, and accepts; else as {@link #bindOnly}. */
  public static CompletionStage<Listener> bind(
      ServerConfig config,
      Transport transport,
      EventLoopGroup loops,
      ConnectionHandler connections) {
    return bindOnly(config, transport, loops, connections, false)
        .thenApply(
            bound -> {
              bound.accept();
              return bound;
            });
  }

  /**
   * Binds {@code config}'s host and port. Who connects waits until {@link #accept}.
   *
   * <p>One socket accepts for all loops: turns share a few long-lived connections evenly, which one
   * socket a loop does not, and a port that another process holds is still an error.
   *
   * @param besideAnother whether another listener of this process may have the port, which has to
   *     {@linkplain #sharePort share} it
   * @return fails when the address cannot be bound
   */
  static CompletionStage<Listener> bindOnly(
      ServerConfig config,
      Transport transport,
      EventLoopGroup loops,
      ConnectionHandler connections,
      boolean besideAnother) {
    CompletableFuture<Listener> bound = new CompletableFuture<>();
    ServerBootstrap bootstrap = new ServerBootstrap();
    if (besideAnother) {
      bootstrap.option(transport.reusePort(), true);
    }
    bootstrap
        .group(loops)
        .channel(transport.serverChannel())
        .option(ChannelOption.SO_REUSEADDR, true)
        .option(ChannelOption.SO_BACKLOG, BACKLOG)
        .option(ChannelOption.AUTO_READ, false)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childHandler(connections)
        .bind(config.host(), config.port())
        .addListener(
            (ChannelFuture future) -> {
              if (future.isSuccess()) {
                future.channel().pipeline().addLast(new AcceptFailureHandler());
                bound.complete(new Listener(future.channel(), transport.reusePort()));
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

  /** Takes in those who connect, from now on. */
  void accept() {
    channel.config().setAutoRead(true);
  }

  /** Says whether another listener of this process may be bound to the same port. */
  void sharePort(boolean may) {
    channel.config().setOption(reusePort, may);
  }

  /** The listening socket, which is the parent of what it accepted. */
  Channel channel() {
    return channel;
  }

  /**
   * As {@link #stopAccepting}, but right after those were accepted who have connected, as the
   * system turns away whom it holds for a listener that closes.
   */
  CompletionStage<Void> stopWhenQuiet() {
    CompletableFuture<Void> stopped = new CompletableFuture<>();
    channel.closeFuture().addListener(closed -> stopped.complete(null));
    channel
        .eventLoop()
        .execute(
            () -> {
              channel.pipeline().addFirst(new LastRoundHandler());
              var unused =
                  channel
                      .eventLoop()
                      .schedule(() -> channel.close(), QUIET_MILLIS, TimeUnit.MILLISECONDS);
            });
    return stopped;
  }

  /** Closes the listening socket; open connections go on. Completes when it is closed. */
  public CompletionStage<Void> stopAccepting() {
    CompletableFuture<Void> stopped = new CompletableFuture<>();
    channel.close().addListener(closed -> stopped.complete(null));
    return stopped;
  }
}
