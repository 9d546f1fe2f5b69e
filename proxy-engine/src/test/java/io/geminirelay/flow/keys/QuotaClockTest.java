package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.base.config.KeysConfig;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuotaClockTest {
  @ParameterizedTest
  @CsvSource({
    "00:00, America/Los_Angeles, 2026-07-15T19:00:00Z, 2026-07-16T07:00:00Z",
    "00:00, America/Los_Angeles, 2026-03-08T08:00:00Z, 2026-03-09T07:00:00Z", // 23-hour day
    "00:00, America/Los_Angeles, 2026-11-01T07:00:00Z, 2026-11-02T08:00:00Z", // 25-hour day
    "02:30, America/Los_Angeles, 2026-03-08T09:00:00Z, 2026-03-08T10:00:00Z", // skipped
    "01:30, America/Los_Angeles, 2026-11-01T08:00:00Z, 2026-11-01T08:30:00Z", // first of two
    "01:30, America/Los_Angeles, 2026-11-01T09:00:00Z, 2026-11-02T09:30:00Z", // between the two
    "10:00, Europe/Moscow, 2026-07-15T07:00:00Z, 2026-07-16T07:00:00Z",
    "10:00, Europe/Moscow, 2026-07-15T06:59:59Z, 2026-07-15T07:00:00Z"
  })
  void findsTheNextReset(LocalTime at, String zone, Instant now, Instant expected) {
    KeysConfig config =
        new KeysConfig(
            KeysConfig.RateLimitBehavior.QUOTA_AWARE,
            at,
            ZoneId.of(zone),
            5,
            Duration.ofMinutes(1),
            Duration.ZERO,
            1);
    assertEquals(expected, new QuotaClock(config).nextReset(now));
  }
}
