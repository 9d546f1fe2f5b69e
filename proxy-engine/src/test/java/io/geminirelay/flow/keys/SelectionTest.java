package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.config.GroupConfig.KeyConfig;
import io.geminirelay.base.config.GroupConfig.QuotaLimits;
import io.geminirelay.base.config.KeysConfig;
import io.geminirelay.base.config.Secret;
import io.geminirelay.flow.keys.verdict.KeyVerdict;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Effect;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Next;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Rest;
import io.geminirelay.testing.FakeTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whose turn it is, by weight, health, room and failures. */
class SelectionTest {
  private static final String MODEL = "m";
  private static final int NEVER_FAILING = 1_000_000;
  private static final KeyVerdict BROKEN =
      KeyVerdict.of(Effect.SERVER_FAILURE, Next.SAME_KEY_BACKOFF, "server_error");
  private static final KeyVerdict BARE =
      KeyVerdict.cool("rate_limited", Rest.LADDER, Duration.ZERO, "");

  private final FakeTime time = new FakeTime();
  private final KeyLease lease = new KeyLease();

  private KeyRing ring(int maxFailures, QuotaLimits limits, int... weights) {
    List<KeyConfig> keys = new ArrayList<>();
    for (int i = 0; i < weights.length; i++) {
      keys.add(new KeyConfig(Secret.of("selection-key-" + i), null, weights[i], null));
    }
    GroupConfig plain = KeyRingTest.group("g", 1, List.of(), null);
    GroupConfig group =
        new GroupConfig("g", plain.target(), List.of(), Map.of(), keys, null, Map.of("*", limits));
    KeysConfig some = KeyRingTest.config();
    KeysConfig config =
        new KeysConfig(
            some.behavior(),
            some.resetTime(),
            some.resetZone(),
            maxFailures,
            some.temporaryBlock(),
            some.maxWait(),
            some.maxWaiting(),
            some.disabled());
    return KeyRing.of(List.of(group), config, time, new Random(1));
  }

  private static QuotaLimits limits(long perMinute, long tokens, long perDay) {
    return new QuotaLimits(perMinute, tokens, perDay);
  }

