package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.BreakerConfig;
import io.geminirelay.flow.keys.CircuitBreaker.State;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();
  private final CircuitBreaker breaker =
      new CircuitBreaker(new BreakerConfig(5, Duration.ofMinutes(1), 3, 2));

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      breaker.failure(0);
    }
  }

  @Test
  void refusesAfterFailuresInARowOnly() {
    fail(4);
    breaker.success();
    fail(4);
    assertTrue(breaker.tryAdmit(0));
    fail(1);
    assertEquals(State.REFUSING, breaker.state());
    assertFalse(breaker.tryAdmit(MINUTE - 1));
    assertEquals(1, breaker.waitNanos(MINUTE - 1));
  }

  @Test
  void probesWithFewAndAdmitsAfterEnoughSuccesses() {
    fail(5);
    assertTrue(breaker.tryAdmit(MINUTE));
    assertTrue(breaker.tryAdmit(MINUTE));
    assertFalse(breaker.tryAdmit(MINUTE));
    breaker.success();
    breaker.success();
    assertEquals(State.PROBING, breaker.state());
    assertTrue(breaker.tryAdmit(MINUTE));
    breaker.success();
    assertEquals(State.ADMITTING, breaker.state());
  }

  @Test
  void oneFailedTrialRefusesAgainAndSilentTrialsAreGivenUp() {
    fail(5);
    assertTrue(breaker.tryAdmit(MINUTE));
    breaker.failure(MINUTE);
    assertFalse(breaker.tryAdmit(2 * MINUTE - 1));
    assertTrue(breaker.tryAdmit(2 * MINUTE));
    assertTrue(breaker.tryAdmit(2 * MINUTE));
    assertFalse(breaker.tryAdmit(2 * MINUTE + 1));
    breaker.release();
    assertTrue(breaker.tryAdmit(2 * MINUTE + 1));
    assertTrue(breaker.tryAdmit(3 * MINUTE + 1));
  }
}
