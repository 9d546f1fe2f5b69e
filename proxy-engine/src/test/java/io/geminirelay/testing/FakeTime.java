package io.geminirelay.testing;

import io.geminirelay.base.exchange.TimeSource;
import java.time.Duration;
import java.time.Instant;

/**
 * A clock and a nanosecond ticker that stand still until a test moves them.
 *
 * <p>Both move together, except that {@link #set} moves the clock alone, as a correction of a
 * computer's clock does. Thread-safe.
 */
public final class FakeTime implements TimeSource, java.time.InstantSource {
  private Instant now;
  private long nanos;

  /** Starts at the given instant; the ticker starts at an arbitrary, negative value. */
  public FakeTime(Instant start) {
    this.now = start;
    this.nanos = -1_000_000_000L;
  }

  /** Starts at noon, Pacific time, of a summer day: far from any quota reset. */
  public FakeTime() {
    this(Instant.parse("2026-07-15T19:00:00Z"));
  }

  @Override
  public synchronized Instant instant() {
    return now;
  }

  /** A monotonic time in nanoseconds; only differences mean something. */
  @Override
  public synchronized long nanoTime() {
    return nanos;
  }

  /** Moves the clock and the ticker forward. */
  public synchronized void advance(Duration step) {
    if (step.isNegative()) {
      throw new IllegalArgumentException("time does not run backwards: " + step);
    }
    now = now.plus(step);
    nanos += step.toNanos();
  }

  /** Sets the clock, forwards or backwards; the ticker does not move. */
  public synchronized void set(Instant instant) {
    now = instant;
  }
}
