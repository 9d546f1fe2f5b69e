package io.geminirelay.bench.load.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  private static final long BEGIN = Long.MAX_VALUE - 1_000;

  @Test
  void requestsAreDueAtEqualDistances() {
    Schedule schedule = new Schedule(5_000, 4);
    assertEquals(5_000, schedule.take());
    assertEquals(5_000 + 250_000_000L, schedule.take());
    assertEquals(5_000 + 500_000_000L, schedule.take());
  }

  @Test
  void nothingIsLostWhereTheRateDoesNotDivideTheSecond() {
    Schedule schedule = new Schedule(0, 3);
    for (int i = 0; i < 3 * 1_000; i++) {
      schedule.take();
    }
    assertEquals(TimeUnit.SECONDS.toNanos(1_000), schedule.take());
  }

  @Test
  void whatIsLateStaysDueWhenItWas() {
    Schedule schedule = new Schedule(0, 1_000);
    assertTrue(schedule.isDue(TimeUnit.SECONDS.toNanos(9)));
    assertEquals(0, schedule.take());
    assertEquals(1_000_000, schedule.take());
  }

  @Test
  void clocksMayOverflow() {
    Schedule schedule = new Schedule(BEGIN, 1_000);
    long due = schedule.take() + 1_000_000;
    assertFalse(schedule.isDue(BEGIN));
    assertTrue(schedule.isDue(due));
  }

  @Test
  void aRateIsNeeded() {
    assertThrows(IllegalArgumentException.class, () -> new Schedule(0, 0));
  }
}
