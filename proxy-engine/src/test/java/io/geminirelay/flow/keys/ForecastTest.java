package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.config.GroupConfig.KeyConfig;
import io.geminirelay.base.config.GroupConfig.QuotaLimits;
import io.geminirelay.base.config.Secret;
import io.geminirelay.flow.keys.verdict.KeyVerdict;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Rest;
import io.geminirelay.testing.FakeTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ForecastTest {
  private static final String MODEL = "m";
  private static final long STEP = Duration.ofMillis(250).toNanos();
  private static final long DAY = Duration.ofHours(25).toNanos();

  private final FakeTime time = new FakeTime();

  private KeyRing ring(int keys, String project, QuotaLimits limits) {
    GroupConfig group = group(keys, project, limits);
    return KeyRing.of(List.of(group), KeyRingTest.config(), time, new Random(1));
  }

  private static GroupConfig group(int keys, String project, QuotaLimits limits) {
    List<KeyConfig> configs = new ArrayList<>();
    for (int i = 0; i < keys; i++) {
      configs.add(new KeyConfig(Secret.of("forecast-key-" + i), project, 1, null));
    }
    GroupConfig plain = KeyRingTest.group("g", 1, List.of(), null);
    return new GroupConfig(
        "g", plain.target(), List.of(), Map.of(), configs, null, Map.of("*", limits));
  }

  private static long forecast(KeyRing ring, long tokens, long ahead) {
    return ring.selector().forecastNanos(new Demand(MODEL, List.of(), tokens), ahead);
  }

  private void serve(KeyRing ring, int requests, long tokens) {
    KeyLease lease = new KeyLease();
    for (int i = 0; i < requests; i++) {
      ring.selector().select(new Demand(MODEL, List.of(), tokens), new TriedKeys(), lease);
    }
  }

  @Test
  void agreesWithABruteForceReference() {
    long seed = 20260715;
    Random random = new Random(seed);
    for (int round = 0; round < 60; round++) {
      QuotaLimits limits = new QuotaLimits(1 + random.nextInt(20), random.nextInt(2) * 50_000L, 0);
      KeyRing ring = ring(1 + random.nextInt(8), null, limits);
      for (int i = 0; i < 20; i++) {
        serve(ring, random.nextInt(8), random.nextInt(3_000));
        time.advance(Duration.ofMillis(random.nextInt(2_000)));
      }
      for (ApiKey key : ring.groups().get(0).keys()) {
        if (random.nextInt(3) == 0) {
          Duration rest = Duration.ofMillis(random.nextInt(90_000));
          ring.settle(key, MODEL, KeyVerdict.cool("quota_per_minute", Rest.FOR_DELAY, rest, ""));
        }
      }
      for (long ahead : new long[] {0, 1, 5, 30, 200}) {
        long tokens = random.nextInt(6_000);
        long expected = bruteForce(ring, tokens, ahead);
        long told = forecast(ring, tokens, ahead);
        long slack = 2 * STEP + Math.max(2 * STEP, expected / 32);
        assertTrue(
            told >= expected - STEP && told <= expected + slack,
            () -> "seed " + seed + ": " + told + " instead of " + expected);
      }
    }
  }

  private long bruteForce(KeyRing ring, long tokens, long ahead) {
    long now = time.nanoTime();
    for (long wait = 0; wait < DAY; wait += STEP) {
      Map<ModelQuota, Boolean> counted = new HashMap<>();
      long room = 0;
      for (ApiKey key : ring.groups().get(0).keys()) {
        ModelQuota quota = key.bucket().quota(MODEL);
        long rest = key.rests(MODEL).trialWaitNanos(now);
        if (rest <= wait && counted.put(quota, true) == null) {
          // The trial after a rest goes whatever the quota.
          long least = rest > 0 ? 1 : 0;
          room += Math.max(least, Math.min(quota.roomBy(tokens, now + wait), Integer.MAX_VALUE));
        }
      }
      if (room > ahead) {
        return wait;
      }
    }
    return DAY;
  }

  @Test
  void countsTheKeysOfAProjectOnce() {
    KeyRing ring = ring(10, "p", new QuotaLimits(5, 0, 0));
    assertEquals(0, forecast(ring, 0, 4));
    assertTrue(forecast(ring, 0, 5) > Duration.ofSeconds(30).toNanos());
  }

  @Test
  void knowsWhenNothingEverComes() {
    QuotaLimits limits = new QuotaLimits(5, 0, 0);
    KeyRing ring = ring(2, null, limits);
    assertEquals(DAY, forecast(ring, 0, 10_000_000));
    Set<String> all =
        ring.groups().get(0).keys().stream()
            .map(key -> key.secret().fingerprint())
            .collect(Collectors.toSet());
    KeyRing none = ring.successor(List.of(group(2, null, limits)), KeyRingTest.putAside(all));
    assertEquals(KeySelector.NEVER, forecast(none, 0, 0));
  }

  @Test
  void anUnlimitedKeyMeansNoWaitAndARestingOneItsEnd() {
    KeyRing ring = ring(1, null, new QuotaLimits(0, 0, 0));
    assertEquals(0, forecast(ring, 9_999_999, 1_000_000));
    ring.settle(
        ring.groups().get(0).keys().get(0),
        MODEL,
        KeyVerdict.cool("rate_limited", Rest.LADDER, Duration.ZERO, ""));
    long wait = forecast(ring, 0, 1_000_000);
    assertTrue(wait >= 1_000_000_000L && wait <= 1_500_000_000L, "wait " + wait);
  }

  @Test
  void aDaysQuotaComesBackAtTheReset() {
    KeyRing ring = ring(3, null, new QuotaLimits(0, 0, 2));
    serve(ring, 6, 0);
    long reset = Duration.ofHours(12).toNanos();
    long wait = forecast(ring, 0, 0);
    assertTrue(wait >= reset && wait <= reset + reset / 32, "wait " + wait);
  }
}
