package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.geminirelay.base.config.GroupConfig.QuotaLimits;
import io.geminirelay.base.state.AloneNotice;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Counting quotas together by a store that is away, slow, silent or empty. */
class QuotaStoreFaultsTest extends QuotaInstances {
  @Test
  void withoutTheStoreEachCountsByItselfAndTellsLater() {
    Instance[] all = start(2, new QuotaLimits(100, 0, 1_000));
    store.up = false;
    for (int i = 0; i < 10; i++) {
      assertTrue(all[0].tryDraw(1));
      pass(10_000);
    }
    assertEquals(0, all[1].quota.used(time.nanoTime()).dayRequests());
    store.up = true;
    pass(1_200);
    assertEquals(10, all[1].quota.used(time.nanoTime()).dayRequests());
    assertTrue(all[1].quota.used(time.nanoTime()).requests() <= 10);
    assertTrue(all[0].quota.used(time.nanoTime()).requests() <= 7);
  }

  @Test
  void whatWasCountedButNotAnsweredIsNotCountedTwice() {
    Instance[] all = start(2, new QuotaLimits(100, 10_000, 1_000));
    store.mute = true;
    for (int i = 0; i < 10; i++) {
      assertTrue(all[0].tryDraw(7));
      pass(100);
    }
    store.mute = false;
    pass(1_200);
    for (Instance each : all) {
      assertEquals(10, each.quota.used(time.nanoTime()).requests());
      assertEquals(70, each.quota.used(time.nanoTime()).tokens());
      assertEquals(10, each.quota.used(time.nanoTime()).dayRequests());
    }
  }

  @Test
  void aStoreThatComesBackEmptyIsToldOfTheDay() {
    Instance[] all = start(2, new QuotaLimits(0, 0, 1_000));
    for (int i = 0; i < 40; i++) {
      all[i % 2].tryDraw(1);
    }
    pass(70_000);
    store.forget();
    assertTrue(all[0].tryDraw(1));
    pass(2_000);
    Instance late = start(1, new QuotaLimits(0, 0, 1_000))[0];
    assertEquals(41, late.quota.used(time.nanoTime()).dayRequests());
    assertEquals(41, all[1].quota.used(time.nanoTime()).dayRequests());
  }

  @Test
  void oneThatFailsTakesNoOtherWithIt() {
    Instance[] all = start(2, new QuotaLimits(100, 0, 0));
    store.failing = "=another-model";
    QuotaLimits limits = new QuotaLimits(100, 0, 0);
    for (Instance each : all) {
      each.bucket.limits(
          Set.of(new LimitTable(List.of(Map.of(MODEL, limits, "another-model", limits)))));
      ModelQuota other = each.bucket.quota("another-model");
      for (int i = 0; i < 5; i++) {
        assertTrue(each.tryDraw(1));
        assertTrue(other.tryDraw(1, time.nanoTime()));
      }
    }
    pass(1_200);
    for (Instance each : all) {
      assertEquals(10, each.quota.used(time.nanoTime()).requests());
    }
    store.failing = "";
    pass(1_200);
    for (Instance each : all) {
      ModelQuota other = each.bucket.quota("another-model");
      assertEquals(10, other.used(time.nanoTime()).requests());
    }
  }

  @Test
  void aStoreThatThrowsIsAskedAgain() {
    Instance[] all = start(2, new QuotaLimits(100, 0, 0));
    store.broken = true;
    assertTrue(all[0].tryDraw(1));
    pass(500);
    store.broken = false;
    pass(1_200);
    assertEquals(1, all[1].quota.used(time.nanoTime()).requests());
  }

  @Test
  void aSlowStoreHoldsNobodyBack() {
    Instance[] all = start(2, new QuotaLimits(60, 0, 0));
    assertTrue(all[0].tryDraw(1));
    assertTrue(all[1].tryDraw(1));
    pass(1_200);
    store.wayNanos = TimeUnit.SECONDS.toNanos(30);
    assertTrue(all[0].tryDraw(1));
    pass(500);
    assertEquals(57, all[0].drawAll(1));
  }

  @Test
  void whileAnAnswerIsLongInComingEachDrawsItsShareOfWhatIsLeft() {
    Instance[] all = start(3, new QuotaLimits(60, 0, 0));
    for (Instance each : all) {
      for (int i = 0; i < 16; i++) {
        each.quota.draw(1, time.nanoTime());
      }
    }
    pass(2_000);
    assertEquals(48, all[0].quota.used(time.nanoTime()).requests());
    store.wayNanos = TimeUnit.MILLISECONDS.toNanos(250);
    for (Instance each : all) {
      assertTrue(each.tryDraw(1), "one is always let through");
    }
    pass(100);
    int drawn = 3;
    for (Instance each : all) {
      drawn += each.drawAll(1);
    }
    assertTrue(drawn >= 9 && drawn <= 12, drawn + " of the last 12 without an answer");
  }

  @Test
  void whatIsCountedAloneIsSaid() {
    Instance[] all = start(2, new QuotaLimits(60, 0, 0));
    Logger logger = (Logger) LoggerFactory.getLogger(AloneNotice.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    // Another test may have left all loggers at another level; that all is well again is not
    // counted.
    logger.setLevel(Level.WARN);
    log.start();
    logger.addAppender(log);
    try {
      assertEquals(0, all[0].states.quotasAlone());
      store.wayNanos = TimeUnit.MILLISECONDS.toNanos(400);
      pass(10_000);
      assertEquals(1, all[0].states.quotasAlone());
      assertEquals(2, log.list.size(), "once by each");
      assertTrue(log.list.get(0).getFormattedMessage().contains("too slow"));
      store.wayNanos = TimeUnit.MILLISECONDS.toNanos(1);
      pass(3_000);
      assertEquals(0, all[0].states.quotasAlone());
      store.up = false;
      pass(10_000);
      assertEquals(1, all[0].states.quotasAlone());
      assertEquals(2, log.list.size(), "of a store that is away, it is said elsewhere");
      store.up = true;
      pass(10_000);
      assertEquals(0, all[0].states.quotasAlone());
      assertEquals(2, log.list.size(), "nobody has drawn since it is back");
    } finally {
      logger.setLevel(null);
      logger.detachAppender(log);
    }
  }
}
