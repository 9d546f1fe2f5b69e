package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.GroupConfig.QuotaLimits;
import io.geminirelay.flow.keys.verdict.QuotaViolation;
import io.geminirelay.testing.FakeTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Limits that Google does not name. */
class QuotaGuessTest {
  private static final String RPM = "GenerateRequestsPerMinutePerProjectPerModel-FreeTier";
  private static final String RPD = "GenerateRequestsPerDayPerProjectPerModel-FreeTier";
  private static final String TPM = "GenerateContentInputTokensPerModelPerMinute-FreeTier";
  private static final long NONE = QuotaBound.UNKNOWN;
  private static final Duration MINUTE = Duration.ofSeconds(62);

  private final FakeTime time = new FakeTime();
  private final DayWatch days = new DayWatch(time, new QuotaClock(KeyRingTest.config()));

  private ModelQuota old(long rpm) {
    ModelQuota quota = new ModelQuota(new QuotaLimits(rpm, 0, 0), days);
    time.advance(MINUTE);
    return quota;
  }

  private long now() {
    return time.nanoTime();
  }

  private void refuse(ModelQuota quota, String id, long limit) {
    refuse(quota, id, limit, now());
  }

  private void refuse(ModelQuota quota, String id, long limit, long drawnAt) {
    quota.refused(List.of(new QuotaViolation(id, limit, "m")), 1, drawnAt, now());
  }

  private void unnamed(ModelQuota quota, String id) {
    refuse(quota, id, QuotaViolation.UNKNOWN);
  }

  private void draw(ModelQuota quota, int requests, long tokens) {
    for (int i = 0; i < requests; i++) {
      quota.draw(tokens, now());
    }
  }

  private long perMinute(ModelQuota quota) {
    return quota.bounds(now()).perMinute();
  }

  @Test
  void isWhatWasUsedAndGrows() {
    ModelQuota quota = old(0);
    draw(quota, 40, 1000);
    unnamed(quota, RPM);
    assertEquals(40, perMinute(quota));
    unnamed(quota, TPM);
    assertEquals(40_000, quota.bounds(now()).tokensPerMinute());
    time.advance(Duration.ofSeconds(60));
    assertEquals(42, perMinute(quota));
    assertEquals(42_000, quota.bounds(now()).tokensPerMinute());
    time.advance(Duration.ofMinutes(2));
    assertEquals(46, perMinute(quota));
    draw(quota, 1, 1);
    unnamed(quota, RPM);
    assertEquals(20, perMinute(quota), "not below half of what was served at once");
    time.advance(Duration.ofHours(25));
    assertEquals(NONE, perMinute(quota));
  }

  @Test
  void isLoweredOnceByAllThatWereInFlightTogether() {
    ModelQuota quota = old(0);
    draw(quota, 50, 1);
    long sent = now();
    for (int i = 0; i < 50; i++) {
      time.advance(Duration.ofMillis(10));
      quota.giveBack(1, sent, now());
      refuse(quota, RPM, QuotaViolation.UNKNOWN, sent);
    }
    assertEquals(49, perMinute(quota));
    time.advance(Duration.ofSeconds(59));
    assertTrue(perMinute(quota) < 51, "the first step comes after a minute");
    time.advance(Duration.ofSeconds(1));
    assertEquals(51, perMinute(quota));
  }

  @Test
  void isNotMadeBeforeAMinuteWasCounted() {
    ModelQuota quota = new ModelQuota(new QuotaLimits(0, 0, 0), days);
    draw(quota, 3, 1);
    time.advance(Duration.ofSeconds(30));
    unnamed(quota, RPM);
    unnamed(quota, TPM);
    assertEquals(NONE, perMinute(quota));
    assertEquals(NONE, quota.bounds(now()).tokensPerMinute());
  }

  @Test
  void doesNotStarveAProjectThatSomebodyElseUsedUp() {
    ModelQuota quota = old(0);
    draw(quota, 60, 1);
    quota.look(now());
    for (int wave = 0; wave < 12; wave++) {
      time.advance(MINUTE);
      draw(quota, 1, 1);
      unnamed(quota, RPM);
    }
    assertTrue(perMinute(quota) <= 2, "the other one has it all");
    time.advance(Duration.ofMinutes(16));
    assertTrue(perMinute(quota) >= 6, "grown to " + perMinute(quota));
    time.advance(Duration.ofMinutes(20));
    assertTrue(perMinute(quota) >= 30, "grown to " + perMinute(quota));
  }

  @Test
  void ofNextToNothingGrowsEveryFewMinutesHoweverOftenRefused() {
    ModelQuota quota = old(0);
    for (int i = 0; i < 20; i++) {
      draw(quota, 1, 1);
      unnamed(quota, RPM);
      time.advance(MINUTE);
    }
    long before = perMinute(quota);
    time.advance(Duration.ofMinutes(4));
    assertTrue(perMinute(quota) > before);
  }

  @Test
  void ofADayIsMadeOnlyWhereAllOfItWasCountedAndEndsWithIt() {
    ModelQuota quota = old(0);
    draw(quota, 20, 0);
    unnamed(quota, RPD);
    assertEquals(NONE, quota.bounds(now()).perDay(), "the morning was not counted");
    long yesterday = now();
    time.advance(Duration.ofHours(12));
    draw(quota, 3, 0);
    time.advance(Duration.ofMinutes(2));
    unnamed(quota, RPD);
    assertEquals(NONE, quota.bounds(now()).perDay(), "it may be yesterday's");
    time.advance(Duration.ofMinutes(10));
    refuse(quota, RPD, QuotaViolation.UNKNOWN, yesterday);
    assertEquals(NONE, quota.bounds(now()).perDay(), "it is yesterday's");
    draw(quota, 17, 0);
    unnamed(quota, RPD);
    assertEquals(20, quota.bounds(now()).perDay());
    time.advance(Duration.ofHours(24));
    assertEquals(NONE, quota.bounds(now()).perDay());
  }

  @Test
  void isNotMadeFromNothing() {
    ModelQuota quota = old(0);
    unnamed(quota, RPM);
    assertEquals(NONE, perMinute(quota));
  }

  @Test
  void givesWayToAValue() {
    ModelQuota quota = old(0);
    draw(quota, 5, 1);
    unnamed(quota, RPM);
    refuse(quota, RPM, 60);
    time.advance(Duration.ofMinutes(5));
    assertEquals(60, perMinute(quota));
  }

  @Test
  void growsNoFurtherThanWhatIsConfigured() {
    ModelQuota quota = old(50);
    draw(quota, 45, 0);
    unnamed(quota, RPM);
    assertEquals(45, perMinute(quota));
    time.advance(Duration.ofMinutes(60));
    assertEquals(50, perMinute(quota));
  }

  @Test
  void afterALongPauseIsNoMoreThanWasEverUsed() {
    ModelQuota quota = old(0);
    draw(quota, 40, 0);
    unnamed(quota, RPM);
    time.advance(Duration.ofHours(10));
    draw(quota, 10, 0);
    unnamed(quota, RPM);
    assertEquals(20, perMinute(quota));
  }
}
