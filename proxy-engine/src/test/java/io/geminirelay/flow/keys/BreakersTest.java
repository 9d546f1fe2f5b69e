package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.geminirelay.base.config.BreakerConfig;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.config.UpstreamProtocol;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.flow.keys.verdict.KeyVerdict;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Effect;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Next;
import io.geminirelay.flow.keys.verdict.UpstreamOutcome;
import io.geminirelay.flow.keys.verdict.VerdictReader;
import io.geminirelay.testing.FakeTime;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BreakersTest {
  private static final TargetConfig TARGET = TargetConfig.STANDARD;
  private static final TargetConfig OTHER =
      new TargetConfig(true, "other.test", 443, "", UpstreamProtocol.AUTO, null);
  private static final KeyVerdict OVERLOADED = verdict(Effect.MODEL_OVERLOADED);

  private final FakeTime time = new FakeTime();
  private final Breakers breakers =
      new Breakers(new BreakerConfig(5, Duration.ofMinutes(1), 3, 2), time);

  private static KeyVerdict verdict(Effect effect) {
    return KeyVerdict.of(effect, Next.NEXT_KEY, "x");
  }

  private boolean admits(TargetConfig target, String model) {
    long permit = breakers.admit(target, model);
    if (permit != Breakers.REFUSED) {
      breakers.settle(target, model, permit, KeyVerdict.UNDECIDED);
    }
    return permit != Breakers.REFUSED;
  }

  /** What the gateway or its client ended is no answer of the target's. */
  @ParameterizedTest
  @EnumSource(
      value = FaultKind.class,
      names = {"POOL_EXHAUSTED", "INTERNAL", "DEADLINE", "CLIENT_GONE", "OVERLOADED", "DRAINING"})
  void whatEndedWithinTheGatewayCountsForNothing(FaultKind kind) {
    UpstreamOutcome outcome = new UpstreamOutcome.Failed(Fault.of(kind, "x"), false);
    KeyVerdict verdict =
        VerdictReader.judge(
            outcome, io.geminirelay.base.config.KeysConfig.RateLimitBehavior.QUOTA_AWARE);
    assertEquals(kind.reason(), verdict.reason());
    KeyVerdict told = VerdictReader.ofTarget(outcome, verdict);
    end("m", verdict(Effect.TARGET_FAILURE), 4);
    end("m", told, 1);
    end("m", verdict(Effect.TARGET_FAILURE), 1);
    assertEquals(CircuitBreaker.State.REFUSING, breakers.of(TARGET).state());
    time.advance(Duration.ofMinutes(1));
    end("m", told, 5);
    assertEquals(CircuitBreaker.State.PROBING, breakers.of(TARGET).state());
  }

  private void end(String model, KeyVerdict verdict, int times) {
    for (int i = 0; i < times; i++) {
      long permit = breakers.admit(TARGET, model);
      assertNotEquals(Breakers.REFUSED, permit);
      breakers.settle(TARGET, model, permit, verdict);
    }
  }

  @Test
  void anOverloadedModelIsLeftAloneWhileOthersGoOn() {
    end("a", OVERLOADED, 5);
    assertEquals(false, admits(TARGET, "a"));
    assertEquals(Duration.ofMinutes(1).toNanos(), breakers.waitNanos(TARGET, "a"));
    assertEquals(true, admits(TARGET, "b"));
    assertEquals(true, admits(OTHER, "a"));
    assertEquals(0, breakers.waitNanos(TARGET, "b"));
    assertEquals(CircuitBreaker.State.ADMITTING, breakers.of(TARGET).state());
    end("b", KeyVerdict.SUCCESS, 5);
    assertEquals(false, admits(TARGET, "a"));
    time.advance(Duration.ofMinutes(1));
    end("a", KeyVerdict.SUCCESS, 3);
    end("a", OVERLOADED, 4);
    assertEquals(true, admits(TARGET, "a"));
  }

  @Test
  void aFailingTargetIsLeftAloneWithAllItsModels() {
    end("a", verdict(Effect.SERVER_FAILURE), 3);
    end("b", verdict(Effect.TARGET_FAILURE), 2);
    assertEquals(false, admits(TARGET, "a"));
    assertEquals(false, admits(TARGET, "c"));
    assertEquals(true, admits(OTHER, "a"));
  }

  /** What a key, a bucket, an exit or a client is to blame for. */
  @ParameterizedTest
  @EnumSource(
      value = Effect.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"SERVER_FAILURE", "TARGET_FAILURE", "MODEL_OVERLOADED"})
  void nothingElseOpensABreaker(Effect effect) {
    end("a", verdict(effect), 50);
    assertEquals(CircuitBreaker.State.ADMITTING, breakers.of(TARGET).state());
    end("a", OVERLOADED, 4);
    end("a", verdict(effect), 50);
    assertEquals(true, admits(TARGET, "a"));
    end("a", OVERLOADED, effect == Effect.SUCCESS ? 5 : 1);
    assertEquals(false, admits(TARGET, "a"));
  }

  @Test
  void aRefusedModelTakesNoTrialOfTheTarget() {
    end("a", OVERLOADED, 5);
    time.advance(Duration.ofSeconds(1));
    end("b", verdict(Effect.SERVER_FAILURE), 5);
    time.advance(Duration.ofMinutes(1).minusNanos(1));
    assertEquals(false, admits(TARGET, "b"));
    time.advance(Duration.ofNanos(1));
    long one = breakers.admit(TARGET, "a");
    breakers.settle(TARGET, "a", one, OVERLOADED);
    for (int i = 0; i < 9; i++) {
      assertEquals(Breakers.REFUSED, breakers.admit(TARGET, "a"));
    }
    assertNotEquals(Breakers.REFUSED, breakers.admit(TARGET, "b"));
    assertNotEquals(Breakers.REFUSED, breakers.admit(TARGET, "b"));
    assertEquals(Breakers.REFUSED, breakers.admit(TARGET, "b"));
  }

  @Test
  void whatWasSentBeforeItOpenedIsNoTrial() {
    long[] early = IntStream.range(0, 20).mapToLong(i -> breakers.admit(TARGET, "a")).toArray();
    end("a", OVERLOADED, 5);
    time.advance(Duration.ofMinutes(1));
    long first = breakers.admit(TARGET, "a");
    assertNotEquals(Breakers.REFUSED, breakers.admit(TARGET, "a"));
    for (long permit : early) {
      breakers.settle(TARGET, "a", permit, KeyVerdict.SUCCESS);
    }
    assertEquals(Breakers.REFUSED, breakers.admit(TARGET, "a"));
    breakers.settle(TARGET, "a", first, KeyVerdict.SUCCESS);
    assertNotEquals(Breakers.REFUSED, breakers.admit(TARGET, "a"));
    assertEquals(Breakers.REFUSED, breakers.admit(TARGET, "a"));
  }

  @Test
  void manyThreadsGetNoMoreTrialsThanAllowed() {
    end("a", OVERLOADED, 5);
    time.advance(Duration.ofMinutes(1));
    long got =
        IntStream.range(0, 5_000)
            .parallel()
            .filter(i -> breakers.admit(TARGET, "a") != Breakers.REFUSED)
            .count();
    assertEquals(2, got);
  }
}
