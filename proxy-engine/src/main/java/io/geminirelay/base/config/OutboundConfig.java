package io.geminirelay.base.config;

import java.time.Duration;
import java.util.List;

/**
 * The upstream side.
 *
 * @param connect time for the TCP connection and the egress hop
 * @param tlsHandshake time for the TLS handshake
 * @param firstByte time from the last request byte to the first byte of the answer's head
 * @param idle time between two pieces of an answer
 * @param deadline time for all attempts before one is committed
 * @param maxAttempts attempts of one exchange at most
 * @param internalRetries repeats with the same key after a 500, 502 or 504
 * @param maxReplayBytes request body kept for another attempt at most
 * @param retryBudget share of recent requests that may be repeated in an outage, 0.0 to 1.0
 * @param minRetriesPerSecond repeats always allowed each second
 * @param pool connection pools
 * @param keepaliveComments interval of SSE comment lines to a waiting client; zero for none
 * @param exitCheck how often an exit is checked that rests or is not used; zero for never
 * @param dnsServers addresses with ports of the name servers to ask; none: the machine's
 */
public record OutboundConfig(
    Duration connect,
    Duration tlsHandshake,
    Duration firstByte,
    Duration idle,
    Duration deadline,
    int maxAttempts,
    int internalRetries,
    int maxReplayBytes,
    double retryBudget,
    int minRetriesPerSecond,
    PoolConfig pool,
    Duration keepaliveComments,
    Duration exitCheck,
    List<String> dnsServers) {

  /** Used where nothing is set; the constants say how much. */
  public static final OutboundConfig STANDARD =
      new OutboundConfig(
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          Duration.ofSeconds(300),
          Duration.ofSeconds(120),
          Duration.ofSeconds(600),
          64,
          2,
          16 << 20,
          0.2,
          3,
          PoolConfig.STANDARD,
          Duration.ZERO,
          Duration.ofSeconds(30),
          List.of());

  /**
   * Connection pools, per event loop and destination.
   *
   * @param maxIdle connections kept while unused
   * @param maxConnections HTTP/1.1 connections at most
   * @param maxStreams HTTP/2 streams on one connection at most, below what the peer allows
   * @param idle an unused connection is closed after this
   * @param lifetime no connection takes new requests after this
   */
  public record PoolConfig(
      int maxIdle, int maxConnections, int maxStreams, Duration idle, Duration lifetime) {

    /** Used where nothing is set: 64 idle, 1024 in all, 100 streams, one minute, one hour. */
    public static final PoolConfig STANDARD =
        new PoolConfig(64, 1024, 100, Duration.ofSeconds(60), Duration.ofHours(1));
  }
}
