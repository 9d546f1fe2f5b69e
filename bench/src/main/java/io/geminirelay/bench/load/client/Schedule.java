package io.geminirelay.bench.load.client;

import java.util.concurrent.TimeUnit;

/** When the requests of an open loop are due: at a steady rate from a beginning on. */
final class Schedule {
  private final long beginNanos;
  private final int perSecond;
  private long next;

  Schedule(long beginNanos, int perSecond) {
    if (perSecond <= 0) {
      throw new IllegalArgumentException(perSecond + " requests a second");
    }
    this.beginNanos = beginNanos;
    this.perSecond = perSecond;
  }

  /** When the next one is due; it stays the next until it is taken. */
  long dueNanos() {
    // Multiplied before it is divided, so that nothing is lost however long it runs.
    long whole = next / perSecond;
    long rest = next % perSecond;
    long second = TimeUnit.SECONDS.toNanos(1);
    return beginNanos + whole * second + rest * second / perSecond;
  }

  /** Whether the next one is due. */
  boolean isDue(long nowNanos) {
    return dueNanos() - nowNanos <= 0;
  }

  /** Takes the next one and tells when it was due. */
  long take() {
    long due = dueNanos();
    next++;
    return due;
  }
}
