package io.geminirelay.flow.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.BreakerConfig;
import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.config.GroupConfig.KeyConfig;
import io.geminirelay.base.config.GroupConfig.QuotaLimits;
import io.geminirelay.base.config.KeysConfig;
import io.geminirelay.base.config.OutboundConfig;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.flow.keys.Breakers;
import io.geminirelay.flow.keys.Exits;
import io.geminirelay.flow.keys.KeyRing;
import io.geminirelay.flow.keys.KeyVerdict;
import io.geminirelay.testing.FakeTime;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Waits for a key, with the room's thread and the client's loop run by hand. */
class KeyWaitTest {
  private static final TargetConfig TARGET = TargetConfig.STANDARD;

  private final FakeTime time = new FakeTime();
  private final EmbeddedChannel owner = new EmbeddedChannel();
  private final EmbeddedChannel client = new EmbeddedChannel();
  private final List<KeyWait.Turn> over = new ArrayList<>();
  private final Breakers breakers =
      new Breakers(new BreakerConfig(2, Duration.ofMinutes(1), 1, 1), time);

  private static GroupConfig group(
      String name, TargetConfig target, int keys, Map<String, QuotaLimits> limits) {
    List<KeyConfig> configs =
        IntStream.range(0, keys)
            .mapToObj(i -> new KeyConfig(Secret.of(name + "-key-" + i), null, 1, null))
            .toList();
    return new GroupConfig(name, target, List.of(), Map.of(), configs, null, limits);
  }

  private Outbound outbound(GroupConfig... groups) {
    owner.freezeTime();
    KeyRing ring = KeyRing.of(List.of(groups), KeysConfig.STANDARD, time, new Random(1));
    WaitingRoom room = new WaitingRoom(waitsLong(), ring, breakers, time, owner.eventLoop());
    return new Outbound(
        ring,
        breakers,
        room,
        new Exits(time),
        KeysConfig.RateLimitBehavior.QUOTA_AWARE,
        null,
        null,
        null,
        OutboundConfig.STANDARD,
        time,
        null);
  }

  private static KeysConfig waitsLong() {
    KeysConfig plain = KeysConfig.STANDARD;
    return new KeysConfig(
        plain.behavior(),
        plain.resetTime(),
        plain.resetZone(),
        plain.maxFailures(),
        plain.temporaryBlock(),
        Duration.ofSeconds(90),
        100);
  }

  private Exchange exchange(long tokens) {
    Exchange exchange =
        new Exchange(
            "id",
            new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/"),
            time.nanoTime());
    exchange.model("m");
    exchange.inputTokens(tokens);
    return exchange;
  }

  /** Lets {@code millis} go by in steps of the room's pause. */
  private void pass(long millis) {
    for (long at = 0; at < millis; at += 2) {
      time.advance(Duration.ofMillis(2));
      owner.advanceTimeBy(2, TimeUnit.MILLISECONDS);
      owner.runPendingTasks();
      client.runPendingTasks();
    }
  }

  private KeyWait begin(Outbound outbound, KeyChoice keys, long tokens) {
    KeyWait wait = new KeyWait(client, exchange(tokens), outbound, over::add);
    assertTrue(wait.begin(keys, TimeUnit.SECONDS.toNanos(90), time.nanoTime()));
    return wait;
  }

  // ---- room that comes back without a change of any key's state ----

  private static Outbound served(Outbound outbound, KeyChoice keys) {
    assertNotNull(keys.next());
    keys.lease().sent();
    outbound.keys().settle(keys.lease(), KeyVerdict.SUCCESS);
    return outbound;
  }

  @Test
  void servesWhoWaitsOnceTheCountShowsThatTheGuessWasTooHigh() {
    Outbound outbound = outbound(group("g", TARGET, 1, tokensPerMinute(1000)));
    KeyChoice first = new KeyChoice(exchange(900), outbound, new AttemptCount());
    served(outbound, first);
    KeyChoice second = new KeyChoice(exchange(900), outbound, new AttemptCount());
    assertNull(second.next());
    begin(outbound, second, 900);
    pass(1000);
    assertEquals(0, over.size());
    first.counted(10);
    pass(1000);
    assertEquals(1, over.size());
    assertNotNull(over.get(0).adoptedBy(second));
  }

  @Test
  void servesWhoWaitsOnceAnotherLeavesWithWhatItHadDrawn() {
    Outbound outbound = outbound(group("g", TARGET, 1, tokensPerMinute(1000)));
    KeyChoice first = new KeyChoice(exchange(900), outbound, new AttemptCount());
    Choice pausing = first.next();
    assertNotNull(pausing);
    KeyChoice second = new KeyChoice(exchange(900), outbound, new AttemptCount());
    assertNull(second.next());
    begin(outbound, second, 900);
    pass(1000);
    assertEquals(0, over.size());
    first.forget(pausing);
    pass(1000);
    assertEquals(1, over.size());
    assertNotNull(over.get(0).adoptedBy(second));
  }

  private static Map<String, QuotaLimits> tokensPerMinute(long tokens) {
    return Map.of("*", new QuotaLimits(0, tokens, 0));
  }
}
