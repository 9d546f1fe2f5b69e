package io.geminirelay.flow.accept;

import io.geminirelay.base.config.ServerConfig;
import io.geminirelay.base.service.HandedSocket;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * One bound address. Accepted connections go to the event loops in turn, and stay there. Thread
 * safe.
 */
public final class Listener {
  private static final int BACKLOG = 4096;

  /** How long to wait for somebody to come before it is taken for quiet. */
  private static final Duration QUIET = Duration.ofMillis(100);

  /** Enough for a turn of the event loop, which accepts whom the system holds. */
  private static final Duration ONE_TURN = Duration.ofMillis(1);

  /**
   * While another process listens on the port: a handshake that began here is over by then, even if
   * the network is slow.
   */
  private static final Duration HANDSHAKE = Duration.ofSeconds(1);

  /** Where the system goes on to send new connections here, it does not become quiet. */
  private static final Duration RESTLESS = Duration.ofSeconds(2);

  private final Channel channel;
  private final ChannelOption<Boolean> reusePort;
  private final End end;

  /** What has to be seen to when it is closed. */
  private enum End {
    /** Nobody listens there any more. */
    ALONE,
    /** Another process listens there. */
    HAND_OVER,
    /** The service manager holds the socket, and who waits to be accepted. */
    KEPT
  }

  private Listener(Channel channel, ChannelOption<Boolean> reusePort, End end) {
    this.channel = channel;
    this.reusePort = reusePort;
    this.end = end;
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
   * socket a loop does not, and a port that another process holds is still an error, unless it is
   * to be {@linkplain ServerConfig#reusePort handed over}.
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
    ServerBootstrap bootstrap = bootstrap(loops, connections).channel(transport.serverChannel());
    bootstrap.option(ChannelOption.SO_REUSEADDR, true).option(ChannelOption.SO_BACKLOG, BACKLOG);
    if (besideAnother || config.reusePort()) {
      bootstrap.option(transport.reusePort(), true);
    }
    End end = config.reusePort() ? End.HAND_OVER : End.ALONE;
    return listening(bootstrap.bind(config.host(), config.port()), transport, end)
        .thenApply(
            bound -> {
              bound.preferNewest();
              return bound;
            });
  }

  /**
   * Takes over {@code socket}. Who connects waits until {@link #accept}.
   *
   * @return fails when the transport cannot do that
   */
  static CompletionStage<Listener> take(
      HandedSocket socket,
      Transport transport,
      EventLoopGroup loops,
      ConnectionHandler connections) {
    ServerBootstrap bootstrap =
        bootstrap(loops, connections).channelFactory(() -> transport.listening(socket));
    return listening(bootstrap.register(), transport, End.KEPT);
  }

  private static ServerBootstrap bootstrap(EventLoopGroup loops, ConnectionHandler connections) {
    return new ServerBootstrap()
        .group(loops)
        .option(ChannelOption.AUTO_READ, false)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childHandler(connections);
  }

  private static CompletionStage<Listener> listening(
      ChannelFuture ready, Transport transport, End end) {
    CompletableFuture<Listener> listening = new CompletableFuture<>();
    ready.addListener(
        (ChannelFuture future) -> {
          if (future.isSuccess()) {
            future.channel().pipeline().addLast(new AcceptFailureHandler());
            listening.complete(new Listener(future.channel(), transport.reusePort(), end));
          } else {
            listening.completeExceptionally(future.cause());
          }
        });
    return listening;
  }

  private void preferNewest() {
    if (end == End.HAND_OVER && !NewestListener.prefer(channel)) {
      Listeners.LOG.warn(
          "the system cannot be told to give new connections to the newest process: set"
              + " net.ipv4.tcp_migrate_req=1 or some may be reset at a hand-over");
    }
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
    if (end == End.ALONE) {
      channel.config().setOption(reusePort, may);
    }
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
    return stop(QUIET, Duration.ZERO, listener -> {});
  }

  /** Stops to accept for good, as it suits those who are about to be accepted. */
  CompletionStage<Void> stop() {
    return switch (end) {
      case ALONE -> stop(ONE_TURN, Duration.ZERO, listener -> {});
      // Whom they still come to is the newest, which ends first: a hand-over is taken back.
      case HAND_OVER -> stop(HANDSHAKE, RESTLESS, NewestListener::giveBack);
      case KEPT -> stopAccepting();
    };
  }

  private CompletionStage<Void> stop(Duration quiet, Duration most, Consumer<Channel> restless) {
    CompletableFuture<Void> stopped = new CompletableFuture<>();
    channel.closeFuture().addListener(closed -> stopped.complete(null));
    channel
        .eventLoop()
        .execute(() -> channel.pipeline().addFirst(new LastRoundHandler(quiet, most, restless)));
    return stopped;
  }

  /** Closes the listening socket; open connections go on. Completes when it is closed. */
  public CompletionStage<Void> stopAccepting() {
    CompletableFuture<Void> stopped = new CompletableFuture<>();
    channel.close().addListener(closed -> stopped.complete(null));
    return stopped;
  }
}
