package io.geminirelay.bench.soak;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * How late a thread wakes that wants to each 50 ms: on a machine that is too busy, requests fail
 * for want of time and tell nothing of a gateway. A daemon thread of its own.
 */
final class Stalls implements AutoCloseable {
  private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** So late once, or a quarter of the time on the whole. */
  private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final int SHARE = 4;

  private final Thread thread = new Thread(this::watch, "soak-stalls");
  // Guarded by this.
  private long longest;
  private long late;
  private long watched;

  void start() {
    thread.setDaemon(true);
    thread.start();
  }

  private void watch() {
    try {
      while (true) {
        long from = System.nanoTime();
        TimeUnit.NANOSECONDS.sleep(PERIOD_NANOS);
        add(System.nanoTime() - from - PERIOD_NANOS);
      }
    } catch (InterruptedException e) {
      // The run is over.
      return;
    }
  }

  /** Notes one awakening that came so late. One thread. */
  synchronized void add(long nanos) {
    longest = Math.max(longest, nanos);
    late += nanos;
    watched += nanos + PERIOD_NANOS;
  }

  synchronized boolean tooBusy() {
    return longest >= LONG_NANOS || late * SHARE > watched;
  }

  @Override
  public synchronized String toString() {
    return String.format(
        Locale.ROOT,
        "late by up to %d ms, %.1f %% of the time",
        TimeUnit.NANOSECONDS.toMillis(longest),
        watched == 0 ? 0 : late * 100.0 / watched);
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
