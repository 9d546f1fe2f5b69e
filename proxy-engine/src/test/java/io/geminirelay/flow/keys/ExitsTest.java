package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.Destination;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.flow.keys.verdict.KeyVerdict;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class ExitsTest extends ExitsCase {
  private boolean admitsAnyway(Destination way) {
    return exits.admitsAnyway(way, time.nanoTime());
  }

  @Test
  void restsAfterThreeFailuresInARow() {
    fail(one, 2);
    exits.connected(one);
    fail(one, 2);
    assertTrue(exits.calm() && admits(one));
    fail(one, 1);
    assertFalse(exits.calm());
    assertFalse(admits(one));
    assertTrue(admits(two));
  }

  @Test
  void anAnswerEndsARowOfFailures() {
    fail(one, 2);
    settle(0, one, KeyVerdict.SUCCESS);
    fail(one, 2);
    assertTrue(admits(one));
  }

  @Test
  void restsAtOnceWhenCredentialsAreRefused() {
    exits.failed(one, FaultKind.EGRESS_AUTH);
    assertFalse(admits(one));
    assertEquals("egress_auth", figure(one).reason());
  }

  @ParameterizedTest
  @EnumSource(
      value = FaultKind.class,
      mode = Mode.EXCLUDE,
      names = {"EGRESS_CONNECT", "EGRESS_AUTH", "EGRESS_REFUSED", "TLS"})
  void isNotBlamedForWhatIsNotItsOwn(FaultKind kind) {
    for (int i = 0; i < 10; i++) {
      exits.failed(one, kind);
      exits.checkFailed(one, kind);
    }
    assertTrue(exits.calm());
  }

  @Test
  void climbsALadderByTrialsThatFailUpToFiveMinutes() {
    fail(one, 3);
    for (int seconds : new int[] {1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300}) {
      assertEquals(Duration.ofSeconds(seconds).toNanos(), exits.restNanos(one));
      fail(one, 5); // on their way when it went
      time.advance(Duration.ofSeconds(seconds).minusNanos(1));
      assertFalse(exits.mayAdmit(one) || admits(one));
      time.advance(Duration.ofNanos(1));
      assertEquals(ExitFigure.State.TRIAL, figure(one).state());
      assertTrue(exits.mayAdmit(one) && admits(one));
      assertFalse(exits.mayAdmit(one) || admits(one), "one trial");
      fail(one, 1);
    }
    exits.connected(one);
    assertTrue(exits.calm() && admits(one) && admits(one));
    fail(one, 3);
    assertEquals(Duration.ofSeconds(1).toNanos(), exits.restNanos(one));
  }

  @Test
  void aTrialThatTellsNothingMakesRoomForAnother() {
    fail(one, 3);
    time.advance(Duration.ofSeconds(1));
    assertTrue(admits(one));
    exits.release(one, time.nanoTime());
    assertTrue(admits(one));
    settle(0, one, KeyVerdict.UNDECIDED);
    assertTrue(admits(one));
    time.advance(Duration.ofSeconds(30));
    assertTrue(admits(one));
  }

  @Test
  void aTrialIsNotGivenBackByOneWhoHeldItBeforeAnother() {
    fail(one, 3);
    time.advance(Duration.ofSeconds(1));
    long first = time.nanoTime();
    assertTrue(admits(one));
    time.advance(Duration.ofSeconds(30));
    assertTrue(admits(one));
    exits.release(one, first);
    exits.settle(one, lease(0), KeyVerdict.UNDECIDED, first);
    exits.settle(one, lease(0), BARE, first);
    assertFalse(admits(one), "another holds it");
    exits.settle(one, lease(0), KeyVerdict.UNDECIDED, time.nanoTime());
    assertTrue(admits(one));
  }

  @Test
  void aCheckThatFailsStartsARestAndBeginsARunningOneAnew() {
    exits.checkFailed(one, FaultKind.EGRESS_CONNECT);
    assertEquals(Duration.ofSeconds(1).toNanos(), exits.restNanos(one));
    time.advance(Duration.ofMillis(600));
    exits.checkFailed(one, FaultKind.EGRESS_REFUSED);
    assertEquals(Duration.ofSeconds(1).toNanos(), exits.restNanos(one));
    assertEquals("egress_refused", figure(one).reason());
    time.advance(Duration.ofSeconds(1));
    exits.checkBegins(one);
    assertFalse(admits(one), "the check is the trial");
    exits.checkFailed(one, FaultKind.EGRESS_CONNECT);
    assertEquals(Duration.ofSeconds(2).toNanos(), exits.restNanos(one));
    exits.connected(one);
    assertTrue(exits.calm());
  }

  @Test
  void unprovenAreThoseThatRestOrAreNotUsed() {
    Duration half = Duration.ofSeconds(30);
    assertEquals(List.of(), exits.unproven(half));
    time.advance(half);
    assertEquals(List.of(one, two), exits.unproven(half));
    settle(0, one, KeyVerdict.SUCCESS);
    exits.connected(two);
    assertEquals(List.of(), exits.unproven(half));
    fail(two, 3);
    assertEquals(List.of(two), exits.unproven(half));
  }

  @Test
  void whereNoOtherWayIsLeftAFewMayGoAnyway() {
    fail(one, 3);
    fail(two, 3);
    assertTrue(admitsAnyway(one));
    assertFalse(admitsAnyway(one));
    assertTrue(admitsAnyway(two));
    time.advance(Duration.ofMillis(100));
    assertTrue(admitsAnyway(one));
    assertFalse(admitsAnyway(one));
    settle(0, one, KeyVerdict.SUCCESS);
    assertTrue(admits(one), "an answer ends the rest, though its time is not over");
  }

  @Test
  void aDirectWayNeverRests() {
    Destination direct = new Destination(TargetConfig.STANDARD, null);
    exits.know(ring(group("g", List.of(), null)));
    for (int i = 0; i < 8; i++) {
      exits.failed(direct, FaultKind.EGRESS_CONNECT);
      exits.checkFailed(direct, FaultKind.EGRESS_AUTH);
      assertFalse(refuse(i, direct));
      settle(i, direct, LOCATION);
    }
    assertTrue(exits.calm() && admits(direct));
    assertEquals(List.of(), exits.figures());
  }

  @Test
  void figuresShowStateTimesAndKeysButNoPassword() {
    fail(one, 3);
    ExitFigure resting = figure(one);
    assertEquals(ExitFigure.State.COOLING, resting.state());
    assertEquals("egress_connect", resting.reason());
    assertEquals(time.instant(), resting.since());
    assertEquals(time.instant().plusSeconds(1), resting.until());
    assertEquals(3, resting.failures());
    assertEquals(ExitFigure.State.OPEN, figure(two).state());
    assertNull(figure(two).until());
    assertEquals(8, resting.keys() + figure(two).keys());
    assertFalse(exits.figures().toString().contains("password-of"), exits.figures()::toString);
    assertFalse(exits.figures().toString().contains("user"));
  }

  @Test
  void aNewConfigurationKeepsTheStateOfExitsThatStay() {
    fail(one, 3);
    fail(two, 3);
    exits.know(ring(group("h", List.of(exit("one"), exit("three")), exit("four"))));
    assertFalse(admits(one));
    assertTrue(admits(two), "nobody's exit");
    assertEquals(List.of("one", "three", "four"), hosts());
    exits.connected(one);
    assertTrue(exits.calm());
  }

  @Test
  void aNewConfigurationAmongChangesLeavesTheCountOfThoseThatRestRight() {
    KeyRing other = ring(group("g", List.of(exit("two"), exit("three")), null));
    for (int round = 0; round < 300; round++) {
      IntStream.range(0, 12)
          .parallel()
          .forEach(
              i -> {
                switch (i % 4) {
                  case 0 -> exits.know(i % 8 == 0 ? ring : other);
                  case 1 -> exits.failed(one, FaultKind.EGRESS_AUTH);
                  case 2 -> exits.failed(two, FaultKind.EGRESS_AUTH);
                  default -> exits.connected(i % 8 == 3 ? one : two);
                }
              });
      boolean resting =
          exits.figures().stream().anyMatch(each -> each.state() != ExitFigure.State.OPEN);
      assertEquals(!resting, exits.calm(), "round " + round);
    }
  }

  private List<String> hosts() {
    return exits.figures().stream().map(each -> each.exit().replaceAll(".*@|:1080", "")).toList();
  }

  @Test
  void manyThreadsGetOneTrial() {
    fail(one, 3);
    time.advance(Duration.ofSeconds(1));
    AtomicInteger trials = new AtomicInteger();
    IntStream.range(0, 10_000).parallel().forEach(i -> trials.addAndGet(admits(one) ? 1 : 0));
    assertEquals(1, trials.get());
    IntStream.range(0, 10_000)
        .parallel()
        .forEach(
            i -> {
              if (i % 2 == 0) {
                exits.failed(one, FaultKind.EGRESS_AUTH);
              } else {
                exits.connected(one);
              }
            });
    exits.connected(one);
    assertTrue(exits.calm(), "the count of those that rest is right");
  }
}
