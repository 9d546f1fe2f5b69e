package io.geminirelay.bench.quota;

import io.geminirelay.flow.keys.Demand;
import io.geminirelay.flow.keys.KeySelector;
import io.geminirelay.flow.keys.wait.WaitQueue;
import io.geminirelay.flow.keys.wait.Waiter;

/** The gateway's queue, led by the virtual clock. */
final class WaitingRoom {
  private static final int MAX_WAITING = 10_000;

  private final VirtualTime time;
  private final WaitQueue queue;
  private long nextLook = Long.MAX_VALUE;
  private boolean looking;
  private boolean lookAgain;

  WaitingRoom(VirtualTime time, KeySelector selector) {
    this.time = time;
    this.queue =
        new WaitQueue(
            MAX_WAITING,
            time,
            new WaitQueue.Supply() {
              @Override
              public long waitNanos(Demand demand) {
                return selector.waitNanos(demand);
              }

              @Override
              public long forecastNanos(Demand demand, long ahead) {
                return selector.forecastNanos(demand, ahead);
              }

              @Override
              public long forecastNanos(Demand demand, long ahead, long tokensAhead) {
                return selector.forecastNanos(demand, ahead, tokensAhead);
              }
            });
  }

  boolean isWaitedFor(String model) {
    return queue.isWaitedFor(model);
  }

  /** Takes {@code waiter} in and looks at once; false when it may not wait. */
  boolean enter(Waiter waiter) {
    boolean waits = queue.enter(waiter);
    keysMayBeBack();
    return waits;
  }

  /** Hands out what there is, and comes back when the queue says so. */
  void keysMayBeBack() {
    if (looking) {
      lookAgain = true;
      return;
    }
    looking = true;
    long next;
    do {
      lookAgain = false;
      next = queue.wake();
    } while (lookAgain);
    looking = false;
    nextLook = Long.MAX_VALUE;
    if (next != KeySelector.NEVER) {
      long at = time.elapsed() + next;
      nextLook = at;
      time.at(at, () -> look(at));
    }
  }

  private void look(long at) {
    if (nextLook == at) {
      keysMayBeBack();
    }
  }
}
