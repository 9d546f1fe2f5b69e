package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.geminirelay.base.config.GroupConfig.QuotaLimits;
import io.geminirelay.base.config.KeysConfig;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Several instances that count what they draw on the same quotas together. */
class SharedQuotaTest extends QuotaInstances {
  @Test
  void whatOneDrawsOthersLackForAMinute() {
    Instance[] all = start(2, new QuotaLimits(100, 10_000, 0));
    for (int i = 0; i < 60; i++) {
      assertTrue(all[0].tryDraw(50));
    }
    pass(1_200);
    assertEquals(400, all[1].quota.room(time.nanoTime()));
    int more = 0;
    for (int i = 0; i < 100; i++) {
      more += all[1].drawAll(50);
      pass(10);
    }
    assertEquals(40, more);
    pass(1_200);
    assertFalse(all[0].tryDraw(50));
    assertTrue(all[0].quota.waitNanos(50, time.nanoTime()) > TimeUnit.SECONDS.toNanos(50));
    pass(62_000);
    assertEquals(1_000, all[0].quota.room(time.nanoTime()));
    assertEquals(1_000, all[1].quota.room(time.nanoTime()));
  }

  @Test
  void theDayIsCountedTogetherAndOutlivesARestart() {
    Instance[] all = start(2, new QuotaLimits(0, 0, 50));
    assertTrue(all[0].tryDraw(1));
    for (int i = 0; i < 19; i++) {
      all[i % 2].tryDraw(1);
    }
    pass(1_200);
    assertEquals(20, all[1].quota.used(time.nanoTime()).dayRequests());
    pass(600_000);
    Instance late = start(1, new QuotaLimits(0, 0, 50))[0];
    assertEquals(20, late.quota.used(time.nanoTime()).dayRequests());
    assertEquals(0, late.quota.used(time.nanoTime()).requests());
    assertEquals(30, late.drawAll(1));
    pass(1_200);
    assertFalse(all[0].tryDraw(1));
  }

  @Test
  void whatIsTakenBackOrCorrectedIsHeardOf() {
    Instance[] all = start(2, new QuotaLimits(10, 1_000, 0));
    long drawn = time.nanoTime();
    assertTrue(all[0].tryDraw(900));
    pass(1_200);
    assertFalse(all[1].tryDraw(200));
    all[0].quota.correct(900, 100, drawn, time.nanoTime());
    pass(20);
    assertTrue(all[0].tryDraw(800));
    pass(1_200);
    assertEquals(900, all[1].quota.used(time.nanoTime()).tokens(), 800);
    all[0].quota.giveBack(800, time.nanoTime(), time.nanoTime());
    pass(1_200);
    assertEquals(2, all[1].quota.used(time.nanoTime()).requests(), 1);
  }

  @ParameterizedTest
  @CsvSource({
    "600, 3, 400, 1",
    "600, 3, 1000, 1",
    "600, 3, 400, 20",
    "600, 3, 1000, 20",
    "600, 3, 3000, 20",
    "600, 3, 1000, 100",
    "600, 3, 1000, 250",
    "60, 3, 200, 200",
    "60, 4, 200, 10",
    "15, 3, 50, 10",
    "6000, 3, 1000, 100"
  })
  void togetherTheyKeepToTheQuotaInEveryMinuteUnderFullLoad(
      int most, int count, int perSecond, int wayMillis) {
    store.wayNanos = TimeUnit.MILLISECONDS.toNanos(wayMillis);
    Instance[] all = start(count, new QuotaLimits(most, 0, 0));
    List<Long> drawn = new ArrayList<>();
    long begun = time.nanoTime();
    double due = 0;
    int turn = 0;
    for (int ms = 0; ms < 185_000; ms++) {
      for (due += perSecond / 1_000.0; due >= 1; due--) {
        if (all[turn++ % count].tryDraw(1)) {
          drawn.add(time.nanoTime() - begun);
        }
      }
      pass(1);
    }
    long minute = TimeUnit.MINUTES.toNanos(1);
    int worst = 0;
    int[] minutes = new int[4];
    for (int first = 0, last = 0; last < drawn.size(); last++) {
      while (drawn.get(last) - drawn.get(first) >= minute) {
        first++;
      }
      worst = Math.max(worst, last - first + 1);
      minutes[(int) (drawn.get(last) / minute)]++;
    }
    String told = worst + " of " + most + ", by minutes " + Arrays.toString(minutes);
    // Of the last unit nobody knows who else draws it just now. Nobody waits long for a slow store.
    int percent = wayMillis <= 100 ? 105 : 120;
    assertTrue(worst <= Math.max(most + count - 1, most * percent / 100), told);
  }

  @Test
  void ofManyThatRestLittleIsAskedAndWhoIsDrawnOnIsToldInTime() {
    Instance[] all = start(2, new QuotaLimits(100, 0, 0));
    for (Instance each : all) {
      for (int key = 0; key < 5_000; key++) {
        QuotaBucket bucket = each.states.configured("https://google", "team" + key);
        bucket.limits(Set.of(new LimitTable(List.of(Map.of(MODEL, new QuotaLimits(9, 0, 0))))));
        bucket.quota(MODEL);
      }
    }
    pass(5_000);
    int before = store.looks;
    pass(10_000);
    assertTrue(store.looks - before <= 30_000, (store.looks - before) + " looks");
    assertTrue(all[0].tryDraw(1));
    pass(2_000);
    assertTrue(all[1].tryDraw(1));
    pass(2_000);
    assertEquals(2, all[1].quota.used(time.nanoTime()).requests());
  }

