package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.geminirelay.base.config.KeysConfig;
import io.geminirelay.flow.keys.verdict.KeyVerdict;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Rest;
import io.geminirelay.testing.FakeTime;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rests that wait for the daily reset: around it, over clock changes, with a clock that jumps. */
class DailyRestTest {
  private static final KeyVerdict DAY =
      KeyVerdict.cool("quota_per_day", Rest.UNTIL_RESET, Duration.ZERO, "XPerDay");
  private static final KeyVerdict ZERO =
      KeyVerdict.cool("quota_zero", Rest.NO_QUOTA, Duration.ZERO, "X");
  private static final KeyVerdict WHOLE =
      KeyVerdict.cool("rate_limited", Rest.WHOLE_UNTIL_RESET, Duration.ZERO, "");
  private static final Instant RESET = Instant.parse("2026-07-16T07:00:00Z");
  private static final Demand DEMAND = new Demand("m", List.of(), 0);

  private static KeyRing ring(FakeTime time, String at, String zone) {
    KeysConfig config = config(LocalTime.parse(at), ZoneId.of(zone));
    return KeyRing.of(
        List.of(KeyRingTest.group("g", 1, List.of(), null)), config, time, new Random(1));
  }

  private static KeysConfig config(LocalTime at, ZoneId zone) {
    return new KeysConfig(
        KeysConfig.RateLimitBehavior.QUOTA_AWARE,
        at,
        zone,
        5,
        Duration.ofMinutes(5),
        Duration.ZERO,
        1,
        Set.of());
  }

  private static KeyRing ring(FakeTime time) {
    return ring(time, "00:00", "America/Los_Angeles");
  }

  private static @Nullable ApiKey pick(KeyRing ring, KeyLease lease) {
    return ring.selector().select(DEMAND, new TriedKeys(), lease);
  }

  private static KeyLease leased(KeyRing ring) {
    KeyLease lease = new KeyLease();
    assertNotNull(pick(ring, lease));
    return lease;
  }

  private static Duration held(KeyRing ring) {
    return Duration.ofNanos(ring.selector().waitNanos(DEMAND));
  }

  @ParameterizedTest
  @CsvSource({
    "00:00, America/Los_Angeles, 2026-03-07T20:00:00Z, 2026-03-08T08:00:00Z",
    "00:00, America/Los_Angeles, 2026-03-08T09:00:00Z, 2026-03-09T07:00:00Z",
    "00:00, America/Los_Angeles, 2026-11-01T07:30:00Z, 2026-11-02T08:00:00Z",
    "02:30, America/Los_Angeles, 2026-03-08T08:00:00Z, 2026-03-08T10:00:00Z",
    "01:30, America/Los_Angeles, 2026-11-01T07:30:00Z, 2026-11-01T08:30:00Z",
    "10:00, Europe/Moscow, 2010-03-27T20:00:00Z, 2010-03-28T06:00:00Z",
    "10:00, Europe/Moscow, 2010-10-30T20:00:00Z, 2010-10-31T07:00:00Z",
    "10:00, Europe/Moscow, 2026-03-28T20:00:00Z, 2026-03-29T07:00:00Z"
  })
  void lastsOverAChangeOfTheLocalTimeToTheVeryReset(
      String at, String zone, Instant now, Instant reset) {
    FakeTime time = new FakeTime(now);
    KeyRing ring = ring(time, at, zone);
    ring.settle(leased(ring), DAY);
    assertEquals(Duration.between(now, reset), held(ring));
    time.advance(Duration.between(now, reset).minusNanos(1));
    assertNull(pick(ring, new KeyLease()));
    time.advance(Duration.ofNanos(1));
    assertNotNull(pick(ring, new KeyLease()));
  }

  @Test
  void aRefusalOfARequestFromBeforeTheResetCostsAMinute() {
    FakeTime time = new FakeTime(RESET.minusSeconds(60));
    KeyRing ring = ring(time);
    KeyLease early = leased(ring);
    time.advance(Duration.ofMinutes(20));
    KeyLease fresh = leased(ring);
    ring.settle(early, DAY);
    assertEquals(Duration.ofMinutes(1), held(ring));
    time.advance(Duration.ofMinutes(1));
    ring.settle(leased(ring), KeyVerdict.SUCCESS);
    ring.settle(fresh, DAY);
    assertEquals(Duration.ofHours(24).minusMinutes(20), held(ring));
  }

  @Test
  void aCounterThatLagsBehindTheResetIsAskedEveryMinuteUntilThereIsNoDoubt() {
    FakeTime time = new FakeTime(RESET.minusSeconds(3600));
    KeyRing ring = ring(time);
    ring.settle(leased(ring), DAY);
    assertEquals(Duration.ofHours(1), held(ring));
    time.advance(Duration.ofHours(1));
    for (int minute = 0; minute < 5; minute++) {
      ring.settle(leased(ring), DAY);
      assertEquals(Duration.ofMinutes(1), held(ring));
      time.advance(Duration.ofMinutes(1));
    }
    ring.settle(leased(ring), DAY);
    assertEquals(Duration.ofHours(24).minusMinutes(5), held(ring));
  }

