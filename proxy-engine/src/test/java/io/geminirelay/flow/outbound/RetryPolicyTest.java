package io.geminirelay.flow.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.KeysConfig.RateLimitBehavior;
import io.geminirelay.base.config.OutboundConfig;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.flow.keys.KeySelector;
import io.geminirelay.flow.keys.verdict.ErrorBody;
import io.geminirelay.flow.keys.verdict.KeyVerdict;
import io.geminirelay.flow.keys.verdict.UpstreamOutcome;
import io.geminirelay.flow.keys.verdict.VerdictReader;
import io.geminirelay.flow.outbound.RetryDecision.Action;
import io.geminirelay.flow.outbound.RetryPolicy.Situation;
import io.geminirelay.testing.FakeTime;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
  private static final Duration T = Duration.ofSeconds(10);
  private static final OutboundConfig CONFIG =
      new OutboundConfig(
          T,
          T,
          T,
          T,
          T,
          4,
          2,
          1 << 20,
          0.2,
          3,
          new OutboundConfig.PoolConfig(1, 1, 1, T, T),
          Duration.ZERO,
          Duration.ZERO,
          List.of());
  private static final Situation FREE = new Situation(false, true, T.toNanos());

  private final FakeTime time = new FakeTime();
  private final RetryBudget budget = new RetryBudget(CONFIG, time);
  private final RetryPolicy policy = new RetryPolicy(CONFIG, budget, new Random(1));
  private final AttemptCount count = new AttemptCount();

  private static KeyVerdict status(int status) {
    return VerdictReader.judge(
        new UpstreamOutcome.Refused(status, ErrorBody.EMPTY, false), RateLimitBehavior.QUOTA_AWARE);
  }

  @Test
  void refusedKeysLeadToOthersForFreeUntilTheCap() {
    for (int i = 0; i < 3; i++) {
      count.withOther();
      assertEquals(Action.OTHER_KEY, policy.decide(status(429), count, FREE).action());
    }
    count.withOther();
    assertEquals("max_attempts", policy.decide(status(429), count, FREE).reason());
    assertTrue(budget.tryRepeat() && budget.tryRepeat() && budget.tryRepeat());
  }

  @Test
  void serverErrorsRepeatWithTheKeyThenWithAnother() {
    count.withOther();
    RetryDecision first = policy.decide(status(500), count, FREE);
    assertEquals(Action.SAME_KEY, first.action());
    assertTrue(first.delayNanos() >= 100_000_000L && first.delayNanos() < 200_000_000L);
    count.again();
    assertEquals(Action.SAME_KEY, policy.decide(status(500), count, FREE).action());
    count.again();
    assertEquals(Action.OTHER_KEY, policy.decide(status(500), count, FREE).action());
    assertEquals("retry_budget", policy.decide(status(502), count, FREE).reason());
  }

  @Test
  void overloadIsTriedTwiceMoreAndThenTold() {
    for (int i = 0; i < 2; i++) {
      count.withOther();
      assertEquals(Action.OTHER_KEY, policy.decide(status(503), count, FREE).action());
      count.overloaded();
    }
    assertEquals("overload_repeats", policy.decide(status(503), count, FREE).reason());
  }

  @Test
  void givesUpWhenNothingMayBeRepeated() {
    count.withOther();
    KeyVerdict limited = status(429);
    assertEquals("committed", policy.decide(limited, count, new Situation(true, true, 1)).reason());
    assertEquals(
        "body_not_kept", policy.decide(limited, count, new Situation(false, false, 1)).reason());
    assertEquals("deadline", policy.decide(limited, count, new Situation(false, true, 0)).reason());
    assertEquals(Action.GIVE_UP, policy.decide(status(404), count, FREE).action());
  }

  @Test
  void tellsWhenKeysComeBack() {
    assertEquals(FaultKind.NO_KEY, RetryPolicy.outOfKeys(KeySelector.NEVER).kind());
    assertEquals(2, RetryPolicy.outOfKeys(1_000_000_001L).retryAfterSeconds());
  }

  @Test
  void budgetIsAShareOfRecentRequestsWithAFloor() {
    for (int i = 0; i < 100; i++) {
      budget.request();
    }
    assertEquals(20, taken());
    time.advance(Duration.ofSeconds(1));
    assertEquals(3, taken());
    time.advance(Duration.ofSeconds(20));
    assertEquals(3, taken());
  }

  private int taken() {
    int taken = 0;
    while (taken < 1_000 && budget.tryRepeat()) {
      taken++;
    }
    assertFalse(budget.tryRepeat());
    return taken;
  }
}
