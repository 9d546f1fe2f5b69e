package io.geminirelay.base.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The listening side.
 *
 * @param host address to bind; {@code 127.0.0.1} unless set
 * @param port 0 to 65535; 0 asks the system for a free one
 * @param transport which of the system's I/O interfaces to use
 * @param workers event loops; 0 means one per core
 * @param maxConnections open client connections at most
 * @param limits sizes and times a client has to keep
 * @param drain how long in-flight requests may take after the stop signal
 * @param tls certificate of the listener, or null for plain text
 * @param adminToken credential of the admin interface, or null when it is off
 * @param metricsToken opens {@code /metrics} alone, beside the admin token; null for none
 * @param trust whose word about a client is believed
 * @param reloadOnChange whether a changed configuration file is read anew by itself
 * @param http2 what an HTTP/2 client may ask of its connection
 * @param overload when the gateway begins to ask less of itself
 * @param reusePort whether another process may be bound to the same port, for a hand-over
 * @param drainDelay how long a gateway that is told to stop goes on accepting, while {@code
 *     /health} says that it ends
 * @param allocator where the buffers of connections come from
 */
public record ServerConfig(
    String host,
    int port,
    TransportChoice transport,
    int workers,
    int maxConnections,
    ClientLimits limits,
    Duration drain,
    @Nullable TlsFiles tls,
    @Nullable Secret adminToken,
    @Nullable Secret metricsToken,
    Trust trust,
    boolean reloadOnChange,
    Http2Limits http2,
    OverloadConfig overload,
    boolean reusePort,
    Duration drainDelay,
    AllocatorChoice allocator) {

  /** Used where nothing is set: the loopback address, port 8080, one event loop per core. */
  public static final ServerConfig STANDARD =
      new ServerConfig(
          "127.0.0.1",
          8080,
          TransportChoice.AUTO,
          0,
          65_536,
          ClientLimits.STANDARD,
          Duration.ofSeconds(30),
          null,
          null,
          null,
          Trust.NOBODY,
          true,
          Http2Limits.STANDARD,
          OverloadConfig.STANDARD,
          false,
          Duration.ZERO,
          AllocatorChoice.AUTO);

  /** From the sign that it ends until the last connection is cut, once nobody waits to enter. */
  public Duration wholeDrain() {
    return drainDelay.plus(drain);
  }

  /**
   * These settings, but for what the listener of {@code started} has for as long as it runs:
   * whether there is TLS, and whether connections begin with a PROXY header.
   */
  public ServerConfig keeping(ServerConfig started) {
    return new ServerConfig(
        host,
        port,
        transport,
        workers,
        maxConnections,
        limits,
        drain,
        (tls == null) == (started.tls == null) ? tls : started.tls,
        adminToken,
        metricsToken,
        new Trust(trust.proxies(), started.trust.proxyProtocol()),
        reloadOnChange,
        http2,
        overload,
        reusePort,
        drainDelay,
        allocator);
  }

  /** Whether the address that is bound can be reached from other machines. */
  public boolean reachable() {
    return !Addresses.isLoopback(host);
  }

  /** The URL at which this machine itself reaches the listener. */
  public URI localUrl() {
    boolean v6 = Addresses.isIpV6(host);
    String at = Addresses.isWildcard(host) ? (v6 ? "::1" : "127.0.0.1") : host;
    String scheme = tls == null ? "http" : "https";
    return URI.create(scheme + "://" + (v6 ? "[" + at + "]" : at) + ":" + port);
  }

  /**
   * Whose word about a client is believed.
   *
   * @param proxies addresses and ranges like {@code 10.0.0.0/8} whose forwarding headers count
   * @param proxyProtocol whether connections from these begin with a PROXY header
   */
  public record Trust(List<String> proxies, boolean proxyProtocol) {
    /** Used where nothing is set. */
    public static final Trust NOBODY = new Trust(List.of(), false);
  }

  /** PEM files of the listener's certificate chain and its PKCS#8 private key. */
  public record TlsFiles(Path certificate, Path privateKey) {}

  /** Which of the system's I/O interfaces to use. */
  public enum TransportChoice {
    /** epoll where its native library loads, NIO otherwise. */
    AUTO,
    /** Java's own selector. */
    NIO,
    /** Linux epoll. */
    EPOLL,
    /** Linux io_uring. */
    IO_URING
  }

  /** Where the buffers of connections come from. */
  public enum AllocatorChoice {
    /** Netty's own choice. */
    AUTO,
    /** Pools that follow the sizes asked for; the least memory. */
    ADAPTIVE,
    /** Pools of fixed size classes with a cache for each event loop. */
    POOLED,
    /** No pool: every buffer is taken from the system and given back. */
    UNPOOLED
  }

  /**
   * Sizes and times a client has to keep.
   *
   * @param maxRequestLineBytes request line at most
   * @param maxHeaderBytes all header lines together at most
   * @param maxBodyBytes request body at most, chunked or not
   * @param head time for the whole request head, from its first byte
   * @param body time between two pieces of a request body
   * @param idle time a kept-alive connection may wait for its next request
   * @param maxHeaderFields header fields of a request at most
   * @param minBodyBytesPerSecond a body that comes slower than this, over {@code body}, is refused
   * @param send time in which a client has to take some of its answer
   * @param minSendBytesPerSecond who takes less of an answer that waits, over {@code send}, is cut
   * @param connectionsPerAddress open connections of one address at most; 0 for no limit
   */
  public record ClientLimits(
      int maxRequestLineBytes,
      int maxHeaderBytes,
      long maxBodyBytes,
      Duration head,
      Duration body,
      Duration idle,
      int maxHeaderFields,
      int minBodyBytesPerSecond,
      Duration send,
      int minSendBytesPerSecond,
      int connectionsPerAddress) {

    /** Used where nothing is set; the constants say how much. */
    public static final ClientLimits STANDARD =
        new ClientLimits(
            16 << 10,
            64 << 10,
            100L << 20,
            Duration.ofSeconds(15),
            Duration.ofSeconds(30),
            Duration.ofSeconds(120),
            200,
            100,
            Duration.ofSeconds(60),
            100,
            16_384);
  }
}
