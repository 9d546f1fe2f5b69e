package io.geminirelay.flow.outbound.pool;

/**
 * A moment's numbers of the pools of one event loop.
 *
 * @param idle connections without a request
 * @param busy requests in flight: HTTP/1.1 connections in use and open HTTP/2 streams
 * @param waiting requests that wait for a connection
 * @param connecting connections on their way
 * @param streams answers that are streams, have begun and not ended
 */
public record PoolCounts(int idle, int busy, int waiting, int connecting, int streams) {

  PoolCounts plus(PoolCounts other) {
    return new PoolCounts(
        idle + other.idle,
        busy + other.busy,
        waiting + other.waiting,
        connecting + other.connecting,
        streams + other.streams);
  }
}
