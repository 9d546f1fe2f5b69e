package io.geminirelay.flow.keys;

import io.geminirelay.base.exchange.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Numbers the days of daily quotas, so that nobody else has to look at a calendar.
 *
 * <p>Asking costs one comparison with the ticker. The clock is looked at once a minute, because it
 * can be corrected, and the ticker stands still while a computer sleeps. When the clock is set
 * forward over a reset, a day begins; when it is set back a little over one, that day goes on and
 * does not begin twice; when it is set back by more, the next reset is looked for anew. Thread
 * safe.
 */
final class DayWatch {
  private static final long REVIEW_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final Duration SLIGHT = Duration.ofHours(1);

  private final TimeSource time;
  private final AtomicReference<Day> day;

  /**
   * One day.
   *
   * @param clock that was asked
   * @param number counts up from 0
   * @param beganNanos when the first look in this day was taken
   * @param began the reset that began it, or the first look
   * @param reset the one that ends it
   * @param reviewNanos when to look at the clock again
   */
  private record Day(
      QuotaClock clock,
      long number,
      long beganNanos,
      Instant began,
      Instant reset,
      long reviewNanos) {}

  DayWatch(TimeSource time, QuotaClock clock) {
    this.time = time;
    long now = time.nanoTime();
    Instant instant = time.instant();
    Instant reset = clock.nextReset(instant);
    this.day =
        new AtomicReference<>(new Day(clock, 0, now, instant, reset, due(instant, reset, now)));
  }

  /** The ticker and the clock that are looked at. */
  TimeSource time() {
    return time;
  }

  /** Number of the day; one more than that of the day before. */
  long number(long now) {
    return at(now).number();
  }

  /** When the day of {@code now} ends, in seconds of the epoch: its name among instances. */
  long endSeconds(long now) {
    return at(now).reset().getEpochSecond();
  }

  /** Whether {@code atNanos} is in the day of {@code now}, as far as was seen. */
  boolean sameDay(long atNanos, long now) {
    Day today = at(now);
    return today.number() == 0 || atNanos - today.beganNanos() >= 0;
  }

  /** Whether all of the day of {@code now} is later than {@code atNanos}, as far as was seen. */
  boolean isWhole(long atNanos, long now) {
    Day today = at(now);
    return today.number() > 0 && atNanos - today.beganNanos() < 0;
  }

  /** Nanoseconds since the reset, or since the first look at the clock where that was later. */
  long sinceResetNanos(long now) {
    return until(at(now).began(), time.instant());
  }

  /** Nanoseconds to the end of the day, at least 1. */
  long untilResetNanos(long now) {
    at(now);
    return Math.max(1, until(time.instant(), day.get().reset()));
  }

  /** Resets are at the times of {@code clock} from now on; the day goes on. */
  void follow(QuotaClock clock) {
    long now = time.nanoTime();
    Instant instant = time.instant();
    Instant reset = clock.nextReset(instant);
    day.updateAndGet(
        old ->
            new Day(
                clock,
                old.number(),
                old.beganNanos(),
                old.began(),
                reset,
                due(instant, reset, now)));
  }

  private Day at(long now) {
    Day current = day.get();
    return now - current.reviewNanos() < 0 ? current : review(now);
  }

  private Day review(long now) {
    Instant instant = time.instant();
    while (true) {
      Day current = day.get();
      if (now - current.reviewNanos() < 0) {
        return current;
      }
      Day next = next(current, instant, now);
      if (day.compareAndSet(current, next)) {
        return next;
      }
    }
  }

  private static Day next(Day current, Instant instant, long now) {
    QuotaClock clock = current.clock();
    if (!instant.isBefore(current.reset())) {
      Instant reset = clock.nextReset(instant);
      long due = due(instant, reset, now);
      return new Day(clock, current.number() + 1, now, current.reset(), reset, due);
    }
    Instant began = current.began();
    boolean slightlyBack =
        instant.isBefore(began) && Duration.between(instant, began).compareTo(SLIGHT) < 0;
    Instant reset = clock.nextReset(slightlyBack ? began : instant);
    long due = due(instant, reset, now);
    return new Day(clock, current.number(), current.beganNanos(), began, reset, due);
  }

  private static long due(Instant instant, Instant reset, long now) {
    return now + Math.max(1, Math.min(REVIEW_NANOS, until(instant, reset)));
  }

  private static long until(Instant instant, Instant reset) {
    return Duration.between(instant, reset).toNanos();
  }
}
