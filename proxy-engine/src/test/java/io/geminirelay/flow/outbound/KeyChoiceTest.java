package io.geminirelay.flow.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.geminirelay.base.config.BreakerConfig;
import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.config.GroupConfig.KeyConfig;
import io.geminirelay.base.config.KeysConfig;
import io.geminirelay.base.config.OutboundConfig;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.flow.keys.Breakers;
import io.geminirelay.flow.keys.Exits;
import io.geminirelay.flow.keys.KeyLease;
import io.geminirelay.flow.keys.KeyRing;
import io.geminirelay.flow.keys.verdict.ErrorBody;
import io.geminirelay.flow.keys.verdict.KeyVerdict;
import io.geminirelay.flow.keys.verdict.UpstreamOutcome;
import io.geminirelay.flow.keys.verdict.VerdictReader;
import io.geminirelay.testing.FakeTime;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a choice holds, and that nothing of it is left when no use is made of it. */
class KeyChoiceTest {
  private static final TargetConfig TARGET = TargetConfig.STANDARD;
  private static final KeysConfig.RateLimitBehavior AWARE =
      KeysConfig.RateLimitBehavior.QUOTA_AWARE;
  private static final KeyVerdict OVERLOADED =
      VerdictReader.judge(new UpstreamOutcome.Refused(503, ErrorBody.EMPTY, false), AWARE);
  private static final KeyVerdict SPENT =
      VerdictReader.judge(new UpstreamOutcome.Refused(429, ErrorBody.EMPTY, false), AWARE);

  private final FakeTime time = new FakeTime();
  private final KeyRing ring = ring(3, time);
  private final Breakers breakers =
      new Breakers(new BreakerConfig(2, Duration.ofMinutes(1), 1, 1), time);
  private final Outbound outbound =
      new Outbound(
          ring,
          breakers,
          new WaitingRoom(
              KeysConfig.STANDARD, ring, breakers, time, ImmediateEventExecutor.INSTANCE),
          new Exits(time),
          AWARE,
          null,
          null,
          null,
          OutboundConfig.STANDARD,
          time,
          null);

  private static KeyRing ring(int keys, FakeTime time) {
    List<KeyConfig> configs =
        IntStream.range(0, keys)
            .mapToObj(i -> new KeyConfig(Secret.of("key-" + i), null, 1, null))
            .toList();
    GroupConfig group = new GroupConfig("g", TARGET, List.of(), Map.of(), configs, null, Map.of());
    return KeyRing.of(List.of(group), KeysConfig.STANDARD, time, new Random(1));
  }

  static Choice someChoice() {
    var key = ring(1, new FakeTime()).groups().get(0).keys().get(0);
    return new Choice(key, key.destination(), false);
  }

  private KeyChoice keys() {
    Exchange exchange =
        new Exchange("id", new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/"), 0);
    exchange.model("m");
    return new KeyChoice(exchange, outbound, new AttemptCount());
  }

  private void open() {
    for (int i = 0; i < 2; i++) {
      breakers.settle(TARGET, "m", breakers.admit(TARGET, "m"), OVERLOADED);
    }
  }

  @Test
  void aForgottenChoiceGivesTheBreakersTrialBack() {
    open();
    time.advance(Duration.ofMinutes(1));
    KeyChoice holder = keys();
    Choice choice = holder.next();
    assertNotNull(choice);
    assertNull(keys().next());
    holder.forget(choice);
    assertNotNull(keys().next());
  }

  @Test
  void aForgottenChoiceGivesTheKeysTrialBack() {
    KeyLease lease = new KeyLease();
    var demand = keys().demand();
    var tried = new io.geminirelay.flow.keys.TriedKeys();
    var key = ring.selector().select(demand, tried, lease);
    ring.settle(lease, SPENT);
    time.advance(Duration.ofSeconds(1));
    KeyChoice holder = keys();
    Choice trial = holder.next();
    assertSame(key, trial.key());
    for (int i = 0; i < 6; i++) {
      KeyChoice other = keys();
      assertEquals(false, other.next().key() == key);
    }
    holder.forget(trial);
    assertSame(key, keys().next().key());
  }

  @Test
  void aClosedModelIsSaidToBeClosedWithoutTakingAnyKeysTrial() {
    open();
    KeyChoice refused = keys();
    assertNull(refused.next());
    assertEquals(FaultKind.BREAKER_OPEN, refused.fault().kind());
    assertEquals(60, refused.fault().retryAfterSeconds());
    assertEquals(0, ring.selector().waitNanos(refused.demand()));
  }

  @Test
  void theSameKeyAgainNeedsTheBreakersConsentToo() {
    KeyChoice holder = keys();
    Choice choice = holder.next();
    open();
    assertNull(holder.again(choice, false));
    time.advance(Duration.ofMinutes(1));
    assertSame(choice.key(), holder.again(choice, true).key());
    assertNull(keys().next());
    holder.forget(choice);
    assertNotNull(keys().next());
  }
}
