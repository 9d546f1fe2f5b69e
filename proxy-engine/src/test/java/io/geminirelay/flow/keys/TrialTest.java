package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.flow.keys.verdict.KeyVerdict;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Effect;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Next;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Rest;
import io.geminirelay.testing.FakeTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The one request that tries a key whose rest is over. */
class TrialTest {
  private static final KeyVerdict BARE =
      KeyVerdict.cool("rate_limited", Rest.LADDER, Duration.ZERO, "");
  private static final KeyVerdict BAD_REQUEST =
      KeyVerdict.of(Effect.NONE, Next.ANSWER_CLIENT, "client_error");
  private static final KeyVerdict BAD =
      KeyVerdict.of(Effect.MARK_INVALID, Next.NEXT_KEY, "key_invalid");
  private static final Demand DEMAND = new Demand("m", List.of(), 0);

  private final FakeTime time = new FakeTime();

  private KeyRing ring(int keys) {
    return KeyRing.of(
        List.of(KeyRingTest.group("g", keys, List.of(), null)),
        KeyRingTest.config(),
        time,
        new Random(1));
  }

  private static @Nullable KeyLease pick(KeyRing ring, Demand demand) {
    KeyLease lease = new KeyLease();
    return ring.selector().select(demand, new TriedKeys(), lease) == null ? null : lease;
  }

  private static KeyLease leased(KeyRing ring) {
    KeyLease lease = pick(ring, DEMAND);
    assertNotNull(lease);
    return lease;
  }

  @Test
  void isGivenBackByItsHolderAlone() {
    KeyRing ring = ring(1);
    KeyLease early = leased(ring);
    ring.settle(leased(ring), BARE);
    time.advance(Duration.ofSeconds(1));
    KeyLease trial = leased(ring);
    assertTrue(trial.isTrial());
    assertFalse(early.isTrial());
    ring.settle(early, KeyVerdict.UNDECIDED);
    assertNull(pick(ring, DEMAND), "another client's leaving frees no trial");
    ring.settle(trial, BAD_REQUEST);
    assertTrue(leased(ring).isTrial());
  }

  @Test
  void staysWithARequestThatIsSentAgain() {
    KeyRing ring = ring(1);
    ring.settle(leased(ring), BARE);
    time.advance(Duration.ofSeconds(1));
    KeyLease trial = leased(ring);
    ring.settle(trial, KeyVerdict.of(Effect.NONE, Next.RESEND, "stale_connection"));
    ring.drawAgain(trial);
    assertNull(pick(ring, DEMAND));
    ring.settle(trial, KeyVerdict.SUCCESS);
    assertFalse(leased(ring).isTrial());
  }

  @ParameterizedTest
  @EnumSource(
      value = Effect.class,
      names = {"TARGET_FAILURE", "MODEL_OVERLOADED", "SERVER_FAILURE", "KEY_FAILURE"})
  void isGivenBackAfterAShortPauseWhereTheTargetIsInTrouble(Effect trouble) {
    KeyRing ring = ring(1);
    ring.settle(leased(ring), BARE);
    time.advance(Duration.ofSeconds(1));
    ring.settle(leased(ring), KeyVerdict.of(trouble, Next.OTHER_ROUTE, "x"));
    assertNull(pick(ring, DEMAND));
    time.advance(Duration.ofMillis(999));
    assertNull(pick(ring, DEMAND));
    time.advance(Duration.ofMillis(1_001));
    assertTrue(leased(ring).isTrial());
    assertNull(pick(ring, DEMAND));
  }

  @Test
  void isNotGivenBackByOneWhoHeldItBeforeAnother() {
    KeyRing ring = ring(1);
    ring.settle(leased(ring), BARE);
    time.advance(Duration.ofSeconds(1));
    KeyLease slow = leased(ring);
    time.advance(Duration.ofSeconds(30));
    KeyLease second = leased(ring);
    assertTrue(slow.isTrial() && second.isTrial());
    ring.settle(slow, KeyVerdict.UNDECIDED);
    assertNull(pick(ring, DEMAND), "another holds it");
    ring.settle(second, KeyVerdict.UNDECIDED);
    assertTrue(leased(ring).isTrial());
  }

  @Test
  void aSuccessFromBeforeTheEndOfTheRestProvesNothing() {
    KeyRing ring = ring(1);
    KeyLease early = leased(ring);
    ring.settle(leased(ring), BARE);
    time.advance(Duration.ofSeconds(1));
    ring.settle(early, KeyVerdict.SUCCESS);
    KeyLease trial = leased(ring);
    assertTrue(trial.isTrial());
    assertNull(pick(ring, DEMAND));
    ring.settle(trial, KeyVerdict.SUCCESS);
    assertFalse(leased(ring).isTrial());
  }

  @Test
  void lateRefusalsOfTheSameCrowdClimbNoLadder() {
    KeyRing ring = ring(1);
    List<KeyLease> crowd = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      crowd.add(leased(ring));
    }
    ring.settle(leased(ring), BARE);
    for (KeyLease each : crowd) {
      time.advance(Duration.ofSeconds(1));
      ring.settle(each, BARE);
    }
    KeyLease trial = leased(ring);
    ring.settle(trial, BARE);
    assertEquals(Duration.ofSeconds(2).toNanos(), ring.selector().waitNanos(DEMAND));
  }

  @Test
  void isNotMadeWithARequestThatNoOtherKeyCanServe() {
    KeyRing ring = ring(3);
    List<ApiKey> keys = ring.groups().get(0).keys();
    Demand once = new Demand("m", List.of(), 0, true);
    ring.settle(keys.get(0), "m", BAD);
    ring.settle(keys.get(1), "m", BARE);
    time.advance(Duration.ofHours(1));
    for (int i = 0; i < 10; i++) {
      assertSame(keys.get(2), pick(ring, once).key());
    }
    ring.settle(keys.get(2), "m", BARE);
    assertTrue(pick(ring, once).isTrial(), "better than nothing");
  }

  @Test
  void manyThreadsGetOneTrialForEachKeyAndTheirVerdictsFreeThem() {
    KeyRing ring = ring(8);
    List<ApiKey> keys = ring.groups().get(0).keys();
    for (int round = 0; round < 20; round++) {
      keys.forEach(key -> ring.settle(key, "m", BARE));
      time.advance(Duration.ofMinutes(10));
      ConcurrentLinkedQueue<KeyLease> got = new ConcurrentLinkedQueue<>();
      IntStream.range(0, 4_000)
          .parallel()
          .forEach(
              i -> {
                KeyLease lease = pick(ring, DEMAND);
                if (lease != null) {
                  got.add(lease);
                }
              });
      assertEquals(8, got.size());
      assertEquals(8, got.stream().map(KeyLease::key).distinct().count());
      List<KeyLease> held = List.copyOf(got);
      // Half of the clients leave: as many may try again, and no more.
      held.subList(0, 4).parallelStream().forEach(x -> ring.settle(x, KeyVerdict.UNDECIDED));
      long again =
          IntStream.range(0, 4_000)
              .parallel()
              .mapToObj(i -> pick(ring, DEMAND))
              .filter(lease -> lease != null)
              .peek(lease -> ring.settle(lease, KeyVerdict.SUCCESS))
              .filter(KeyLease::isTrial)
              .count();
      assertEquals(4, again);
      held.subList(4, 8).forEach(x -> ring.settle(x, KeyVerdict.SUCCESS));
      keys.forEach(key -> assertTrue(key.usable("m")));
    }
  }
}
