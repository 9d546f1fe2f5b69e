package io.geminirelay.flow.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.fault.Fault;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests that come at once, by a store that is 5 ms away: nothing is heard of it, and no state
 * thread runs, between the first and the last.
 */
class SharedBurstTest extends LimitInstances {
  private void rested(int count, long requests, long tokens) {
    store.way(Duration.ofMillis(5));
    start(count, requests, tokens);
    pass(3_000);
  }

  @ParameterizedTest
  @CsvSource({"1", "2", "20", "60", "100", "600", "100000"})
  void whoIsAloneMayHaveAMinutesWorthAtOnceAndNoMore(int perMinute) {
    rested(1, perMinute, 0);
    assertEquals(perMinute, instances.get(0).burst(perMinute + 10, 0));
    pass(500);
    assertEquals(perMinute / 120, instances.get(0).burst(perMinute, 0), 1.0 + perMinute / 1_000);
  }

  @ParameterizedTest
  @CsvSource({"20", "60", "100", "300", "6000"})
  void whoIsAloneAndAsksForHalfOfTheLimitIsNeverRefused(int perMinute) {
    rested(1, perMinute, 0);
    int together = Math.max(4, perMinute / 10);
    for (int i = 0; i < 20; i++) {
      assertEquals(together, instances.get(0).burst(together, 0), "at burst " + i);
      pass(60_000L * together * 2 / perMinute);
    }
  }

  @Test
  void whoIsAloneIsNotRefusedByASlowStore() {
    rested(1, 600, 0);
    store.way(Duration.ofMillis(300));
    for (int i = 0; i < 59; i++) {
      assertEquals(10, instances.get(0).burst(10, 0), "at burst " + i);
      pass(20);
    }
  }

  /** What lies unused is given back some two seconds after it was leased. */
  @ParameterizedTest
  @ValueSource(ints = {1_800, 1_900, 2_000, 2_050, 2_100, 2_150, 2_200, 2_250, 2_300, 2_400, 2_500})
  void whoIsAloneIsNotRefusedForWhatIsOnItsWayBack(int restMillis) {
    rested(1, 100, 0);
    assertEquals(50, instances.get(0).burst(50, 0));
    pass(100);
    store.way(Duration.ofMillis(200));
    pass(restMillis);
    assertEquals(50, instances.get(0).burst(50, 0));
  }

  @Test
  void whoIsAloneMayUseAllTokensAtOnce() {
    rested(1, 0, 100_000);
    assertEquals(33, instances.get(0).burst(33, 3_000));
    pass(1_000);
    assertEquals(1, instances.get(0).burst(10, 3_000));
  }

  @ParameterizedTest
  @CsvSource({"20, 3, 4", "60, 3, 6", "100, 3, 11", "100, 2, 16", "600, 3, 66", "6000, 8, 250"})
  void eachOfSeveralHasAThirdOfItsShareAtHandAfterARest(int perMinute, int count, int atOnce) {
    rested(count, perMinute, 0);
    for (int i = 0; i < 2 * count; i++) {
      assertEquals(atOnce, instances.get(i % count).burst(atOnce, 0), "at burst " + i);
      // Half of the limit.
      pass(60_000L * atOnce * 2 / perMinute);
    }
  }

  @ParameterizedTest
  @CsvSource({"100, 2", "100, 3", "100, 8", "600, 3", "6000, 8"})
  void allAtOnceAfterARestGetNoMoreThanTheLimitAndATwentieth(int perMinute, int count) {
    rested(count, perMinute, 0);
    int admitted = 0;
    for (int i = 0; i < 400; i++) {
      for (Instance each : instances) {
        admitted += each.burst(perMinute, 0);
      }
      pass(5);
    }
    double allowed = perMinute * (1 + 2 / 60.0);
    assertTrue(admitted <= allowed + perMinute / 20.0, admitted + " of " + allowed);
    assertTrue(admitted >= allowed - perMinute / 20.0 - 1, admitted + " of " + allowed);
  }

  @Test
  void whatIsInHandAtRestIsThereForWhoeverDraws() {
    rested(3, 600, 0);
    assertEquals(600, instances.get(1).account().requestsLeft());
    int admitted = 0;
    for (int i = 0; i < 300; i++) {
      admitted += instances.get(0).burst(10, 0);
      pass(5);
    }
    assertTrue(admitted >= 600 * 95 / 100, admitted + " of 600");
  }

  @Test
  void whoGoesOrDiesLeavesAllToTheOthers() {
    rested(2, 600, 0);
    instances.get(1).limits.giveBack();
    pass(3_000);
    assertEquals(600, instances.get(0).burst(700, 0));
    pass(65_000);
    new Instance(600, 0);
    pass(2_000);
    assertTrue(instances.get(0).burst(700, 0) < 400);
    pass(65_000);
    // It says no more.
    instances.remove(2).thread.finishAndReleaseAll();
    // What it held is forgotten after 15 s, and flows back.
    pass(30_000);
    assertEquals(600, instances.get(0).burst(700, 0));
  }

  @Test
  void aLeaseThatComesTooLateIsGivenBack() {
    rested(1, 6_000, 0);
    store.way(Duration.ofMillis(1_500));
    assertEquals(4_000, instances.get(0).burst(4_000, 0));
    pass(1_100);
    assertEquals(1, instances.get(0).limits.alone());
    store.way(Duration.ofMillis(5));
    pass(2_500);
    assertEquals(0, instances.get(0).limits.alone());
    assertEquals(2_000 + 360, store.room("requests/fleet", 6_000), 30.0);
  }

  @Test
  void whoComesBackWhenItWasToldIsNotRefusedForEver() {
    rested(2, 60, 0);
    for (int i = 0; i < 20; i++) {
      instances.get(0).burst(10, 0);
      instances.get(1).burst(10, 0);
      pass(100);
    }
    int admitted = 0;
    for (int i = 0; i < 40; i++) {
      Instance who = instances.get(i % 2);
      admitted += who.burst(1, 0);
      // Half of the units that come back; each is told to wait for a second or less.
      pass(2_000);
    }
    assertTrue(admitted >= 36, admitted + " of 40");
  }

  @Test
  void aRefusalForWantOfALeaseSaysSo() {
    rested(3, 600, 0);
    instances.get(0).burst(200, 0);
    Fault fault = instances.get(0).account().enter();
    assertNotNull(fault);
    assertEquals(1, fault.retryAfterSeconds());
    assertTrue(fault.detail().contains("at hand"), fault.detail());
  }
}