  private static int[] ones(int keys) {
    int[] ones = new int[keys];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static Demand demand(long tokens) {
    return new Demand(MODEL, List.of(), tokens);
  }

  private ApiKey pick(KeyRing ring, long tokens) {
    return ring.selector().select(demand(tokens), new TriedKeys(), lease);
  }

  private int[] counts(KeyRing ring, int picks) {
    int[] counts = new int[ring.groups().get(0).keys().size()];
    for (int i = 0; i < picks; i++) {
      counts[pick(ring, 0).index()]++;
    }
    return counts;
  }

  private static ApiKey key(KeyRing ring, int index) {
    return ring.groups().get(0).keys().get(index);
  }

  private static void assertCounts(int[] actual, int... expected) {
    assertEquals(Arrays.toString(expected), Arrays.toString(actual));
  }

  @Test
  void sharesAreExactlyByWeight() {
    KeyRing ring = ring(NEVER_FAILING, limits(0, 0, 0), 1, 2, 5);
    assertCounts(counts(ring, 80), 10, 20, 50);
  }

  @Test
  void sharesAreExactlyByWeightTimesHealthInEighths() {
    KeyRing ring = ring(NEVER_FAILING, limits(0, 0, 0), 1, 1, 2);
    for (int i = 0; i < 100; i++) {
      ring.settle(key(ring, 0), MODEL, BROKEN);
    }
    assertTrue(key(ring, 0).health(time.nanoTime()) < 0.001);
    assertEquals(1.0, key(ring, 1).health(time.nanoTime()));
    assertCounts(counts(ring, 250), 10, 80, 160);
    time.advance(Duration.ofMinutes(30));
    assertCounts(counts(ring, 40), 10, 10, 20);
  }

  @Test
  void aHealthThatChangesUnderwayIsNoticedInAMoment() {
    KeyRing ring = ring(NEVER_FAILING, limits(0, 0, 0), 1, 1);
    assertCounts(counts(ring, 10), 5, 5);
    ring.settle(key(ring, 0), MODEL, BROKEN);
    ring.settle(key(ring, 0), MODEL, BROKEN); // 0.77: six eighths
    time.advance(Duration.ofMillis(250));
    assertCounts(counts(ring, 70), 30, 40);
  }

  @Test
  void clientErrorsTargetsAndQuotasSayNothingOfHealth() {
    KeyRing ring = ring(3, limits(0, 0, 0), 1);
    for (int i = 0; i < 20; i++) {
      for (Effect effect :
          List.of(
              Effect.NONE,
              Effect.EXIT_SUSPECT,
              Effect.TARGET_FAILURE,
              Effect.MODEL_OVERLOADED,
              Effect.COOL_BUCKET)) {
        ring.settle(key(ring, 0), "x", KeyVerdict.of(effect, Next.ANSWER_CLIENT, "any"));
      }
    }
    assertEquals(1.0, key(ring, 0).health(time.nanoTime()));
    assertEquals(KeyState.Status.AVAILABLE, key(ring, 0).state().status());
  }

  @Test
  void belowPlentyTheOneWithMostRoomGoesFirst() {
    KeyRing ring = ring(NEVER_FAILING, limits(100, 0, 0), 1, 1, 1);
    for (int i = 0; i < 60; i++) {
      key(ring, 0).bucket().quota(MODEL).draw(0, time.nanoTime());
    }
    // Until the others have no more room than it has, they go.
    int[] counts = counts(ring, 100);
    assertTrue(counts[0] <= 3, "asked although others had more room: " + counts[0]);
    int[] after = counts(ring, 140);
    assertEquals(40, counts[0] + after[0]);
    assertEquals(100, counts[1] + after[1]);
    assertNull(pick(ring, 0));
  }

  @Test
  void everyRequestThatFitsIsServedAndNoneThatDoesNot() {
    KeyRing ring = ring(NEVER_FAILING, limits(2, 0, 0), ones(300));
    for (int round = 0; round < 3; round++) {
      int[] counts = counts(ring, 600);
      for (int each : counts) {
        assertEquals(2, each);
      }
      for (int i = 0; i < 50; i++) {
        assertNull(pick(ring, 0));
      }
      long wait = ring.selector().waitNanos(demand(0));
      assertTrue(wait > 0 && wait <= Duration.ofSeconds(61).toNanos(), "wait " + wait);
      time.advance(Duration.ofNanos(wait));
      assertNotNull(pick(ring, 0));
      time.advance(Duration.ofMinutes(2));
    }
  }

  @Test
  void oneKeyWithRoomIsFoundAmongAThousandThatAreFull() {
    KeyRing ring = ring(NEVER_FAILING, limits(1, 0, 0), ones(1_000));
    Set<ApiKey> seen = new HashSet<>();
    for (int i = 0; i < 999; i++) {
      assertTrue(seen.add(pick(ring, 0)));
    }
    ApiKey last = pick(ring, 0);
    assertTrue(seen.add(last));
    ring.settle(lease, KeyVerdict.of(Effect.NONE, Next.RESEND, "not_processed"));
    time.advance(Duration.ofMillis(300));
    assertSame(last, pick(ring, 0), "what was given back is found again");
  }

  @Test
  void aLargeRequestThatDoesNotFitShutsNoKeyForSmallOnes() {
    KeyRing ring = ring(NEVER_FAILING, limits(0, 1_000, 0), ones(70));
    for (int i = 0; i < 70; i++) {
      assertNotNull(pick(ring, 600));
    }
    assertNull(pick(ring, 600));
    assertNull(pick(ring, 401));
    for (int i = 0; i < 70; i++) {
      assertNotNull(pick(ring, 400));
    }
    assertNull(pick(ring, 1));
    assertNotNull(pick(ring, Demand.FREE), "what Google does not count always fits");
  }

  @Test
  void aTrialGoesFirstAndWhateverTheQuota() {
    KeyRing ring = ring(NEVER_FAILING, limits(1, 0, 0), 1, 1);
    ApiKey first = pick(ring, 0);
    ring.settle(first, MODEL, BARE);
    time.advance(Duration.ofSeconds(1));
    assertSame(first, pick(ring, 0));
    assertTrue(lease.isTrial());
    ApiKey second = pick(ring, 0);
    assertTrue(second != first && second != null);
    assertNull(pick(ring, 0));
  }

  @Test
  void onlyWhoHoldsTheTrialGivesItBack() {
    KeyRing ring = ring(NEVER_FAILING, limits(0, 0, 0), 1);
    KeyLease early = new KeyLease();
    ApiKey key = ring.selector().select(demand(0), new TriedKeys(), early);
    ring.settle(key, MODEL, BARE);
    time.advance(Duration.ofSeconds(1));
    assertSame(key, pick(ring, 0));
    ring.settle(early, KeyVerdict.UNDECIDED);
    KeyLease third = new KeyLease();
    assertNull(ring.selector().select(demand(0), new TriedKeys(), third));
    ring.settle(lease, KeyVerdict.UNDECIDED);
    assertSame(key, ring.selector().select(demand(0), new TriedKeys(), third));
  }

  private void fail(KeyRing ring, int index, int times) {
    for (int i = 0; i < times; i++) {
      ring.settle(key(ring, index), MODEL, BROKEN);
    }
  }

  @Test
  void restsAfterSeveralFailuresInARowAndComesBackByATrial() {
    KeyRing ring = ring(3, limits(0, 0, 0), 1, 1);
    ApiKey bad = key(ring, 0);
    fail(ring, 0, 2);
    ring.settle(bad, MODEL, KeyVerdict.SUCCESS);
    fail(ring, 0, 2);
    assertEquals(KeyState.Status.AVAILABLE, bad.state().status());
    fail(ring, 0, 1);
    for (int step = 0; step < 10; step++) {
      assertEquals(KeyState.Status.FAILING, bad.state().status());
      long pause = Math.min(300, 1L << step);
      time.advance(Duration.ofSeconds(pause).minusNanos(1));
      assertCounts(counts(ring, 20), 0, 20);
      time.advance(Duration.ofNanos(1));
      assertCounts(counts(ring, 20), 1, 19);
      fail(ring, 0, 1);
    }
    time.advance(Duration.ofSeconds(300));
    assertSame(bad, pick(ring, 0));
    ring.settle(lease, KeyVerdict.SUCCESS);
    assertEquals(KeyState.Status.AVAILABLE, bad.state().status());
    time.advance(Duration.ofMinutes(30));
    assertCounts(counts(ring, 20), 10, 10);
  }

  @Test
  void whereAllFailTheyAreUsedThatFailedLongestAgoFirst() {
    KeyRing ring = ring(3, limits(0, 0, 0), 1, 1, 1, 1);
    ring.settle(key(ring, 3), MODEL, BARE);
    for (int index : new int[] {1, 2, 0}) {
      fail(ring, index, 3);
      time.advance(Duration.ofMillis(1));
    }
    assertEquals(0, ring.selector().waitNanos(demand(0)));
    assertEquals(0, ring.selector().forecastNanos(demand(0), 5));
    for (int index : new int[] {1, 2, 0, 1, 2, 0}) {
      assertSame(key(ring, index), pick(ring, 0));
    }
    ring.settle(key(ring, 2), MODEL, KeyVerdict.SUCCESS);
    for (int i = 0; i < 6; i++) {
      assertSame(key(ring, 2), pick(ring, 0));
    }
  }

  @Test
  void aResetForgetsFailuresAndHealth() {
    KeyRing ring = ring(3, limits(0, 0, 0), 1, 1);
    fail(ring, 0, 3);
    ring.reset(key(ring, 0));
    assertEquals(1.0, key(ring, 0).health(time.nanoTime()));
    assertCounts(counts(ring, 20), 10, 10);
  }
}
