package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.BreakerConfig;
import io.geminirelay.flow.keys.CircuitBreaker.State;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();
  private final CircuitBreaker breaker =
      new CircuitBreaker(new BreakerConfig(5, Duration.ofMinutes(1), 3, 2));

  private boolean admits(long now) {
    return breaker.admit(now) != CircuitBreaker.REFUSED;
  }

  private void fail(int times) {
    int permit = breaker.admit(0);
    for (int i = 0; i < times; i++) {
      breaker.failure(permit, 0, true);
    }
  }

  @Test
  void refusesAfterFailuresInARowOnly() {
    fail(4);
    breaker.success(breaker.admit(0));
    fail(4);
    assertTrue(admits(0));
    fail(1);
    assertEquals(State.REFUSING, breaker.state());
    assertFalse(admits(MINUTE - 1));
    assertEquals(1, breaker.waitNanos(MINUTE - 1));
  }

  @Test
  void isLeftAloneThoughOutcomesComeInMeanwhile() throws Exception {
    AtomicReference<CircuitBreaker> present = new AtomicReference<>(breaker);
    AtomicReference<CircuitBreaker> busyWith = new AtomicReference<>();
    AtomicBoolean over = new AtomicBoolean();
    Thread traffic =
        new Thread(
            () -> {
              while (!over.get()) {
                CircuitBreaker one = present.get();
                one.failure(0, 0, true);
                one.success(0);
                busyWith.set(one);
              }
            });
    traffic.start();
    try {
      for (int i = 0; i < 20_000; i++) {
        CircuitBreaker next = new CircuitBreaker(new BreakerConfig(5, Duration.ofMinutes(1), 3, 2));
        present.set(next);
        while (busyWith.get() != next) {
          Thread.onSpinWait();
        }
        next.leaveAlone(MINUTE, 0);
        assertEquals(State.REFUSING, next.state());
      }
    } finally {
      over.set(true);
      traffic.join();
    }
  }

  @Test
  void probesWithFewAndAdmitsAfterEnoughSuccesses() {
    fail(5);
    int permit = breaker.admit(MINUTE);
    assertEquals(permit, breaker.admit(MINUTE));
    assertFalse(admits(MINUTE));
    breaker.success(permit);
    breaker.success(permit);
    assertEquals(State.PROBING, breaker.state());
    assertEquals(0, breaker.waitNanos(MINUTE));
    breaker.success(breaker.admit(MINUTE));
    assertEquals(State.ADMITTING, breaker.state());
  }

  @Test
  void oneFailedTrialRefusesAgainAndSilentTrialsAreGivenUp() {
    fail(5);
    breaker.failure(breaker.admit(MINUTE), MINUTE, true);
    assertFalse(admits(2 * MINUTE - 1));
    int permit = breaker.admit(2 * MINUTE);
    assertTrue(admits(2 * MINUTE));
    assertFalse(admits(2 * MINUTE + 1));
    breaker.release(permit);
    assertTrue(admits(2 * MINUTE + 1));
    assertTrue(admits(3 * MINUTE + 1));
  }

  @Test
  void whatWasAdmittedBeforeItOpenedCountsForNothingWhileItProbes() {
    int early = breaker.admit(0);
    fail(5);
    assertTrue(admits(MINUTE));
    assertTrue(admits(MINUTE));
    for (int i = 0; i < 9; i++) {
      breaker.release(early);
      breaker.success(early);
      breaker.failure(early, MINUTE, true);
    }
    assertEquals(State.PROBING, breaker.state());
    assertFalse(admits(MINUTE));
  }

  @Test
  void trialsThatReportLateStillHeal() {
    fail(5);
    int permit = breaker.admit(MINUTE);
    assertTrue(admits(MINUTE));
    assertTrue(admits(2 * MINUTE));
    breaker.success(permit);
    breaker.success(permit);
    breaker.success(permit);
    assertEquals(State.ADMITTING, breaker.state());
    breaker.failure(permit, 0, true);
    fail(4);
    assertEquals(State.ADMITTING, breaker.state());
  }

  @Test
  void manyThreadsGetNoMoreTrialsThanAreLeft() {
    fail(5);
    for (int round = 1; round <= 20; round++) {
      long now = round * MINUTE;
      long admitted = IntStream.range(0, 2_000).parallel().filter(i -> admits(now)).count();
      assertEquals(2, admitted);
    }
  }
}