  @Test
  void whereNothingIsDrawnLittleIsAsked() {
    start(2, new QuotaLimits(100, 0, 0));
    int before = store.looks;
    pass(10_000);
    assertTrue(store.looks - before <= 22, (store.looks - before) + " looks");
  }

  @Test
  void aModelThatWasForgottenIsCountedOnWhereItIsDrawnOnAgain() {
    Instance[] all = start(2, new QuotaLimits(60, 0, 0));
    for (int i = 0; i < 30; i++) {
      assertTrue(all[0].tryDraw(1));
      pass(2_000);
    }
    pass(130_000);
    all[0].bucket.look(time.nanoTime());
    ModelQuota anew = all[0].bucket.quota(MODEL);
    assertNotSame(all[0].quota, anew);
    int drawn = 0;
    for (int i = 0; i < 500; i++) {
      drawn += anew.tryDraw(1, time.nanoTime()) ? 1 : 0;
      pass(100);
    }
    assertEquals(60, drawn);
    pass(1_200);
    assertEquals(60, all[1].quota.used(time.nanoTime()).requests());
  }

  @Test
  void modelsThatNobodyKnowsAreNotToldAndThoseWithoutALimitInTheirTurn() {
    Instance[] all = start(2, new QuotaLimits(100, 0, 0));
    for (int i = 0; i < 200; i++) {
      all[0].bucket.quota("made-up-" + i).draw(10, time.nanoTime());
    }
    ModelQuota unlimited = all[0].bucket.quota("unlimited");
    unlimited.proven();
    unlimited.draw(10, time.nanoTime());
    pass(5_000);
    assertEquals(Set.of("https://google/team=unlimited"), drawn());
    int before = store.looks;
    for (int i = 0; i < 500; i++) {
      unlimited.draw(10, time.nanoTime());
      pass(10);
    }
    pass(2_000);
    assertTrue(store.looks - before <= 30, (store.looks - before) + " looks");
    ModelQuota other = all[1].bucket.quota("unlimited");
    other.proven();
    other.draw(10, time.nanoTime());
    pass(2_000);
    assertEquals(502, other.used(time.nanoTime()).requests(), "what a refusal is held against");
  }

  private Set<String> drawn() {
    Set<String> names = new HashSet<>(store.names());
    names.remove("https://google/team=" + MODEL);
    return names;
  }

  @Test
  void aLongNameIsCutAndStaysItsOwn() {
    String name = "m".repeat(8_000);
    String one = LedgerNames.of("https://google/team", name);
    String other = LedgerNames.of("https://google/team", name + "x");
    assertTrue(one.length() < 150 && other.length() < 150, one);
    assertNotEquals(one, other);
    assertEquals("https://google/team=" + MODEL, LedgerNames.of("https://google/team", MODEL));
  }

  @Test
  void thatDaysDifferIsSaid() {
    Logger logger = (Logger) LoggerFactory.getLogger(DayDoubt.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    try {
      Instance[] all = start(2, new QuotaLimits(0, 0, 1_000));
      KeysConfig usual = KeysConfig.STANDARD;
      KeysConfig moscow =
          new KeysConfig(
              usual.behavior(),
              LocalTime.of(12, 0),
              ZoneId.of("Europe/Moscow"),
              usual.maxFailures(),
              usual.temporaryBlock(),
              usual.maxWait(),
              usual.maxWaiting(),
              usual.disabled());
      all[1].states.follow(new QuotaClock(moscow));
      for (int i = 0; i < 200; i++) {
        assertTrue(all[i % 2].tryDraw(1));
        pass(1_000);
      }
      assertEquals(1, log.list.size());
      assertTrue(log.list.get(0).getFormattedMessage().contains("daily_reset"));
    } finally {
      logger.detachAppender(log);
    }
  }

  /** Whatever of their second is over when the drawing begins. */
  @ParameterizedTest
  @ValueSource(ints = {0, 200, 450, 700, 990})
  void whereThereIsMuchRoomOneTellingASecondIsEnough(int intoASecond) {
    Instance[] all = start(2, new QuotaLimits(100, 0, 0));
    List<ModelQuota> drawn = new ArrayList<>();
    List<ModelQuota> seen = new ArrayList<>();
    QuotaLimits wide = new QuotaLimits(100_000, 0, 0);
    for (Instance each : all) {
      each.bucket.limits(Set.of(new LimitTable(List.of(Map.of("*", wide)))));
      for (int i = 0; i < 200; i++) {
        (each == all[0] ? drawn : seen).add(each.bucket.quota("wide-" + i));
      }
    }
    pass(2_000 + intoASecond);
    int before = store.looks;
    for (int i = 0; i < 50; i++) {
      drawn.forEach(each -> assertTrue(each.tryDraw(1, time.nanoTime())));
      pass(100);
    }
    pass(2_000); // a second to the last telling at most, and one more to the look that finds it
    // Once a second each by one instance, and looked at so often by the other.
    int looks = store.looks - before;
    assertTrue(looks <= 2 * 200 * 7, looks + " looks");
    seen.forEach(each -> assertEquals(50, each.used(time.nanoTime()).requests()));
  }
}
