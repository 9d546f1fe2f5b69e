package io.geminirelay.flow.outbound.pool;

import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** A request that waits for a connection, with the clock that limits the wait. */
final class Waiter implements Leasing {
  final boolean freshOnly;

  /** How many requests the pool had been asked for, this one included. */
  final long number;

  final LeaseListener listener;
  private final DestinationPool pool;
  @Nullable Future<?> clock;

  Waiter(DestinationPool pool, boolean freshOnly, long number, LeaseListener listener) {
    this.pool = pool;
    this.freshOnly = freshOnly;
    this.number = number;
    this.listener = listener;
  }

  void stopClock() {
    if (clock != null) {
      clock.cancel(false);
      clock = null;
    }
  }

  @Override
  public void cancel() {
    pool.withdraw(this);
  }
}
