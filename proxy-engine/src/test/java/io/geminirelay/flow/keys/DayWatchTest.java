package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class DayWatchTest {
  /** Noon in the Pacific zone; the reset is twelve hours away. */
  private final FakeTime time = new FakeTime();

  private final DayWatch days = new DayWatch(time, new QuotaClock(KeyRingTest.config()));

  private long number() {
    return days.number(time.nanoTime());
  }

  @Test
  void numbersTheDays() {
    long first = number();
    time.advance(Duration.ofHours(12).minusNanos(1));
    assertEquals(first, number());
    time.advance(Duration.ofNanos(1));
    assertEquals(first + 1, number());
    time.advance(Duration.ofHours(24).minusNanos(1));
    assertEquals(first + 1, number());
    time.advance(Duration.ofNanos(1));
    assertEquals(first + 2, number());
  }

  @Test
  void seesWithinAMinuteThatTheClockWasSetForwardOverAReset() {
    long first = number();
    time.set(time.instant().plus(Duration.ofHours(13)));
    time.advance(Duration.ofMinutes(1));
    assertEquals(first + 1, number());
    assertEquals(
        Duration.ofHours(23).minusMinutes(1).toNanos(), days.untilResetNanos(time.nanoTime()));
  }

  @Test
  void doesNotBeginADayTwiceWhenTheClockIsSetBackALittle() {
    time.advance(Duration.ofHours(12));
    long second = number();
    time.set(time.instant().minusSeconds(20));
    time.advance(Duration.ofMinutes(1));
    assertEquals(second, number());
    time.advance(Duration.ofHours(23));
    assertEquals(second, number());
    time.advance(Duration.ofHours(1));
    assertEquals(second + 1, number());
  }

  @Test
  void isNotFrozenByAClockThatWasAYearAhead() {
    Instant right = time.instant();
    time.set(right.plus(Duration.ofDays(365)));
    time.advance(Duration.ofMinutes(1));
    long wrong = number();
    time.set(right);
    time.advance(Duration.ofMinutes(1));
    assertEquals(wrong, number());
    time.advance(Duration.ofHours(12));
    assertEquals(wrong + 1, number());
  }

  @Test
  void tellsWhetherAMomentWasOfTheSameDay() {
    long before = time.nanoTime();
    assertTrue(days.sameDay(before, time.nanoTime()));
    time.advance(Duration.ofHours(12));
    assertFalse(days.sameDay(before, time.nanoTime()));
    assertTrue(days.sameDay(time.nanoTime(), time.nanoTime()));
  }

  @Test
  void countsBeginAnewWithTheDay() {
    DayCount count = new DayCount();
    assertTrue(count.tryAdd(2, 0));
    count.add(0);
    assertFalse(count.tryAdd(2, 0));
    assertEquals(2, count.count(0));
    assertEquals(0, count.count(1));
    assertTrue(count.tryAdd(2, 1));
    count.takeBack(0);
    assertEquals(1, count.count(1));
    assertTrue(count.tryAdd(2, 0), "a thread that has not seen the new day draws on it");
    assertEquals(2, count.count(1));
    count.takeBack(1);
    count.takeBack(1);
    count.takeBack(1);
    assertEquals(0, count.count(1));
  }
}
