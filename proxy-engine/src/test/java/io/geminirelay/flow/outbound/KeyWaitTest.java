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
import io.geminirelay.base.config.UpstreamProtocol;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.Breakers;
import io.geminirelay.flow.keys.Demand;
import io.geminirelay.flow.keys.Exits;
import io.geminirelay.flow.keys.KeyLease;
import io.geminirelay.flow.keys.KeyRing;
import io.geminirelay.flow.keys.TriedKeys;
import io.geminirelay.flow.keys.verdict.ErrorBody;
import io.geminirelay.flow.keys.verdict.KeyVerdict;
import io.geminirelay.flow.keys.verdict.UpstreamOutcome;
import io.geminirelay.flow.keys.verdict.VerdictReader;
import io.geminirelay.testing.FakeTime;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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
        100,
        Set.of());
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

  // ---- what a search that finds nothing must not do ----

  private static KeyVerdict refused(int status) {
    return VerdictReader.judge(
        new UpstreamOutcome.Refused(status, ErrorBody.EMPTY, false),
        KeysConfig.RateLimitBehavior.QUOTA_AWARE);
  }

  /**
   * Every key was refused: those of {@code first} two seconds ago, so that a trial of each is due.
   */
  private void refuseAll(Outbound outbound, String first) {
    TriedKeys tried = new TriedKeys();
    Map<Boolean, List<KeyLease>> leases = new HashMap<>(Map.of(true, new ArrayList<>()));
    leases.put(false, new ArrayList<>());
    Demand any = new Demand("m", List.of(), 10);
    KeyLease lease = new KeyLease();
    for (ApiKey key = select(outbound, any, tried, lease); key != null; ) {
      tried.add(key);
      leases.get(key.group().equals(first)).add(lease);
      lease = new KeyLease();
      key = select(outbound, any, tried, lease);
    }
    leases.get(true).forEach(each -> outbound.keys().settle(each, refused(429)));
    time.advance(Duration.ofSeconds(2));
    leases.get(false).forEach(each -> outbound.keys().settle(each, refused(429)));
  }

  private static ApiKey select(Outbound outbound, Demand any, TriedKeys tried, KeyLease lease) {
    return outbound.keys().selector().select(any, tried, lease);
  }

  @Test
  void takesNoTrialOfAKeyWhoseTargetIsClosed() {
    TargetConfig other =
        new TargetConfig(true, "other.example", 443, "", UpstreamProtocol.AUTO, null);
    Outbound outbound = outbound(group("a", TARGET, 5, Map.of()), group("b", other, 1, Map.of()));
    for (int i = 0; i < 2; i++) {
      breakers.settle(TARGET, "m", breakers.admit(TARGET, "m"), refused(503));
    }
    refuseAll(outbound, "a");
    AtomicInteger changes = new AtomicInteger();
    outbound
        .keys()
        .onChange(
            () -> {
              changes.incrementAndGet();
              outbound.room().stir();
            });
    KeyChoice keys = new KeyChoice(exchange(10), outbound, new AttemptCount());
    begin(outbound, keys, 10);
    pass(500);
    assertEquals(0, changes.get());
    assertEquals(0, over.size());
    pass(1000);
    assertEquals(1, over.size());
    assertEquals("b", over.get(0).adoptedBy(keys).key().group());
  }

  private static Map<String, QuotaLimits> tokensPerMinute(long tokens) {
    return Map.of("*", new QuotaLimits(0, tokens, 0));
  }
}
