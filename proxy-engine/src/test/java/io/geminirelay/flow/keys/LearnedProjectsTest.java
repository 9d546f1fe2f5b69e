package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.config.GroupConfig.KeyConfig;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.config.UpstreamProtocol;
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
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Keys that Google's errors show to be of one project. */
class LearnedProjectsTest {
  private static final String MODEL = "m";
  private static final TargetConfig OTHER_TARGET =
      new TargetConfig(true, "other.test", 443, "", UpstreamProtocol.AUTO, null);

  private final FakeTime time = new FakeTime();
  private final KeyRing ring = ring(null, null, null, null);

  private static GroupConfig group(String... projects) {
    return new GroupConfig(
        "g",
        new TargetConfig(true, "example.test", 443, "", UpstreamProtocol.AUTO, null),
        List.of(),
        Map.of(),
        keys(projects),
        null,
        Map.of());
  }

  private static List<KeyConfig> keys(String... projects) {
    List<KeyConfig> keys = new ArrayList<>();
    for (String project : projects) {
      keys.add(new KeyConfig(Secret.of("key-" + keys.size()), project, 1, null));
    }
    return keys;
  }

  private KeyRing ring(String... projects) {
    return KeyRing.of(List.of(group(projects)), KeyRingTest.config(), time, new Random(1));
  }

  private static ApiKey key(KeyRing ring, int number) {
    return ring.groups().get(0).keys().get(number);
  }

  private static KeyVerdict minute(int seconds, String project) {
    return new KeyVerdict(
        Effect.COOL_BUCKET,
        Next.NEXT_KEY,
        "quota_per_minute",
        Rest.FOR_DELAY,
        Duration.ofSeconds(seconds),
        "XPerMinute",
        List.of(),
        project);
  }

  private static KeyVerdict off(String project) {
    return new KeyVerdict(
        Effect.COOL_PROJECT,
        Next.NEXT_PROJECT,
        "service_disabled",
        Rest.NONE,
        Duration.ZERO,
        "",
        List.of(),
        project);
  }

  @Test
  void keysOfOneLearnedProjectRestTogetherFromThenOn() {
    ring.settle(key(ring, 0), MODEL, minute(10, "projects/1"));
    assertTrue(key(ring, 1).usable(MODEL));
    ring.settle(key(ring, 1), MODEL, minute(40, "projects/1"));
    ring.settle(key(ring, 2), MODEL, minute(5, "projects/2"));
    assertSame(key(ring, 0).bucket(), key(ring, 1).bucket());
    assertNotSame(key(ring, 0).bucket(), key(ring, 2).bucket());
    assertEquals("projects/1", key(ring, 1).state().project());
    time.advance(Duration.ofSeconds(20));
    assertTrue(
        key(ring, 0).rests(MODEL).trialWaitNanos(time.nanoTime()) > 0, "the longer rest wins");
    ring.settle(key(ring, 0), "other", minute(10, ""));
    assertNotNull(key(ring, 1).bucket().cooldown("other"));
    assertTrue(key(ring, 3).usable("other"));
  }

  @Test
  void aKeyThatJoinsBringsItsRestsAndItsTrial() {
    ring.settle(key(ring, 0), MODEL, minute(1, "projects/1"));
    ring.settle(key(ring, 1), "a", minute(600, ""));
    ring.settle(key(ring, 1), "b", minute(1, ""));
    time.advance(Duration.ofSeconds(5));
    assertTrue(key(ring, 1).rests("b").tryTrial(time.nanoTime()));
    ring.settle(key(ring, 1), MODEL, minute(300, "projects/1"));
    QuotaBucket shared = key(ring, 0).bucket();
    assertSame(shared, key(ring, 1).bucket());
    assertEquals(3, shared.cooldowns().size());
    assertTrue(!key(ring, 0).rests("b").tryTrial(time.nanoTime()), "its trial is under way");
    ring.settle(key(ring, 1), "b", KeyVerdict.SUCCESS);
    assertNull(shared.cooldown("b"));
  }

  @Test
  void nothingIsLearnedFromAnErrorOfTheClients() {
    KeyVerdict none =
        new KeyVerdict(
            Effect.NONE,
            Next.ANSWER_CLIENT,
            "client_error",
            Rest.NONE,
            Duration.ZERO,
            "",
            List.of(),
            "projects/1");
    ring.settle(key(ring, 0), MODEL, none);
    ring.settle(key(ring, 1), MODEL, none);
    assertEquals("", key(ring, 0).state().project());
    assertNotSame(key(ring, 0).bucket(), key(ring, 1).bucket());
  }

