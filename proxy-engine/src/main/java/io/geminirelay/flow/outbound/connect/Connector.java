package io.geminirelay.flow.outbound.connect;

import io.geminirelay.base.config.Destination;
import io.geminirelay.base.config.OutboundConfig;
import io.geminirelay.flow.keys.Exits;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.resolver.NoopAddressResolverGroup;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Opens connections to destinations, through their egress hop and TLS, on the caller's loop.
 *
 * <p>A destination with an egress is reached only through it: the target's name then goes to the
 * proxy unresolved, and no failure falls back to a direct connection. Thread safe; shared by loops.
 */
public final class Connector {
  /**
   * Request bytes waiting in one connection before the client is paused: several full socket
   * writes, so that the kernel never waits, yet little enough for thousands of uploads.
   */
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(32 * 1024, 64 * 1024);

  private final ChannelFactory<? extends Channel> channels;
  private final Addresses addresses;
  private final UpstreamTls tls;
  private final OutboundConfig config;
  private final Exits exits;
  private final ChannelGroup open = new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE);

  /**
   * A connector with the clocks of {@code config}: {@code connect} for name, TCP and egress hop
   * together, all addresses included, {@code tlsHandshake} for the target's handshake.
   *
   * @param channels makes stream sockets of the transport that the loops run
   * @param exits learns of every connection through an exit how its opening ended
   */
  public Connector(
      ChannelFactory<? extends Channel> channels,
      Addresses addresses,
      UpstreamTls tls,
      OutboundConfig config,
      Exits exits) {
    this.channels = channels;
    this.addresses = addresses;
    this.tls = tls;
    this.config = config;
    this.exits = exits;
  }

  /** Starts opening; to be called on {@code loop}, which may be told before this returns. */
  public void open(EventLoop loop, Destination destination, ConnectListener listener) {
    open(loop, destination, destination, listener);
  }

  /**
   * The same where other protocols are offered than {@code destination} says: those of {@code
   * offered}, which is the same otherwise. The exit is known by {@code destination}.
   */
  public void open(
      EventLoop loop, Destination destination, Destination offered, ConnectListener listener) {
    assert loop.inEventLoop();
    ConnectListener told =
        destination.egress() == null ? listener : new ExitWitness(exits, destination, listener);
    new Opening(this, loop, offered, told).start();
  }

  /**
   * Completes when every connection that was opened until now is closed, or {@code patience} is
   * over. Event loops may not end before: io_uring closes a socket only after the kernel has given
   * back what reads it, and a loop that ends (Netty's IoUringIoHandler.prepareToDestroy) waits for
   * no close that is put off so; the socket would stay open as long as the process.
   */
  public CompletionStage<Void> closed(Duration patience) {
    CompletableFuture<Void> closed = new CompletableFuture<>();
    var unused = open.newCloseFuture().addListener(done -> closed.complete(null));
    return closed.completeOnTimeout(null, patience.toNanos(), TimeUnit.NANOSECONDS);
  }

  private Channel newChannel() {
    Channel channel = channels.newChannel();
    open.add(channel);
    return channel;
  }

  /** A socket's settings, with {@code first} alone in its pipeline. */
  Bootstrap bootstrap(EventLoop loop, ChannelInboundHandlerAdapter first) {
    return new Bootstrap()
        .group(loop)
        .channelFactory(this::newChannel)
        .resolver(NoopAddressResolverGroup.INSTANCE)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.SO_KEEPALIVE, true)
        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
        .handler(first);
  }

  /** Where the target is, for a proxy: an address only if the configuration spells one out. */
  static InetSocketAddress unresolved(String host, int port) {
    InetSocketAddress literal = Addresses.literal(host, port);
    return literal == null ? InetSocketAddress.createUnresolved(host, port) : literal;
  }

  Addresses addresses() {
    return addresses;
  }

  UpstreamTls tls() {
    return tls;
  }

  OutboundConfig config() {
    return config;
  }
}
