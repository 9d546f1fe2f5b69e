package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.config.GroupConfig.KeyConfig;
import io.geminirelay.base.config.KeysConfig;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.config.UpstreamProtocol;
import io.geminirelay.flow.keys.verdict.KeyVerdict;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Effect;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Next;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Rest;
import io.geminirelay.testing.FakeTime;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class KeyRingTest {
  private static final TargetConfig TARGET =
      new TargetConfig(true, "example.test", 443, "", UpstreamProtocol.AUTO, null);
  private static final KeyVerdict BARE =
      KeyVerdict.cool("rate_limited", Rest.LADDER, Duration.ZERO, "");
  private static final KeyVerdict DAY =
      KeyVerdict.cool("quota_per_day", Rest.UNTIL_RESET, Duration.ZERO, "PerDay");
  private static final KeyVerdict BAD =
      KeyVerdict.of(Effect.MARK_INVALID, Next.NEXT_KEY, "key_invalid");
  private static final String MODEL = "m";

  private final FakeTime time = new FakeTime();

  static KeysConfig config() {
    return new KeysConfig(
        KeysConfig.RateLimitBehavior.QUOTA_AWARE,
        LocalTime.MIDNIGHT,
        ZoneId.of("America/Los_Angeles"),
        5,
        Duration.ofMinutes(5),
        Duration.ZERO,
        1,
        Set.of());
  }

  static GroupConfig group(String name, int keys, List<String> models, String project) {
    List<KeyConfig> configs = new ArrayList<>();
    for (int i = 0; i < keys; i++) {
      configs.add(new KeyConfig(Secret.of(name + "-key-" + i), project, 1, null));
    }
    Map<String, String> aliases = new LinkedHashMap<>();
    models.forEach(model -> aliases.put(model, model));
    return new GroupConfig(name, TARGET, List.of(), aliases, configs, null, Map.of());
  }

  private KeyRing ring(GroupConfig... groups) {
    return KeyRing.of(List.of(groups), config(), time, new Random(1));
  }

  private static Demand asking(String model) {
    return new Demand(model, List.of(), 0);
  }

  private static ApiKey pick(KeyRing ring) {
    return ring.selector().select(asking(MODEL), new TriedKeys(), new KeyLease());
  }

  @Test
  void givesEveryUsableKeyTheSameShareWhileOthersRest() {
    KeyRing ring = ring(group("g", 100, List.of(), null));
    for (int i = 0; i < 50; i++) {
      ring.settle(ring.groups().get(0).keys().get(i), MODEL, DAY);
    }
    Map<ApiKey, Integer> counts = new HashMap<>();
    for (int i = 0; i < 5_000; i++) {
      counts.merge(pick(ring), 1, Integer::sum);
    }
    assertEquals(50, counts.size());
    counts.values().forEach(count -> assertEquals(100, count));
  }

  @Test
  void aConfigurationPutsKeysAsideAndTakesThemBack() {
    GroupConfig group = group("g", 2, List.of(), null);
    KeysConfig off = putAside(Set.of(group.keys().get(0).key().fingerprint()));
    KeyRing first = KeyRing.of(List.of(group), off, time, new Random(1));
    ApiKey aside = first.groups().get(0).keys().get(0);
    assertEquals(KeyState.Status.DISABLED, aside.state().status());
    for (int i = 0; i < 4; i++) {
      assertEquals("g", pick(first).group());
      assertEquals(2, pick(first).name().charAt(2) - '0');
    }
    KeyRing next = first.successor(List.of(group), config());
    assertEquals(KeyState.Status.AVAILABLE, aside.state().status());
    assertEquals(2, Stream.generate(() -> pick(next)).limit(4).distinct().count());
  }

  @Test
  void whatIsInNoConfigurationIsForgottenAfterItsLongestRest() {
    GroupConfig both = group("g", 2, List.of(), "team");
    GroupConfig one = group("g", 1, List.of(), null);
    KeyRing ring = KeyRing.of(List.of(both), config(), time, new Random(1));
    ApiKey stays = ring.groups().get(0).keys().get(0);
    ApiKey leaves = ring.groups().get(0).keys().get(1);
    ring = ring.successor(List.of(one), config());
    time.advance(Duration.ofHours(25));
    ring.lookAtClock();
    ring = ring.successor(List.of(both), config());
    assertSame(leaves.state(), ring.groups().get(0).keys().get(1).state(), "it may come back");
    assertSame(leaves.bucket(), ring.groups().get(0).keys().get(1).bucket());
    ring = ring.successor(List.of(one), config());
    time.advance(Duration.ofHours(27));
    ring.lookAtClock();
    ring = ring.successor(List.of(both), config());
    assertSame(stays.state(), ring.groups().get(0).keys().get(0).state());
    assertNotSame(leaves.state(), ring.groups().get(0).keys().get(1).state());
    assertNotSame(leaves.bucket(), ring.groups().get(0).keys().get(1).bucket());
  }

  static KeysConfig putAside(Set<String> fingerprints) {
    KeysConfig plain = config();
    return new KeysConfig(
        plain.behavior(),
        plain.resetTime(),
        plain.resetZone(),
        plain.maxFailures(),
        plain.temporaryBlock(),
        plain.maxWait(),
        plain.maxWaiting(),
        Set.copyOf(fingerprints));
  }

  @Test
  void prefersGroupsThatListTheModelAndObeysTheClientsGroups() {
    KeyRing ring = ring(group("a", 1, List.of(MODEL), null), group("b", 1, List.of("x"), null));
    KeySelector selector = ring.selector();
    assertEquals("a", pick(ring).group());
    assertEquals(
        "b",
        selector
            .select(new Demand(MODEL, List.of("b"), 0), new TriedKeys(), new KeyLease())
            .group());
    assertNull(
        selector.select(new Demand(MODEL, List.of("c"), 0), new TriedKeys(), new KeyLease()));
    assertEquals(KeySelector.NEVER, selector.waitNanos(new Demand(MODEL, List.of("c"), 0)));
    assertTrue(pick(ring).name().matches("a/1#[0-9a-f]{10}"));
  }

  @Test
  void whatEndedInAProjectThatWasWrittenInDoesNotComeBackWithTheNextConfiguration() {
    KeyRing ring = ring(group("g", 1, List.of(), null));
    ring.settle(ring.groups().get(0).keys().get(0), MODEL, DAY);
    KeyRing named = ring.successor(List.of(group("g", 1, List.of(), "team")), config());
    ApiKey key = named.groups().get(0).keys().get(0);
    assertFalse(key.usable(MODEL), "it comes along");
    named.reset(key);
    assertTrue(key.usable(MODEL));
    KeyRing again = named.successor(List.of(group("g", 1, List.of(), "team")), config());
    assertTrue(again.groups().get(0).keys().get(0).usable(MODEL));
  }

  @Test
  void aModelRestsAndComesBackUnderEveryNameItHasInAGroup() {
    GroupConfig plain = group("g", 1, List.of(), null);
    Map<String, String> aliases = Map.of("fast", MODEL, "quick", MODEL, "other", "x");
    KeyRing ring =
        ring(new GroupConfig("g", TARGET, List.of(), aliases, plain.keys(), null, Map.of()));
    KeySelector selector = ring.selector();
    ApiKey key = selector.select(new Demand("fast", List.of(), 0), new TriedKeys(), new KeyLease());
    assertEquals(MODEL, key.modelFor("fast"));
    assertEquals("unknown", key.modelFor("unknown"));
    ring.settle(key, key.modelFor("fast"), DAY);
    for (String name : List.of("fast", "quick", MODEL)) {
      assertNull(
          selector.select(new Demand(name, List.of(), 0), new TriedKeys(), new KeyLease()), name);
      assertTrue(selector.waitNanos(new Demand(name, List.of(), 0)) > 0, name);
    }
    assertNotNull(
        selector.select(new Demand("other", List.of(), 0), new TriedKeys(), new KeyLease()));
    time.advance(Duration.ofDays(2));
    assertEquals(
        key,
        selector.select(new Demand("quick", List.of(), 0), new TriedKeys(), new KeyLease()),
        "the one trial");
    assertNull(selector.select(new Demand("fast", List.of(), 0), new TriedKeys(), new KeyLease()));
    ring.settle(key, MODEL, KeyVerdict.SUCCESS);
    assertNotNull(
        selector.select(new Demand("fast", List.of(), 0), new TriedKeys(), new KeyLease()));
  }

  @Test
  void choosesNoKeyTwiceInAnExchange() {
    KeyRing ring = ring(group("g", 130, List.of(), null));
    TriedKeys tried = new TriedKeys();
    for (int i = 0; i < 130; i++) {
      ApiKey key = ring.selector().select(asking(MODEL), tried, new KeyLease());
      assertFalse(tried.contains(key));
      tried.add(key);
    }
    assertNull(ring.selector().select(asking(MODEL), tried, new KeyLease()));
    tried.clear();
    assertNotNull(ring.selector().select(asking(MODEL), tried, new KeyLease()));
  }

  @Test
  void admitsOneTrialBeforeTheCrowdAndClimbsTheLadderWhenItFails() {
    KeyRing ring = ring(group("g", 1, List.of(), null));
    ApiKey key = pick(ring);
    for (int step = 0; step < 12; step++) {
      ring.settle(key, MODEL, BARE);
      ring.settle(key, MODEL, BARE); // in flight when the first came
      long pause = Math.min(300, 1L << step);
      assertEquals(Duration.ofSeconds(pause).toNanos(), wait(ring));
      time.advance(Duration.ofSeconds(pause).minusNanos(1));
      assertNull(pick(ring));
      time.advance(Duration.ofNanos(1));
      assertSame(key, pick(ring));
      assertNull(pick(ring));
    }
    ring.settle(key, MODEL, KeyVerdict.SUCCESS);
    assertSame(key, pick(ring));
    assertSame(key, pick(ring));
    ring.settle(key, MODEL, BARE);
    assertEquals(Duration.ofSeconds(1).toNanos(), wait(ring));
  }

  @Test
  void repeatsOfOneExchangeAreOneFailureInARowButEachLowersTheHealth() {
    KeyVerdict failure = KeyVerdict.of(Effect.SERVER_FAILURE, Next.SAME_KEY_BACKOFF, "internal");
    KeyRing ring = ring(group("g", 1, List.of(), null));
    KeyLease lease = new KeyLease();
    double health = 1;
    for (int exchange = 1; exchange <= config().maxFailures(); exchange++) {
      ApiKey key = ring.selector().select(asking(MODEL), new TriedKeys(), lease);
      assertNotNull(key);
      assertEquals(KeyState.Status.AVAILABLE, key.state().status());
      for (int attempt = 0; attempt < 3; attempt++) {
        if (attempt > 0) {
          ring.drawAgain(lease);
        }
        ring.settle(lease, failure);
        double now = key.state().health(time.nanoTime());
        assertTrue(now < health, () -> "health " + now);
        health = now;
      }
    }
    ApiKey key = ring.groups().get(0).keys().get(0);
    assertEquals(KeyState.Status.FAILING, key.state().status());
    // A lease that goes to another exchange knows what failed with it.
    KeyLease taken = new KeyLease();
    taken.adopt(lease);
    assertFalse(taken.failsFirst());
  }

  private static long wait(KeyRing ring) {
    return ring.selector().waitNanos(new Demand(MODEL, List.of(), 0));
  }

  @Test
  void admitsAnotherTrialWhenTheFirstTellsNothing() {
    KeyRing ring = ring(group("g", 1, List.of(), null));
    ApiKey key = pick(ring);
    ring.settle(key, MODEL, BARE);
    time.advance(Duration.ofSeconds(1));
    assertSame(key, pick(ring));
    assertNull(pick(ring));
    ring.settle(key, MODEL, KeyVerdict.UNDECIDED);
    assertSame(key, pick(ring));
    time.advance(Duration.ofSeconds(30));
    assertSame(key, pick(ring));
  }

  @Test
  void lateSuccessEndsNoRestThatStillRuns() {
    KeyRing ring = ring(group("g", 1, List.of(), null));
    ApiKey key = pick(ring);
    ring.settle(key, MODEL, DAY);
    ring.settle(key, MODEL, KeyVerdict.SUCCESS);
    assertNull(pick(ring));
    assertEquals(Duration.ofHours(12).toNanos(), wait(ring));
    assertSame(key, ring.selector().select(asking("other"), new TriedKeys(), new KeyLease()));
  }

  @Test
  void retestsInvalidKeysAfterGrowingPauses() {
    KeyRing ring = ring(group("g", 1, List.of(), null));
    ApiKey key = pick(ring);
    for (int minutes : new int[] {1, 2, 4, 8, 16, 32, 60, 60}) {
      ring.settle(key, MODEL, BAD);
      assertNotEquals(KeyState.Status.AVAILABLE, key.state().status());
      assertEquals(KeySelector.NEVER, wait(ring));
      time.advance(Duration.ofMinutes(minutes).minusNanos(1));
      assertNull(pick(ring));
      time.advance(Duration.ofNanos(1));
      assertSame(key, pick(ring));
    }
    ring.settle(key, MODEL, KeyVerdict.SUCCESS);
    assertEquals(KeyState.Status.AVAILABLE, key.state().status());
  }

  @Test
  void keysOfOneProjectRestTogether() {
    KeyRing ring = ring(group("g", 3, List.of(), "p"), group("h", 1, List.of(), null));
    ring.settle(ring.groups().get(0).keys().get(0), MODEL, DAY);
    for (int i = 0; i < 9; i++) {
      assertEquals("h", pick(ring).group());
    }
  }

  @Test
  void serviceDisabledRestsEveryModelOfTheProject() {
    KeyRing ring = ring(group("g", 2, List.of(), "p"));
    KeyVerdict off = KeyVerdict.of(Effect.COOL_PROJECT, Next.NEXT_PROJECT, "service_disabled");
    ring.settle(pick(ring), MODEL, off);
    assertNull(ring.selector().select(asking("other"), new TriedKeys(), new KeyLease()));
    time.advance(Duration.ofMinutes(1));
    assertNotNull(ring.selector().select(asking("other"), new TriedKeys(), new KeyLease()));
    assertNull(pick(ring));
  }

  @Test
  void stateSurvivesANewConfiguration() {
    GroupConfig group = group("g", 2, List.of(), null);
    KeyRing ring = ring(group);
    ring.settle(ring.groups().get(0).keys().get(0), MODEL, DAY);
    KeyRing next = ring.successor(List.of(group), config());
    assertEquals("g/2", pick(next).name().substring(0, 3));
    assertEquals("g/2", pick(next).name().substring(0, 3));
    next.settle(next.groups().get(0).keys().get(1), MODEL, DAY);
    assertNull(pick(ring));
  }

  @Test
  void forgetsTheOldestModelBeyondTheBound() {
    KeyRing ring = ring(group("g", 1, List.of(), null));
    ApiKey key = pick(ring);
    for (int i = 0; i < 300; i++) {
      ring.settle(key, "model-" + i, BARE);
      time.advance(Duration.ofMillis(1));
    }
    assertEquals(QuotaBucket.MAX_MODELS, key.bucket().cooldowns().size());
    assertNull(key.bucket().cooldown("model-0"));
    assertNotNull(key.bucket().cooldown("model-299"));
  }

  @Test
  void manyThreadsGetOneTrialAndNoRestingKey() {
    KeyRing ring = ring(group("g", 64, List.of(), null));
    List<ApiKey> keys = ring.groups().get(0).keys();
    keys.subList(1, 64).forEach(key -> ring.settle(key, MODEL, DAY));
    ring.settle(keys.get(0), MODEL, BARE);
    time.advance(Duration.ofSeconds(1));
    ConcurrentLinkedQueue<ApiKey> got = new ConcurrentLinkedQueue<>();
    IntStream.range(0, 20_000)
        .parallel()
        .forEach(
            i -> {
              ApiKey key = pick(ring);
              if (key != null) {
                got.add(key);
              }
            });
    assertEquals(List.of(keys.get(0)), List.copyOf(got));
  }
}
