package io.geminirelay.bench.quota;

import io.geminirelay.base.exchange.TimeSource;
import java.time.Instant;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;

/**
 * A clock that jumps from event to event. Events of the same moment run in the order in which they
 * were asked for, so that a run depends on nothing but its seed. For one thread.
 */
final class VirtualTime implements TimeSource {
  /** The ticker overflows after an hour: only differences may be asked of it. */
  private static final long ORIGIN = Long.MAX_VALUE - TimeUnit.HOURS.toNanos(1);

  private final Instant start;
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private long elapsed;
  private long asked;

  private record Event(long atNanos, long number, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(atNanos, other.atNanos);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  VirtualTime(Instant start) {
    this.start = start;
  }

  /** Nanoseconds since the start. */
  long elapsed() {
    return elapsed;
  }

  /** Runs {@code action} so many nanoseconds after the start, or at once if that is past. */
  void at(long nanos, Runnable action) {
    events.add(new Event(Math.max(nanos, elapsed), asked++, action));
  }

  /** Runs {@code action} after so many nanoseconds. */
  void after(long nanos, Runnable action) {
    at(elapsed + nanos, action);
  }

  /** Runs until nothing is left to do. */
  void run() {
    for (Event next = events.poll(); next != null; next = events.poll()) {
      elapsed = next.atNanos();
      next.action().run();
    }
  }

  @Override
  public long nanoTime() {
    return ORIGIN + elapsed;
  }

  @Override
  public Instant instant() {
    return start.plusNanos(elapsed);
  }
}