  @Test
  void aServiceThatIsOffRestsEveryKnownKeyOfTheProject() {
    ring.settle(key(ring, 0), MODEL, minute(1, "projects/1"));
    ring.settle(key(ring, 1), MODEL, off("projects/1"));
    ring.settle(key(ring, 2), MODEL, KeyVerdict.SUCCESS);
    for (int i = 0; i < 2; i++) {
      assertNotNull(key(ring, i).bucket().whole(), "key " + i);
      assertTrue(!key(ring, i).usable("another"));
    }
    assertTrue(key(ring, 2).usable(MODEL) && key(ring, 3).usable(MODEL));
  }

  @Test
  void leasesInFlightStaySettledOnWhatTheyDrewFrom() {
    KeyLease lease = new KeyLease();
    ApiKey key = ring.selector().select(new Demand(MODEL, List.of(), 5), new TriedKeys(), lease);
    ModelQuota drawn = lease.quota();
    int other = key == key(ring, 0) ? 1 : 0;
    ring.settle(key(ring, other), "x", minute(1, "projects/1"));
    ring.settle(key, "x", minute(1, "projects/1"));
    assertSame(key.bucket(), key(ring, other).bucket());
    assertSame(drawn, lease.quota());
    ring.settle(lease, minute(9, "projects/1"));
    ring.counted(lease, 7);
    assertNotNull(key(ring, other).bucket().cooldown(MODEL));
  }

  @Test
  void namesOfTheConfigurationAndNumbersOfGoogleAreNeverTakenForEachOther() {
    KeyRing named = ring("1", "projects/1", null, null);
    named.settle(key(named, 0), MODEL, minute(1, ""));
    named.settle(key(named, 2), MODEL, minute(50, "projects/1"));
    assertNotSame(key(named, 0).bucket(), key(named, 2).bucket());
    assertNotSame(key(named, 1).bucket(), key(named, 2).bucket());
    assertTrue(key(named, 1).usable(MODEL));
  }

  @Test
  void twoNamesOfOneProjectStayApartAndKeysWithoutOneJoinTheFirst() {
    KeyRing named = ring(null, "team-a", "team-b", null);
    QuotaBucket ofA = key(named, 1).bucket();
    QuotaBucket ofB = key(named, 2).bucket();
    named.settle(key(named, 0), MODEL, minute(60, "projects/1"));
    named.settle(key(named, 1), "x", minute(1, "projects/1"));
    assertSame(ofA, key(named, 0).bucket(), "comes to the name");
    assertNotNull(ofA.cooldown(MODEL));
    named.settle(key(named, 2), "x", minute(1, "projects/1"));
    named.settle(key(named, 3), "x", minute(1, "projects/1"));
    assertSame(ofA, key(named, 1).bucket());
    assertSame(ofB, key(named, 2).bucket());
    assertSame(ofA, key(named, 3).bucket());
    assertNull(ofB.cooldown(MODEL));
  }

  @Test
  void whatWasLearnedSurvivesANewConfiguration() {
    ring.settle(key(ring, 0), MODEL, minute(1, "projects/1"));
    ring.settle(key(ring, 1), MODEL, minute(60, "projects/1"));
    KeyRing next = ring.successor(List.of(group(null, null, null)), KeyRingTest.config());
    assertSame(key(next, 0).bucket(), key(next, 1).bucket());
    assertTrue(!key(next, 0).usable(MODEL));
    next.settle(key(next, 2), "y", minute(60, "projects/1"));
    assertSame(key(next, 0).bucket(), key(next, 2).bucket());
    assertTrue(!key(ring, 0).usable("y"), "what is in flight under the old one too");
    KeyRing named = next.successor(List.of(group("team", null, null)), KeyRingTest.config());
    assertSame(key(named, 0).bucket(), key(named, 2).bucket());
    assertTrue(!key(named, 0).usable(MODEL) && !key(named, 0).usable("y"));
    KeyRing plain = named.successor(List.of(group(null, null, null)), KeyRingTest.config());
    assertSame(key(plain, 0).bucket(), key(plain, 1).bucket());
    assertTrue(!key(plain, 0).usable(MODEL));
  }

