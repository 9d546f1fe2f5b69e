package io.geminirelay.flow.outbound.pool;

import io.geminirelay.base.config.Destination;
import io.geminirelay.base.config.OutboundConfig;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.scan.EventForms;
import io.geminirelay.flow.outbound.connect.Connector;
import io.geminirelay.flow.relay.OpenStreams;
import io.netty.channel.EventLoop;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The upstream connections of one event loop, by destination; used on that loop only.
 *
 * <p>A destination's pool is made on first use and forgotten when it has been empty for a while, so
 * that destinations of an earlier configuration leave nothing behind.
 */
public final class LoopPools {
  private final EventLoop loop;
  private final Connector connector;
  private final OutboundConfig config;
  private final TimeSource time;
  private final Map<Destination, DestinationPool> pools = new HashMap<>();
  private final OpenStreams streams = new OpenStreams();
  private final EventForms forms = new EventForms();
  private final SpareWindow spare = SpareWindow.ofLoop();
  private boolean closed;

  /** Pools for {@code loop} with the limits and clocks of {@code config}. */
  public LoopPools(EventLoop loop, Connector connector, OutboundConfig config, TimeSource time) {
    this.loop = loop;
    this.connector = connector;
    this.config = config;
    this.time = time;
  }

  /**
   * Asks for one exchange with {@code destination}. The listener is called exactly once unless the
   * request is withdrawn, on the loop, possibly before this returns.
   *
   * @param freshOnly only a connection that had not served a request when this was called will do
   */
  public Leasing lease(Destination destination, boolean freshOnly, LeaseListener listener) {
    assert loop.inEventLoop();
    if (closed) {
      listener.failed(Fault.of(FaultKind.DRAINING, "the gateway is stopping"));
      return Leasing.SETTLED;
    }
    DestinationPool pool = pools.get(destination);
    if (pool == null) {
      pool = new DestinationPool(this, destination);
      pools.put(destination, pool);
    }
    return pool.lease(freshOnly, listener);
  }

  /**
   * Closes what is idle and refuses who waits; leases in flight finish, then their connections
   * close.
   */
  public void close() {
    assert loop.inEventLoop();
    closed = true;
    List.copyOf(pools.values()).forEach(DestinationPool::close);
    pools.clear();
  }

  /** The numbers of all destinations together. */
  public PoolCounts counts() {
    assert loop.inEventLoop();
    PoolCounts sum = new PoolCounts(0, 0, 0, 0, streams.count());
    for (DestinationPool pool : pools.values()) {
      sum = sum.plus(pool.counts());
    }
    return sum;
  }

  /** The answers on this loop that are under way as streams. */
  public OpenStreams streams() {
    return streams;
  }

  /** The forms of events that this loop's streams repeat. */
  public EventForms forms() {
    return forms;
  }

  /** What its connections may widen windows by. */
  SpareWindow spare() {
    return spare;
  }

  void forget(Destination destination, DestinationPool pool) {
    pools.remove(destination, pool);
  }

  EventLoop loop() {
    return loop;
  }

  Connector connector() {
    return connector;
  }

  OutboundConfig config() {
    return config;
  }

  long nanoTime() {
    return time.nanoTime();
  }
}
