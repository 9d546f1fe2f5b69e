package io.geminirelay.base.service;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Promise;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the service manager how the process is, by datagrams to its Unix socket, in the order in
 * which they are given. Has a thread of its own, so that a message never waits for an event loop
 * that serves. Thread safe.
 */
public final class Notifier {
  private static final Logger LOG = LoggerFactory.getLogger(Notifier.class);

  private final MultiThreadIoEventLoopGroup threads;
  private final ChannelFuture connected;
  private final Channel channel;

  /** Whether a message was lost and that was told. The event loop's own. */
  private boolean lost;

  private Notifier(MultiThreadIoEventLoopGroup threads, ChannelFuture connected) {
    this.threads = threads;
    this.connected = connected;
    this.channel = connected.channel();
  }

  /**
   * One that tells {@code socket}; null, with a line in the log, where that cannot be done.
   *
   * @param socket a path, or the name of an abstract socket that begins with {@code @}
   */
  public static @Nullable Notifier open(String socket) {
    if (!socket.startsWith("/") && !socket.startsWith("@")) {
      LOG.warn("the service manager is not told anything: {} is no Unix socket", socket);
      return null;
    }
    if (!Epoll.isAvailable()) {
      LOG.warn(
          "the service manager is not told anything: Unix datagrams need epoll's native library,"
              + " which does not load here: {}",
          String.valueOf(Epoll.unavailabilityCause()));
      return null;
    }
    MultiThreadIoEventLoopGroup threads =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("relay-service", true), EpollIoHandler.newFactory());
    String path = socket.startsWith("@") ? "\0" + socket.substring(1) : socket;
    ChannelFuture connected =
        new Bootstrap()
            .group(threads)
            .channel(EpollDomainDatagramChannel.class)
            .option(ChannelOption.AUTO_READ, false)
            .handler(new ChannelInboundHandlerAdapter())
            .connect(new DomainSocketAddress(path));
    return new Notifier(threads, connected);
  }

  /** Sends {@code lines}, each {@code NAME=value}, as one message. */
  public void tell(String... lines) {
    String message = String.join("\n", lines);
    // Not before it is connected, which takes a turn of the loop or two.
    connected.addListener(
        done ->
            channel
                .writeAndFlush(ByteBufUtil.writeUtf8(channel.alloc(), message))
                .addListener(sent -> note(sent.cause())));
  }

  private void note(@Nullable Throwable failure) {
    if (failure != null && !lost) {
      lost = true;
      LOG.warn("the service manager could not be told something: {}", failure.toString());
    }
  }

  /** The thread that tells, for what is to be told again and again. */
  public EventLoop thread() {
    return channel.eventLoop();
  }

  /**
   * Tells what was given until now, and ends. Waits until it is told, a second at most: the process
   * may end next, and the last words say why. Not for an event loop.
   */
  public void close() {
    Promise<Void> told = thread().newPromise();
    connected.addListener(done -> channel.close().addListener(closed -> told.trySuccess(null)));
    told.awaitUninterruptibly(1, TimeUnit.SECONDS);
    threads.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
