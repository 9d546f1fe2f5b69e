package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.GroupConfig.QuotaLimits;
import io.geminirelay.flow.keys.verdict.QuotaViolation;
import io.geminirelay.testing.FakeTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ModelQuotaTest {
  private static final Duration MINUTE =
      Duration.ofNanos(QuotaWindow.SPAN_NANOS + QuotaWindow.SLOT_NANOS);
  private static final String RPM = "GenerateRequestsPerMinutePerProjectPerModel-FreeTier";
  private static final String RPD = "GenerateRequestsPerDayPerProjectPerModel-FreeTier";
  private static final String TPM = "GenerateContentInputTokensPerModelPerMinute-FreeTier";
  private static final long NONE = QuotaBound.UNKNOWN;

  private final FakeTime time = new FakeTime();
  private final DayWatch days = new DayWatch(time, new QuotaClock(KeyRingTest.config()));

  private ModelQuota quota(long rpm, long tpm, long rpd) {
    return new ModelQuota(new QuotaLimits(rpm, tpm, rpd), days);
  }

  private long now() {
    return time.nanoTime();
  }

  private void refuse(ModelQuota quota, String id, long limit) {
    quota.refused(List.of(new QuotaViolation(id, limit, "another-model")), 1, now(), now());
  }

  private int drawAll(ModelQuota quota, long tokens) {
    int drawn = 0;
    while (drawn < 10_000 && quota.tryDraw(tokens, now())) {
      drawn++;
    }
    return drawn;
  }

  @Test
  void allowsEverythingWhileNothingIsKnown() {
    ModelQuota quota = quota(0, 0, 0);
    assertEquals(10_000, drawAll(quota, 1_000));
    assertEquals(ModelQuota.ALL_ROOM, quota.room(now()));
    assertEquals(0, quota.waitNanos(5, now()));
    assertEquals(Long.MAX_VALUE, quota.roomBy(5, now()));
    assertEquals(new ModelQuota.Used(10_000, 10_000_000, 10_000), quota.used(now()));
  }

  @Test
  void drawsFromAllLimitsOrFromNone() {
    ModelQuota quota = quota(10, 100, 4);
    assertTrue(quota.tryDraw(60, now()));
    assertFalse(quota.tryDraw(50, now()));
    assertEquals(3, drawAll(quota, 10));
    assertEquals(new ModelQuota.Used(4, 90, 4), quota.used(now()), "the day is over");
    assertFalse(quota.tryDraw(1, now()));
    assertEquals(new ModelQuota.Used(4, 90, 4), quota.used(now()));
  }

  @Test
  void tellsHowMuchIsLeftByTheNearestLimit() {
    ModelQuota quota = quota(10, 1000, 0);
    assertEquals(1000, quota.room(now()));
    quota.draw(100, now());
    assertEquals(900, quota.room(now()));
    quota.draw(600, now());
    assertEquals(300, quota.room(now()));
    quota.draw(299, now());
    assertEquals(1, quota.room(now()));
    quota.draw(1, now());
    assertEquals(0, quota.room(now()));
    ModelQuota daily = quota(0, 0, 10_000);
    daily.draw(0, now());
    assertEquals(999, daily.room(now()));
    for (int i = 0; i < 9_999; i++) {
      daily.draw(0, now());
    }
    assertEquals(0, daily.room(now()));
  }

  @Test
  void givesBackWhatGoogleNeverSaw() {
    ModelQuota quota = quota(2, 100, 2);
    long first = now();
    assertTrue(quota.tryDraw(90, first));
    time.advance(Duration.ofSeconds(30));
    assertTrue(quota.tryDraw(10, now()));
    assertFalse(quota.tryDraw(0, now()));
    quota.giveBack(90, first, now());
    assertEquals(new ModelQuota.Used(1, 10, 1), quota.used(now()));
    assertTrue(quota.tryDraw(90, now()));
  }

  @Test
  void correctsTheTokensThatWereGuessed() {
    ModelQuota quota = quota(0, 1000, 0);
    long drawn = now();
    assertTrue(quota.tryDraw(900, drawn));
    assertFalse(quota.tryDraw(200, now()));
    quota.correct(900, 100, drawn, now());
    assertTrue(quota.tryDraw(200, now()));
    quota.correct(200, 950, drawn, now());
    assertEquals(1050, quota.used(now()).tokens());
    assertEquals(0, quota.room(now()));
    assertFalse(quota.tryDraw(0, now()));
  }

  @Test
  void countsDaysFromResetToReset() {
    ModelQuota quota = quota(0, 0, 3);
    assertEquals(3, drawAll(quota, 0));
    assertEquals(Duration.ofHours(12).toNanos(), quota.waitNanos(0, now()));
    time.advance(Duration.ofHours(12).minusNanos(1));
    assertFalse(quota.tryDraw(0, now()));
    time.advance(Duration.ofNanos(1));
    assertEquals(3, drawAll(quota, 0));
  }

  @Test
  void doesNotGiveBackToANewDay() {
    ModelQuota quota = quota(0, 0, 3);
    time.advance(Duration.ofHours(12).minusSeconds(1));
    long drawn = now();
    quota.draw(0, drawn);
    time.advance(Duration.ofSeconds(2));
    quota.draw(0, now());
    quota.giveBack(0, drawn, now());
    assertEquals(1, quota.used(now()).dayRequests());
  }

  @Test
  void foretellsHowManyFit() {
    ModelQuota quota = quota(10, 1000, 0);
    assertEquals(10, quota.roomBy(0, now()));
    assertEquals(10, quota.roomBy(100, now()));
    assertEquals(5, quota.roomBy(200, now()));
    for (int i = 0; i < 4; i++) {
      assertTrue(quota.tryDraw(100, now()));
      time.advance(Duration.ofSeconds(10));
    }
    assertEquals(6, quota.roomBy(100, now()));
    assertEquals(3, quota.roomBy(200, now()));
    assertEquals(7, quota.roomBy(100, now() + TimeUnit.SECONDS.toNanos(21)));
    assertEquals(16, quota.roomBy(100, now() + MINUTE.toNanos()));
    ModelQuota daily = quota(10, 0, 25);
    assertEquals(25, daily.roomBy(0, now() + TimeUnit.HOURS.toNanos(1)));
    assertEquals(50, daily.roomBy(0, now() + TimeUnit.HOURS.toNanos(13)));
  }

  @Test
  void letsARequestLargerThanTheLimitGoAlone() {
    ModelQuota quota = quota(10, 100, 0);
    assertEquals(1, quota.roomBy(500, now()));
    assertTrue(quota.tryDraw(500, now()));
    assertFalse(quota.tryDraw(500, now()));
    assertEquals(MINUTE.toNanos(), quota.waitNanos(500, now()), 1);
    time.advance(MINUTE);
    assertTrue(quota.tryDraw(500, now()));
  }

  @Test
  void whatIsFreeDrawsNothing() {
    ModelQuota quota = quota(1, 1, 1);
    quota.draw(1, now());
    assertTrue(quota.tryDraw(Demand.FREE, now()));
    quota.giveBack(Demand.FREE, now(), now());
    assertEquals(0, quota.waitNanos(Demand.FREE, now()));
    assertEquals(new ModelQuota.Used(1, 1, 1), quota.used(now()));
  }

  @Test
  void learnsTheLimitThatARefusalNames() {
    ModelQuota quota = quota(0, 0, 0);
    refuse(quota, RPM, 10);
    refuse(quota, TPM, 250_000);
    refuse(quota, RPD, 250);
    QuotaBounds bounds = quota.bounds(now());
    assertEquals(10, bounds.perMinute());
    assertEquals(250_000, bounds.tokensPerMinute());
    assertEquals(250, bounds.perDay());
    assertEquals(10, drawAll(quota, 1));
  }

  @Test
  void ofSeveralLimitsOfOneKindTheLowestHolds() {
    QuotaViolation low = new QuotaViolation(RPM, 10, "");
    QuotaViolation high = new QuotaViolation("GenerateRequestsPerMinutePerRegion", 1000, "");
    for (List<QuotaViolation> both : List.of(List.of(low, high), List.of(high, low))) {
      ModelQuota quota = quota(0, 0, 0);
      quota.refused(both, 1, now(), now());
      assertEquals(10, quota.bounds(now()).perMinute());
    }
  }

  @Test
  void keepsARequestOutThatIsLargerThanTheLimitAndRefusedAllTheSame() {
    ModelQuota quota = quota(0, 0, 0);
    refuse(quota, TPM, 1000);
    long drawn = now();
    assertTrue(quota.tryDraw(5_000, drawn));
    quota.giveBack(5_000, drawn, now());
    List<QuotaViolation> tokens = List.of(new QuotaViolation(TPM, 1000, ""));
    assertTrue(quota.hold(tokens, 5_000, Duration.ofSeconds(20).toNanos(), now()));
    assertFalse(quota.tryDraw(5_000, now()));
    assertTrue(quota.tryDraw(10, now()), "smaller ones go on");
    time.advance(Duration.ofSeconds(19));
    assertFalse(quota.tryDraw(5_000, now()));
  }

  @Test
  void neverGoesAboveWhatIsConfigured() {
    ModelQuota quota = quota(10, 0, 0);
    refuse(quota, RPM, 1000);
    assertEquals(10, quota.bounds(now()).perMinute());
    refuse(quota, RPM, 5);
    assertEquals(5, quota.bounds(now()).perMinute());
    time.advance(Duration.ofHours(24));
    assertEquals(10, quota.bounds(now()).perMinute(), "Google's is asked for anew after a day");
  }

  @Test
  void readsTheKindFromTheQuotaId() {
    assertEquals(QuotaBounds.Kind.REQUESTS_PER_MINUTE, QuotaBounds.Kind.of(RPM));
    assertEquals(QuotaBounds.Kind.REQUESTS_PER_DAY, QuotaBounds.Kind.of(RPD));
    assertEquals(QuotaBounds.Kind.TOKENS_PER_MINUTE, QuotaBounds.Kind.of(TPM));
    String paid = "GenerateContentPaidTierInputTokensPerModelPerMinute";
    assertEquals(QuotaBounds.Kind.TOKENS_PER_MINUTE, QuotaBounds.Kind.of(paid));
    for (String id : List.of("", "Spend", "InputTokensPerModelPerDay", "OutputTokensPerMinute")) {
      assertEquals(QuotaBounds.Kind.OTHER, QuotaBounds.Kind.of(id), id);
    }
    ModelQuota quota = quota(0, 0, 0);
    refuse(quota, "OutputTokensPerMinute", 1);
    assertFalse(quota.bounds(now()).known());
  }

  @Test
  void somebodyElsesUseLowersNoLimit() {
    ModelQuota quota = quota(100, 0, 0);
    quota.draw(0, now());
    refuse(quota, RPM, 100);
    refuse(quota, RPM, QuotaViolation.UNKNOWN);
    assertEquals(100, quota.bounds(now()).perMinute());
  }

  @Test
  void aLimitOfZeroHoldsUntilTheReset() {
    ModelQuota quota = quota(0, 0, 0);
    refuse(quota, RPM, 0);
    assertFalse(quota.tryDraw(1, now()));
    assertEquals(0, quota.room(now()));
    assertEquals(0, quota.roomBy(1, now()));
    assertEquals(Duration.ofHours(12).toNanos(), quota.waitNanos(1, now()));
    time.advance(Duration.ofHours(12));
    assertTrue(quota.tryDraw(1, now()));
    assertFalse(quota.bounds(now()).known());
  }

  @Test
  void keepsItsCountsWhenOtherLimitsAreConfigured() {
    ModelQuota quota = quota(10, 0, 0);
    assertEquals(10, drawAll(quota, 0));
    quota.configured(new QuotaLimits(12, 0, 0));
    assertEquals(2, drawAll(quota, 0));
    quota.configured(new QuotaLimits(0, 0, 0));
    assertEquals(ModelQuota.ALL_ROOM, quota.room(now()));
  }

  @Test
  void neverAdmitsTooMuchFromManyThreads() throws Exception {
    ModelQuota quota = quota(3_000, 100_000, 2_500);
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      List<Future<Integer>> all = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        Random random = new Random(thread);
        all.add(pool.submit(() -> drawSome(quota, random)));
      }
      int kept = 0;
      for (Future<Integer> each : all) {
        kept += each.get(60, TimeUnit.SECONDS);
      }
      ModelQuota.Used used = quota.used(now());
      assertEquals(kept, used.requests());
      assertEquals(kept, used.dayRequests());
      assertTrue(used.dayRequests() <= 2_500 && used.tokens() <= 100_000, used::toString);
      assertEquals(2_500 - kept, drawAll(quota, 0), "and every place can be had");
    } finally {
      pool.shutdownNow();
    }
  }

  private int drawSome(ModelQuota quota, Random random) {
    int kept = 0;
    for (int i = 0; i < 20_000; i++) {
      int tokens = random.nextInt(40);
      if (quota.tryDraw(tokens, now())) {
        boolean back = random.nextInt(3) > 0;
        kept += back ? 0 : 1;
        if (back) {
          quota.giveBack(tokens, now(), now());
        }
      }
    }
    return kept;
  }
}