  @Test
  void whereNothingIsAllowedTheResetIsWaitedForEvenShortlyAfterOne() {
    FakeTime time = new FakeTime(RESET.plusSeconds(60));
    KeyRing ring = ring(time);
    ring.settle(leased(ring), ZERO);
    assertEquals(Duration.ofHours(24).minusMinutes(1), held(ring));
  }

  @Test
  void theWholeBucketWaitsAsItDidInOlderProxies() {
    FakeTime time = new FakeTime(RESET.minusSeconds(60));
    KeyRing ring = ring(time);
    KeyLease early = leased(ring);
    time.advance(Duration.ofSeconds(61));
    ring.settle(early, WHOLE);
    assertEquals(Duration.ofMinutes(1), held(ring));
    time.advance(Duration.ofMinutes(1));
    ring.settle(leased(ring), WHOLE);
    assertEquals(Duration.ofHours(24).minusSeconds(61), held(ring));
    Demand other = new Demand("other", List.of(), 0);
    assertNull(ring.selector().select(other, new TriedKeys(), new KeyLease()));
  }

  /** Hours that the clock was wrong by until it was corrected, an hour after the refusal. */
  @ParameterizedTest
  @ValueSource(ints = {-30, -9, -5, -1, 0, 1, 5, 9, 30})
  void aClockThatIsCorrectedMovesTheEndToTheTrueReset(int wrongHours) {
    Instant truth = Instant.parse("2026-07-15T20:00:00Z"); // eleven hours before the reset
    FakeTime time = new FakeTime(truth.plus(Duration.ofHours(wrongHours)));
    KeyRing ring = ring(time);
    ring.settle(leased(ring), DAY);
    time.advance(Duration.ofHours(1));
    Duration before = held(ring);
    time.set(truth.plus(Duration.ofHours(1)));
    ring.lookAtClock();
    Duration after = held(ring);
    Duration trueRest = Duration.between(time.instant(), RESET);
    // A clock that was a day behind named a reset that is over: a trial is due.
    assertEquals(wrongHours == -30 ? Duration.ZERO : trueRest, after, "was " + before);
    ring.lookAtClock();
    assertEquals(after, held(ring));
  }

  @Test
  void aMachineThatSleptThroughTheResetTriesAtOnce() {
    FakeTime time = new FakeTime(RESET.minusSeconds(7200));
    KeyRing ring = ring(time);
    KeyLease lease = leased(ring);
    ring.settle(lease, DAY);
    ring.settle(lease.key(), "other", ZERO);
    time.advance(Duration.ofHours(1));
    time.set(RESET.plusSeconds(3600));
    assertNull(pick(ring, new KeyLease()));
    ring.lookAtClock();
    assertSame(lease.key(), pick(ring, new KeyLease()));
    assertEquals(2, lease.key().bucket().cooldowns().size());
  }

  /** It began eleven hours before midnight in the Pacific zone, and has lasted one. */
  @ParameterizedTest
  @CsvSource({
    "00:00, America/Los_Angeles, 10:00",
    "04:00, America/Los_Angeles, 14:00",
    "00:00, UTC, 03:00",
    "20:30, UTC, 00:00",
    "20:00, UTC, 23:00"
  })
  void aNewTimeOfTheResetMovesRestsThatWaitForIt(String at, String zone, LocalTime left) {
    FakeTime time = new FakeTime(Instant.parse("2026-07-15T20:00:00Z"));
    KeyRing ring = ring(time);
    ring.settle(leased(ring), DAY);
    ring.settle(ring.groups().get(0).keys().get(0), "other", WHOLE);
    time.advance(Duration.ofHours(1));
    KeyRing next =
        ring.successor(
            List.of(KeyRingTest.group("g", 1, List.of(), null)),
            config(LocalTime.parse(at), ZoneId.of(zone)));
    assertEquals(Duration.between(LocalTime.MIN, left), held(next));
    KeyRing back =
        next.successor(
            List.of(KeyRingTest.group("g", 1, List.of(), null)),
            config(LocalTime.MIDNIGHT, ZoneId.of("America/Los_Angeles")));
    // A rest that a new time has ended is not begun again.
    assertEquals(left == LocalTime.MIN ? Duration.ZERO : Duration.ofHours(10), held(back));
  }

  @Test
  void otherRestsKeepTheirLengthWhateverTheClockSays() {
    FakeTime time = new FakeTime(RESET.minusSeconds(7200));
    KeyRing ring = ring(time);
    ring.settle(
        leased(ring),
        KeyVerdict.cool("rate_limited", Rest.WITHIN_MINUTE, Duration.ZERO, "XPerMinute"));
    time.set(RESET.plusSeconds(360_000));
    ring.lookAtClock();
    assertEquals(Duration.ofSeconds(5), held(ring));
    time.set(RESET.minusSeconds(360_000));
    ring.lookAtClock();
    assertEquals(Duration.ofSeconds(5), held(ring));
    for (int seconds : new int[] {10, 20, 40, 60, 60}) {
      time.advance(held(ring));
      ring.settle(
          leased(ring),
          KeyVerdict.cool("rate_limited", Rest.WITHIN_MINUTE, Duration.ZERO, "XPerMinute"));
      assertEquals(Duration.ofSeconds(seconds), held(ring));
    }
  }
}
