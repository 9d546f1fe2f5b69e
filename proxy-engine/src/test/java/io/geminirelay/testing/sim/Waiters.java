package io.geminirelay.testing.sim;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Lets tests wait for a condition; telling costs nothing while no one waits. Thread-safe. */
final class Waiters {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final AtomicInteger waiting = new AtomicInteger();
  private final Object changed = new Object();

  /** Waits at most thirty seconds, then fails with the complaint. */
  void await(BooleanSupplier condition, Supplier<String> complaint) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    waiting.incrementAndGet();
    try {
      synchronized (changed) {
        while (!condition.getAsBoolean()) {
          if (System.nanoTime() - deadline > 0) {
            throw new AssertionError(complaint.get());
          }
          changed.wait(50);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted: " + complaint.get(), e);
    } finally {
      waiting.decrementAndGet();
    }
  }

  /** Says that something may have changed. */
  void tell() {
    if (waiting.get() > 0) {
      synchronized (changed) {
        changed.notifyAll();
      }
    }
  }
}
