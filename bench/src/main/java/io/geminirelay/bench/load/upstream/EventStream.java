package io.geminirelay.bench.load.upstream;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * One stream of events. A paced one keeps to its times: what could not be written when it was due
 * is written later, and tells when it should have been.
 */
final class EventStream {
  private final Outlet outlet;
  private final EventExecutor loop;
  private final Order order;
  private final long paceNanos;
  private int left;
  private long dueNanos;
  private boolean scheduled;

  EventStream(Order order, Outlet outlet, EventExecutor loop) {
    this.order = order;
    this.outlet = outlet;
    this.loop = loop;
    this.paceNanos = TimeUnit.MICROSECONDS.toNanos(order.paceMicros());
    this.left = order.events();
  }

  /** Begins; of a paced stream the first event comes at once. */
  void begin() {
    if (paceNanos == 0) {
      later();
      return;
    }
    long now = System.nanoTime();
    outlet.events(order.each(), now);
    left -= order.each();
    // Streams that began together must not stay in step.
    dueNanos = now + ThreadLocalRandom.current().nextLong(paceNanos) + 1;
    schedule(now);
  }

  /** Goes on, if it stood still because nothing more was taken. */
  void resume() {
    if (!scheduled && left > 0) {
      later();
    }
  }

  private void later() {
    scheduled = true;
    loop.execute(this::next);
  }

  private void schedule(long now) {
    scheduled = true;
    var unused = loop.schedule(this::next, Math.max(0, dueNanos - now), TimeUnit.NANOSECONDS);
  }

  private void next() {
    scheduled = false;
    if (!outlet.isOpen() || !outlet.isWritable()) {
      return;
    }
    if (paceNanos == 0) {
      write(0);
      if (left > 0) {
        // One write a turn, so that the streams advance side by side.
        later();
      }
      return;
    }
    long now = System.nanoTime();
    while (left > 0 && dueNanos - now <= 0 && outlet.isWritable()) {
      write(dueNanos);
      dueNanos += paceNanos;
    }
    if (left > 0 && outlet.isWritable()) {
      schedule(now);
    }
  }

  private void write(long due) {
    int count = Math.min(order.each(), left);
    outlet.events(count, due);
    left -= count;
    if (left == 0) {
      outlet.end();
    }
  }
}
