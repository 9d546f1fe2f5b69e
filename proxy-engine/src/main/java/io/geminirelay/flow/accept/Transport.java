package io.geminirelay.flow.accept;

import io.geminirelay.base.config.ServerConfig.TransportChoice;
import io.geminirelay.base.service.HandedSocket;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.StandardSocketOptions;
import java.util.Locale;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The system's I/O interfaces, with the channel classes that belong to each. */
public enum Transport {
  /** Java's own selector; everywhere. */
  NIO(NioServerSocketChannel.class, NioSocketChannel.class, NioDatagramChannel.class) {
    @Override
    public IoHandlerFactory ioHandlers() {
      return NioIoHandler.newFactory();
    }

    @Override
    public ChannelOption<Boolean> reusePort() {
      return NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT);
    }

    @Override
    public @Nullable Throwable missing() {
      return null;
    }
  },
  /** Linux epoll. */
  EPOLL(EpollServerSocketChannel.class, EpollSocketChannel.class, EpollDatagramChannel.class) {
    @Override
    public IoHandlerFactory ioHandlers() {
      return EpollIoHandler.newFactory();
    }

    @Override
    public @Nullable Throwable missing() {
      return Epoll.unavailabilityCause();
    }

    @Override
    ServerSocketChannel listening(HandedSocket socket) {
      return new EpollServerSocketChannel(socket.descriptor());
    }
  },
  /** Linux io_uring. */
  IO_URING(
      IoUringServerSocketChannel.class, IoUringSocketChannel.class, IoUringDatagramChannel.class) {
    @Override
    public IoHandlerFactory ioHandlers() {
      return Rings.handlers();
    }

    @Override
    public @Nullable Throwable missing() {
      return Rings.missing();
    }
  };

  private final Class<? extends ServerSocketChannel> server;
  private final Class<? extends SocketChannel> client;
  private final Class<? extends DatagramChannel> datagram;

  Transport(
      Class<? extends ServerSocketChannel> server,
      Class<? extends SocketChannel> client,
      Class<? extends DatagramChannel> datagram) {
    this.server = server;
    this.client = client;
    this.datagram = datagram;
  }

  /**
   * The transport for {@code choice}.
   *
   * @throws IllegalStateException when a forced one does not load here; names the reason
   */
  public static Transport choose(TransportChoice choice) {
    return switch (choice) {
      case AUTO -> EPOLL.missing() == null ? EPOLL : NIO;
      case NIO -> NIO;
      case EPOLL -> EPOLL.required();
      case IO_URING -> IO_URING.required();
    };
  }

  private Transport required() {
    Throwable cause = missing();
    if (cause != null) {
      throw new IllegalStateException(
          "transport "
              + name().toLowerCase(Locale.ROOT)
              + " does not work on this machine: "
              + rootOf(cause),
          cause);
    }
    return this;
  }

  private static String rootOf(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = root.getMessage();
    return message == null ? root.getClass().getSimpleName() : message;
  }

  /** Makes the part of each event loop that talks to the system. */
  public abstract IoHandlerFactory ioHandlers();

  /** Why it does not work here, or null when it does. */
  public abstract @Nullable Throwable missing();

  /** The option that lets two listening sockets of one user have the same port. */
  public ChannelOption<Boolean> reusePort() {
    return UnixChannelOption.SO_REUSEPORT;
  }

  /**
   * A channel of a socket that listens already.
   *
   * @throws IllegalStateException where this transport has none; names the one that has
   */
  ServerSocketChannel listening(HandedSocket socket) {
    throw new IllegalStateException(
        "server.transport: "
            + name().toLowerCase(Locale.ROOT)
            + " cannot listen on the socket that LISTEN_FDS hands over; epoll can");
  }

  /** Class of listening channels. */
  public Class<? extends ServerSocketChannel> serverChannel() {
    return server;
  }

  /** Class of connecting channels. */
  public Class<? extends SocketChannel> clientChannel() {
    return client;
  }

  /** Class of UDP channels. */
  public Class<? extends DatagramChannel> datagramChannel() {
    return datagram;
  }

  /**
   * Event loops with threads named {@code relay-0}, {@code relay-1} and so on.
   *
   * @param workers their number; 0 means one per core
   */
  public EventLoopGroup eventLoops(int workers) {
    int count = workers == 0 ? Runtime.getRuntime().availableProcessors() : workers;
    return new MultiThreadIoEventLoopGroup(count, new RelayThreads(), ioHandlers());
  }

  /** Names the threads; made by Netty's factory so that its buffers' thread caches apply. */
  private static final class RelayThreads implements ThreadFactory {
    private final ThreadFactory threads = new DefaultThreadFactory("relay", Thread.NORM_PRIORITY);
    private final AtomicInteger next = new AtomicInteger();

    @Override
    public Thread newThread(Runnable task) {
      Thread thread = threads.newThread(task);
      thread.setName("relay-" + next.getAndIncrement());
      return thread;
    }
  }
}
