package io.geminirelay.base.telemetry;

import io.geminirelay.base.exchange.TimeSource;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.HdrHistogram.AbstractHistogram;
import org.jspecify.annotations.Nullable;

/**
 * What the traffic of the last hour came to, one point for each 10 seconds, and the sum of the last
 * minute. Points follow each other without a gap, also where nothing happened.
 *
 * <p>Sums and lengths are only ever added to. Whoever comes first in a new second, an exchange that
 * ends or a reader, notes down how far they have come; everyone else passes by, so that nobody
 * waits. Points are their differences. Thread safe.
 */
public final class History {
  /** Length of a point, in seconds. */
  public static final int STEP_SECONDS = 10;

  /** Points kept. */
  public static final int POINTS = 360;

  private static final int MINUTE_SECONDS = 60;
  private static final int MINUTE_STEPS = MINUTE_SECONDS / STEP_SECONDS;
  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final TimeSource time;
  private final long startNanos;
  private final Tally tally = new Tally(new Cells());
  private final Durations latency = new Durations();
  private final Durations firstByte = new Durations();
  private final ReentrantLock rolling = new ReentrantLock();
  private final ArrayDeque<Sum> seconds = new ArrayDeque<>();
  private final ArrayDeque<Lengths> steps = new ArrayDeque<>();
  private final ArrayDeque<Point> points = new ArrayDeque<>();
  private Sum pointStart = Sum.NONE;
  private long rolled;
  private volatile long nextNanos;
  private volatile Kept kept;

  /** Begins now, by {@code time}. */
  public History(TimeSource time) {
    this.time = time;
    this.startNanos = time.nanoTime();
    this.nextNanos = startNanos + SECOND_NANOS;
    seconds.add(Sum.NONE);
    steps.add(lengths());
    this.kept = keep();
  }

  /**
   * What happened in 10 seconds.
   *
   * @param at when they began
   * @param sum what the exchanges that ended then came to
   * @param latency from head to end, of those served; null when there was none
   * @param firstByte from head to the head of the answer, which of a stream goes out with the first
   *     token, of those that were answered; null when there was none
   */
  public record Point(Instant at, Sum sum, @Nullable Spread latency, @Nullable Spread firstByte) {}

  /**
   * What happened in the last minute.
   *
   * @param sum what the exchanges came to that ended in it
   * @param latency as {@link Point#latency}, of the last 50 to 60 seconds
   * @param firstByte as {@link Point#firstByte}, of the last 50 to 60 seconds
   */
  public record Minute(Sum sum, @Nullable Spread latency, @Nullable Spread firstByte) {}

  /** All lengths up to a moment. */
  private record Lengths(AbstractHistogram latency, AbstractHistogram firstByte) {}

  /** What readers see. */
  private record Kept(List<Point> points, Sum minuteStart, Lengths minuteLengths) {}

  /** Adds an exchange of which {@code refusals} attempts met a quota. */
  void add(Settled settled, int refusals) {
    Settled.Times times = settled.times();
    roll(times.endNanos());
    tally.add(settled, refusals);
    if (settled.servedWell()) {
      latency.add(times.nanos());
    }
    if (settled.answeredFromUpstream()) {
      firstByte.add(times.answerNanos());
    }
  }

  /** The points of the last hour, oldest first; the 10 seconds under way are not among them. */
  public List<Point> points() {
    roll(time.nanoTime());
    return kept.points();
  }

  /** The last minute, up to now. */
  public Minute lastMinute() {
    roll(time.nanoTime());
    Kept now = kept;
    Lengths lengths = lengths();
    return new Minute(
        tally.sum().since(now.minuteStart()),
        Durations.between(now.minuteLengths().latency(), lengths.latency()),
        Durations.between(now.minuteLengths().firstByte(), lengths.firstByte()));
  }

  /** What all exchanges since the start came to. */
  public Sum total() {
    return tally.sum();
  }

  private void roll(long now) {
    if (now - nextNanos >= 0 && rolling.tryLock()) {
      try {
        note(now);
      } finally {
        rolling.unlock();
      }
    }
  }

  private void note(long now) {
    long due = (now - startNanos) / SECOND_NANOS;
    if (due <= rolled) {
      return;
    }
    // What happened before an idle time belongs to the second that was under way when it did.
    Sum sum = tally.sum();
    Lengths lengths = due / STEP_SECONDS > rolled / STEP_SECONDS ? lengths() : steps.getLast();
    Instant begun = time.instant().minusNanos(now - startNanos);
    // Of a longer pause only the end is kept.
    long idle = due - rolled - (POINTS + 1L) * STEP_SECONDS;
    if (idle > 0) {
      rolled += idle / STEP_SECONDS * STEP_SECONDS;
    }
    while (rolled < due) {
      second(sum, lengths, begun);
    }
    kept = keep();
    nextNanos = startNanos + (rolled + 1) * SECOND_NANOS;
  }

  private void second(Sum sum, Lengths lengths, Instant begun) {
    rolled++;
    add(seconds, sum, MINUTE_SECONDS);
    if (rolled % STEP_SECONDS == 0) {
      Lengths before = steps.getLast();
      Point point =
          new Point(
              begun.plusSeconds(rolled - STEP_SECONDS),
              sum.since(pointStart),
              Durations.between(before.latency(), lengths.latency()),
              Durations.between(before.firstByte(), lengths.firstByte()));
      pointStart = sum;
      add(steps, lengths, MINUTE_STEPS);
      add(points, point, POINTS);
    }
  }

  private static <T> void add(ArrayDeque<T> to, T value, int most) {
    if (to.size() == most) {
      to.removeFirst();
    }
    to.addLast(value);
  }

  private Lengths lengths() {
    return new Lengths(latency.copy(), firstByte.copy());
  }

  private Kept keep() {
    return new Kept(List.copyOf(points), seconds.getFirst(), steps.getFirst());
  }
}
