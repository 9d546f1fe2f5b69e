package io.geminirelay;

import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.flow.outbound.pool.LoopPools;
import io.geminirelay.flow.outbound.pool.PoolCounts;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * Watches one event loop from within: how late it gets to what is due, ten times a second, and once
 * a second how its upstream connections are, which nobody else may ask. Runs on its loop; what it
 * found can be read from any thread.
 */
final class LoopWatch implements Runnable {
  private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final int COUNT_EVERY = 10;

  private final EventLoop loop;
  private final LoopPools pools;
  private final LongConsumer lateNanos;
  private volatile long dueNanos;
  private volatile long lastLateNanos;
  private int round;
  private volatile PoolCounts counts = new PoolCounts(0, 0, 0, 0, 0);

  /** Tells {@code lateNanos} of delays. */
  LoopWatch(EventLoop loop, LoopPools pools, LongConsumer lateNanos) {
    this.loop = loop;
    this.pools = pools;
    this.lateNanos = lateNanos;
  }

  /** Begins to watch, until the loop ends. */
  void start() {
    dueNanos = TimeSource.SYSTEM.nanoTime();
    loop.execute(this::goOn);
  }

  /** The connections of the loop, at most a second ago. */
  PoolCounts counts() {
    return counts;
  }

  /** How late it was last, or already is. */
  long lateNanos() {
    return Math.max(lastLateNanos, TimeSource.SYSTEM.nanoTime() - dueNanos);
  }

  @Override
  public void run() {
    long late = TimeSource.SYSTEM.nanoTime() - dueNanos;
    lastLateNanos = late;
    lateNanos.accept(late);
    if (++round % COUNT_EVERY == 0) {
      counts = pools.counts();
    }
    goOn();
  }

  private void goOn() {
    if (!loop.isShuttingDown()) {
      // The machine's own time whatever the engine's is: the loop's timer goes by it.
      dueNanos = TimeSource.SYSTEM.nanoTime() + PERIOD_NANOS;
      var unused = loop.schedule(this, PERIOD_NANOS, TimeUnit.NANOSECONDS);
    }
  }
}
