package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.config.GroupConfig.KeyConfig;
import io.geminirelay.base.config.GroupConfig.QuotaLimits;
import io.geminirelay.base.config.Secret;
import io.geminirelay.flow.keys.verdict.KeyVerdict;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Effect;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Next;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Rest;
import io.geminirelay.testing.FakeTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class GlanceTest {
  private static final KeyVerdict BROKEN =
      KeyVerdict.of(Effect.SERVER_FAILURE, Next.SAME_KEY_BACKOFF, "server_error");
  private static final KeyVerdict BARE =
      KeyVerdict.cool("rate_limited", Rest.LADDER, Duration.ZERO, "");
  private static final Demand ONE = new Demand("m", List.of(), 1);

  private final FakeTime time = new FakeTime();

  private KeyRing ring(int keys, int shared, QuotaLimits limits) {
    return KeyRing.of(
        List.of(group(keys, shared, limits)), KeyRingTest.config(), time, new Random(1));
  }

  private static GroupConfig group(int keys, int shared, QuotaLimits limits) {
    List<KeyConfig> configs = new ArrayList<>();
    for (int i = 0; i < keys; i++) {
      String project = i < shared ? "shared" : null;
      configs.add(new KeyConfig(Secret.of("glance-key-" + i), project, 1, null));
    }
    GroupConfig plain = KeyRingTest.group("g", 1, List.of(), null);
    return new GroupConfig(
        "g", plain.target(), List.of(), Map.of(), configs, null, Map.of("*", limits));
  }

  @Test
  void agreesWithTheForecastOfARequest() {
    Random random = new Random(20260716);
    for (int round = 0; round < 200; round++) {
      int keys = 1 + random.nextInt(5);
      GroupConfig group =
          group(keys, random.nextInt(3), new QuotaLimits(1 + random.nextInt(4), 0, 0));
      KeyRing ring = KeyRing.of(List.of(group), KeyRingTest.config(), time, new Random(1));
      for (int step = 0; step < 10; step++) {
        if (random.nextInt(6) == 0) {
          ring = ring.successor(List.of(group), KeyRingTest.putAside(some(ring, random)));
        } else {
          act(ring, random);
        }
        assertEquals(
            ring.selector().waitNanos(ONE),
            ring.selector().glanceNanos("m"),
            "round " + round + ", step " + step);
      }
    }
  }

  private static Set<String> some(KeyRing ring, Random random) {
    return ring.groups().get(0).keys().stream()
        .filter(key -> random.nextBoolean())
        .map(key -> key.secret().fingerprint())
        .collect(Collectors.toSet());
  }

  private void act(KeyRing ring, Random random) {
    List<ApiKey> keys = ring.groups().get(0).keys();
    ApiKey key = keys.get(random.nextInt(keys.size()));
    switch (random.nextInt(5)) {
      case 0 -> time.advance(Duration.ofSeconds(random.nextInt(40)));
      case 1 -> ring.settle(key, "m", BARE);
      case 2 -> ring.settle(key, "m", BROKEN);
      default -> ring.selector().select(ONE, new TriedKeys(), new KeyLease());
    }
  }

  @Test
  void leavesNoTrace() {
    KeyRing ring = ring(3, 0, new QuotaLimits(4, 0, 0));
    assertEquals(0, ring.selector().glanceNanos("m"));
    assertTrue(ring.selector().models().isEmpty());
    for (ApiKey key : ring.groups().get(0).keys()) {
      assertTrue(key.bucket().figures().isEmpty());
      key.bucket().eachRoom((model, room) -> fail(model));
    }
  }

  @Test
  void knowsTheModelsThatWereAskedFor() {
    KeyRing ring = ring(3, 0, new QuotaLimits(4, 0, 0));
    ring.selector().select(ONE, new TriedKeys(), new KeyLease());
    Demand confined = new Demand("n", List.of("g"), 1);
    ring.selector().select(confined, new TriedKeys(), new KeyLease());
    assertEquals(Set.of("m", "n"), ring.selector().models());
  }
}
