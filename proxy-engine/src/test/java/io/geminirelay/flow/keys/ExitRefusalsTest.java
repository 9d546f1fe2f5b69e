package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.flow.keys.verdict.KeyVerdict;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Effect;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Next;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Rest;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What refusals by the target say of an exit. */
class ExitRefusalsTest extends ExitsCase {
  @Test
  void bareRefusalsOfThreeBucketsRestTheExitAndFreeTheOthers() {
    assertFalse(refuse(0, one));
    assertFalse(refuse(0, one), "the same bucket");
    time.advance(Duration.ofSeconds(2));
    assertFalse(refuse(1, one));
    assertFalse(refuse(2, two), "another exit");
    Cooldown foreign = key(2).bucket().cooldown(MODEL);
    assertTrue(refuse(3, one));
    for (int innocent : new int[] {0, 1, 3}) {
      assertNull(key(innocent).bucket().cooldown(MODEL));
      assertTrue(key(innocent).usable(MODEL));
    }
    assertNotNull(foreign);
    assertEquals(foreign, key(2).bucket().cooldown(MODEL));
    assertEquals("exit_rate_limited", figure(one).reason());
    assertEquals(Duration.ofSeconds(5).toNanos(), exits.restNanos(one));
    assertTrue(refuse(5, one), "on its way when the exit went");
    assertNull(key(5).bucket().cooldown(MODEL));
  }

  @Test
  void refusalsThatAreNotWithinSecondsAreTheBucketsOwn() {
    for (int i = 0; i < 8; i++) {
      assertFalse(refuse(i, one));
      assertNotNull(key(i).bucket().cooldown(MODEL));
      time.advance(Duration.ofMillis(2_600));
    }
    assertTrue(exits.calm());
  }

  @Test
  void aRestThatOneRefusalDidNotBeginIsNotLifted() {
    KeyVerdict day = KeyVerdict.cool("quota_per_day", Rest.UNTIL_RESET, Duration.ZERO, "PerDay");
    settle(0, two, day);
    Cooldown own = key(0).bucket().cooldown(MODEL);
    refuse(0, one);
    refuse(1, one);
    settle(1, two, day);
    assertTrue(refuse(2, one));
    assertEquals(own, key(0).bucket().cooldown(MODEL));
    assertEquals("quota_per_day", key(1).bucket().cooldown(MODEL).reason());
  }

  @Test
  void theLastOpenExitIsNotBlamedForRefusals() {
    fail(two, 3);
    for (int i = 0; i < 8; i++) {
      assertFalse(refuse(i, one));
    }
    settle(0, one, LOCATION);
    assertTrue(admits(one));
    assertNotNull(key(7).bucket().cooldown(MODEL));
  }

  @Test
  void aRefusingExitIsNotFreedByAConnectionButByAnAnswerToATrial() {
    IntStream.range(0, 3).forEach(i -> refuse(i, one));
    long sentBefore = time.nanoTime() - 1;
    exits.connected(one);
    exits.checkBegins(one);
    exits.settle(one, lease(0), KeyVerdict.SUCCESS, sentBefore);
    assertFalse(admits(one));
    time.advance(Duration.ofSeconds(5));
    assertTrue(admits(one));
    assertTrue(refuse(6, one), "a trial needs no company");
    assertEquals(Duration.ofSeconds(10).toNanos(), exits.restNanos(one));
    time.advance(Duration.ofSeconds(10));
    assertTrue(admits(one));
    settle(6, one, KeyVerdict.SUCCESS);
    assertTrue(exits.calm());
  }

  @Test
  void aPlaceThatIsNotServedRestsForAnHour() {
    settle(0, one, LOCATION);
    assertEquals(Duration.ofHours(1).toNanos(), exits.restNanos(one));
    assertEquals("location_not_supported", figure(one).reason());
    exits.connected(one);
    time.advance(Duration.ofHours(1));
    assertTrue(admits(one));
    settle(0, one, LOCATION);
    assertEquals(Duration.ofHours(1).toNanos(), exits.restNanos(one));
  }

  @Test
  void anotherSuspicionOfOneExchangeRestsNothing() {
    settle(0, one, KeyVerdict.of(Effect.EXIT_SUSPECT, Next.NEXT_EXIT, "reset_before_answer"));
    assertTrue(exits.calm());
  }
}
