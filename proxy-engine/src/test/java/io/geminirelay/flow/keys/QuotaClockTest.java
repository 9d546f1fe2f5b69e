package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.KeysConfig;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuotaClockTest {
  private static QuotaClock clock(LocalTime at, String zone) {
    return new QuotaClock(
        new KeysConfig(
            KeysConfig.RateLimitBehavior.QUOTA_AWARE,
            at,
            ZoneId.of(zone),
            5,
            Duration.ofMinutes(1),
            Duration.ZERO,
            1,
            Set.of()));
  }

  @ParameterizedTest
  @CsvSource({
    "00:00, America/Los_Angeles, 2026-07-15T19:00:00Z, 2026-07-16T07:00:00Z",
    "00:00, America/Los_Angeles, 2026-03-08T08:00:00Z, 2026-03-09T07:00:00Z", // 23-hour day
    "00:00, America/Los_Angeles, 2026-03-08T07:59:59Z, 2026-03-08T08:00:00Z",
    "00:00, America/Los_Angeles, 2026-03-08T20:00:00Z, 2026-03-09T07:00:00Z",
    "00:00, America/Los_Angeles, 2026-11-01T07:00:00Z, 2026-11-02T08:00:00Z", // 25-hour day
    "00:00, America/Los_Angeles, 2026-11-02T07:30:00Z, 2026-11-02T08:00:00Z",
    "02:30, America/Los_Angeles, 2026-03-08T09:00:00Z, 2026-03-08T10:00:00Z", // skipped
    "02:30, America/Los_Angeles, 2026-03-08T10:00:00Z, 2026-03-09T09:30:00Z",
    "02:30, America/Los_Angeles, 2026-03-07T10:31:00Z, 2026-03-08T10:00:00Z",
    "01:30, America/Los_Angeles, 2026-11-01T08:00:00Z, 2026-11-01T08:30:00Z", // first of two
    "01:30, America/Los_Angeles, 2026-11-01T09:00:00Z, 2026-11-02T09:30:00Z", // between the two
    "00:30, America/Havana, 2026-03-08T04:00:00Z, 2026-03-08T05:00:00Z", // skipped at midnight
    "10:00, Europe/Moscow, 2026-07-15T07:00:00Z, 2026-07-16T07:00:00Z",
    "10:00, Europe/Moscow, 2026-07-15T06:59:59Z, 2026-07-15T07:00:00Z",
    "10:00, Europe/Moscow, 2010-03-27T08:00:00Z, 2010-03-28T06:00:00Z", // when it had two times
    "10:00, Europe/Moscow, 2010-10-30T07:00:00Z, 2010-10-31T07:00:00Z",
    "10:00, Europe/Moscow, 2014-10-25T07:00:00Z, 2014-10-26T07:00:00Z" // its last change
  })
  void findsTheNextReset(LocalTime at, String zone, Instant now, Instant expected) {
    assertEquals(expected, clock(at, zone).nextReset(now));
  }

  @ParameterizedTest
  @CsvSource({
    "00:00, America/Los_Angeles, 2026",
    "02:30, America/Los_Angeles, 2026",
    "01:30, America/Los_Angeles, 2026",
    "10:00, Europe/Moscow, 2026",
    "10:00, Europe/Moscow, 2010",
    "00:00, America/Havana, 2026",
    "23:59, Australia/Lord_Howe, 2026"
  })
  void everyMomentOfAYearLiesBetweenTwoResetsOfNeighbouringDays(
      LocalTime at, String zone, int year) {
    QuotaClock clock = clock(at, zone);
    Instant now = Instant.parse(year + "-01-01T00:00:00Z");
    Instant end = Instant.parse(year + "-12-31T00:00:00Z");
    Instant last = clock.lastReset(now);
    int resets = 0;
    for (; now.isBefore(end); now = now.plusSeconds(600)) {
      Instant before = clock.lastReset(now);
      Instant next = clock.nextReset(now);
      assertTrue(!before.isAfter(now) && next.isAfter(now), now::toString);
      long hours = Duration.between(before, next).toHours();
      assertTrue(hours >= 22 && hours <= 26, now::toString);
      assertEquals(next, clock.nextReset(before));
      resets += before.equals(last) ? 0 : 1;
      last = before;
    }
    assertTrue(resets >= 363 && resets <= 365, "resets: " + resets);
  }
}
