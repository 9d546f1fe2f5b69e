package io.geminirelay.testing;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How a simulator runs. Immutable; every method that changes something returns other options.
 *
 * @param clock what quotas are counted by
 * @param certificates TLS with these, or null for plain connections
 * @param http2 whether HTTP/2 is spoken as well: with prior knowledge, or by ALPN over TLS
 * @param streamsPerConnection how many HTTP/2 streams a connection may have at once
 * @param keepsRequests whether the journal keeps requests and answers or only counts them
 * @param port the port on 127.0.0.1, 0 for a free one
 * @param transport what the event loops run on
 */
public record SimulatorOptions(
    InstantSource clock,
    @Nullable TestCertificates certificates,
    boolean http2,
    int streamsPerConnection,
    boolean keepsRequests,
    int port,
    Transport transport) {

  /**
   * Event loops and the kind of channel that fits them.
   *
   * @param group gives the event loops
   * @param ownsGroup whether the simulator ends the event loops when it is closed
   */
  public record Transport(
      Supplier<EventLoopGroup> group, boolean ownsGroup, Class<? extends ServerChannel> channel) {}

  /** Plain, with HTTP/2, everything kept, a free port, NIO with two threads. */
  public static SimulatorOptions with(InstantSource clock) {
    return new SimulatorOptions(clock, null, true, 1_000, true, 0, nio(2));
  }

  private static Transport nio(int threads) {
    return new Transport(
        () -> new MultiThreadIoEventLoopGroup(threads, NioIoHandler.newFactory()),
        true,
        NioServerSocketChannel.class);
  }

  /** TLS, with HTTP/1.1 and, unless switched off, HTTP/2 by ALPN. */
  public SimulatorOptions tls(TestCertificates certificates) {
    return new SimulatorOptions(
        clock, certificates, http2, streamsPerConnection, keepsRequests, port, transport);
  }

  /** HTTP/1.1 alone. */
  public SimulatorOptions http1Only() {
    return new SimulatorOptions(
        clock, certificates, false, streamsPerConnection, keepsRequests, port, transport);
  }

  /** So many HTTP/2 streams at once on each connection. */
  public SimulatorOptions streamsPerConnection(int streams) {
    return new SimulatorOptions(
        clock, certificates, http2, streams, keepsRequests, port, transport);
  }

  /** Counts requests instead of keeping them, for load. */
  public SimulatorOptions countingOnly() {
    return new SimulatorOptions(
        clock, certificates, http2, streamsPerConnection, false, port, transport);
  }

  /** This port instead of a free one. */
  public SimulatorOptions port(int chosen) {
    return new SimulatorOptions(
        clock, certificates, http2, streamsPerConnection, keepsRequests, chosen, transport);
  }

  /** NIO with so many threads of its own. */
  public SimulatorOptions threads(int threads) {
    return transport(nio(threads));
  }

  /** Threads of its own on another transport, such as epoll. */
  public SimulatorOptions threads(
      int threads, IoHandlerFactory handlers, Class<? extends ServerChannel> channel) {
    return transport(
        new Transport(() -> new MultiThreadIoEventLoopGroup(threads, handlers), true, channel));
  }

  /** Event loops that belong to the caller. */
  public SimulatorOptions sharing(EventLoopGroup group, Class<? extends ServerChannel> channel) {
    return transport(new Transport(() -> group, false, channel));
  }

  private SimulatorOptions transport(Transport chosen) {
    return new SimulatorOptions(
        clock, certificates, http2, streamsPerConnection, keepsRequests, port, chosen);
  }
}