  /** Each pass over all keys by each key would be four hundred million steps, and many changes. */
  @Test
  void aNewConfigurationLooksAtEachKeyOnce() {
    GroupConfig large = group(new String[20_000]);
    KeyRing many = KeyRing.of(List.of(large), KeyRingTest.config(), time, new Random(1));
    List<ApiKey> all = many.groups().get(0).keys();
    all.subList(0, 8).forEach(key -> many.settle(key, MODEL, minute(60, "projects/0")));
    all.subList(8, all.size()).forEach(key -> key.state().project("projects/" + key.index() / 8));
    KeyRing next =
        assertTimeout(
            Duration.ofSeconds(5), () -> many.successor(List.of(large), KeyRingTest.config()));
    for (ApiKey key : next.groups().get(0).keys()) {
      ApiKey first = key(next, key.index() / 8 * 8);
      assertSame(first.bucket(), key.bucket(), key.name());
    }
  }

  @Test
  void aProjectThatIsGivenAnotherNameStaysOne() {
    KeyRing named = ring("a", null);
    named.settle(key(named, 0), "x", minute(60, "projects/1"));
    named.settle(key(named, 1), MODEL, minute(60, "projects/1"));
    KeyRing next = named.successor(List.of(group("b", null)), KeyRingTest.config());
    assertSame(key(next, 0).bucket(), key(next, 1).bucket());
    assertTrue(!key(next, 0).usable("x") && !key(next, 0).usable(MODEL));
    KeyRing third = next.successor(List.of(group("b", null, "a")), KeyRingTest.config());
    assertSame(key(third, 0).bucket(), key(third, 1).bucket());
    assertTrue(key(third, 2).usable("x"), "the old name may mean another project");
  }

  @Test
  void projectsOfTwoTargetsHaveNothingToDoWithEachOther() {
    GroupConfig here = group((String) null);
    GroupConfig there =
        new GroupConfig(
            "h", OTHER_TARGET, List.of(), Map.of(), keys((String) null), null, Map.of());
    KeyRing two = KeyRing.of(List.of(here, there), KeyRingTest.config(), time, new Random(1));
    ApiKey other = two.groups().get(1).keys().get(0);
    two.settle(key(two, 0), MODEL, minute(60, "projects/1"));
    two.settle(other, "x", minute(60, "projects/1"));
    assertNotSame(key(two, 0).bucket(), other.bucket());
    assertTrue(other.usable(MODEL));
  }

  @Test
  void aKeyThatMovesToAnotherProjectLeavesTheOthersTheirs() {
    ring.settle(key(ring, 0), MODEL, minute(60, "projects/1"));
    ring.settle(key(ring, 1), MODEL, minute(60, "projects/1"));
    ring.settle(key(ring, 0), "x", minute(60, "projects/2"));
    assertNotSame(key(ring, 0).bucket(), key(ring, 1).bucket());
    assertTrue(key(ring, 0).usable(MODEL) && !key(ring, 1).usable(MODEL));
    assertTrue(!key(ring, 0).usable("x") && key(ring, 1).usable("x"));
  }

  @Test
  void manyThreadsEndInOneBucket() {
    for (int round = 0; round < 50; round++) {
      KeyRing many = ring(null, "team", null, null, null, null, null, null);
      IntStream.range(0, 8)
          .parallel()
          .forEach(i -> many.settle(key(many, i), MODEL + i, minute(60, "projects/1")));
      for (int i = 0; i < 8; i++) {
        assertSame(key(many, 1).bucket(), key(many, i).bucket());
      }
    }
  }

  @Test
  void theSelectionSeesASharedRestAtOnce() {
    List<ApiKey> got = new ArrayList<>();
    ring.settle(key(ring, 0), "x", minute(600, "projects/1"));
    ring.settle(key(ring, 1), "x", minute(600, "projects/1"));
    ring.selector().select(new Demand(MODEL, List.of(), 0), new TriedKeys(), new KeyLease());
    ring.settle(key(ring, 0), MODEL, minute(600, "projects/1"));
    for (int i = 0; i < 8; i++) {
      got.add(
          ring.selector().select(new Demand(MODEL, List.of(), 0), new TriedKeys(), new KeyLease()));
    }
    assertTrue(!got.contains(key(ring, 0)) && !got.contains(key(ring, 1)), got::toString);
  }
}
