package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.BreakerConfig;
import io.geminirelay.base.config.Destination;
import io.geminirelay.base.config.EgressConfig;
import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.config.GroupConfig.KeyConfig;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.state.Fact;
import io.geminirelay.base.state.FactSource;
import io.geminirelay.flow.keys.verdict.KeyVerdict;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Effect;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Next;
import io.geminirelay.testing.FakeTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Breakers and exits of two gateways tell each other what is left alone. */
class WayFactsTest {
  private static final TargetConfig TARGET = TargetConfig.STANDARD;
  private static final KeyVerdict LOCATION =
      KeyVerdict.of(Effect.EXIT_SUSPECT, Next.NEXT_EXIT, KeyVerdict.LOCATION);

  private final FakeTime time = new FakeTime();

  private static List<Fact> facts(FactSource source) {
    List<Fact> all = new ArrayList<>();
    source.tell(all::add);
    return all;
  }

  private Breakers breakers(int recoverySeconds) {
    Breakers made =
        new Breakers(new BreakerConfig(1, Duration.ofSeconds(recoverySeconds), 1, 1), time);
    made.knowing(List.of(TARGET));
    return made;
  }

  private static void fails(Breakers breakers, String model, Effect effect) {
    long permit = breakers.admit(TARGET, model);
    assertNotEquals(Breakers.REFUSED, permit);
    breakers.settle(TARGET, model, permit, KeyVerdict.of(effect, Next.NEXT_KEY, "x"));
  }

  @Test
  void anOpenBreakerIsOpenElsewhereForAsLong() {
    Breakers one = breakers(60);
    Breakers other = breakers(60);
    Breakers soon = breakers(10);
    long version = one.facts().version();
    fails(one, "a/b", Effect.MODEL_OVERLOADED);
    assertNotEquals(version, one.facts().version());
    time.advance(Duration.ofSeconds(20));
    List<Fact> told = facts(one.facts());
    assertEquals(1, told.size());
    told.forEach(other.facts()::learn);
    told.forEach(soon.facts()::learn);
    assertEquals(Breakers.REFUSED, other.admit(TARGET, "a/b"));
    assertEquals(Duration.ofSeconds(40).toNanos(), other.waitNanos(TARGET, "a/b"));
    assertEquals(Duration.ofSeconds(10).toNanos(), soon.waitNanos(TARGET, "a/b"));
    assertEquals(0, other.waitNanos(TARGET, "another"));
    assertEquals(told, facts(other.facts()));
    time.advance(Duration.ofSeconds(40));
    assertNotEquals(Breakers.REFUSED, other.admit(TARGET, "a/b"));
    assertEquals(List.of(), facts(one.facts()));
    assertFalse(one.facts().knows(told.get(0)));
  }

  @Test
  void aTargetIsLeftAloneWhollyAndOneThatIsNotConfiguredNotAtAll() {
    Breakers one = breakers(60);
    fails(one, "m", Effect.SERVER_FAILURE);
    Breakers other = breakers(60);
    Breakers none = new Breakers(BreakerConfig.STANDARD, time);
    for (Fact fact : facts(one.facts())) {
      other.facts().learn(fact);
      none.facts().learn(fact);
    }
    assertEquals(Breakers.REFUSED, other.admit(TARGET, "any"));
    assertNotEquals(Breakers.REFUSED, none.admit(TARGET, "any"));
  }

  @Test
  void aTargetThatCannotBeReachedFromHereIsNotShutForOthers() {
    Breakers one = breakers(60);
    fails(one, "m", Effect.TARGET_FAILURE);
    assertEquals(Breakers.REFUSED, one.admit(TARGET, "m"));
    assertEquals(List.of(), facts(one.facts()));
    // Its trial gets an answer, which is an error: that concerns all.
    time.advance(Duration.ofSeconds(60));
    fails(one, "m", Effect.SERVER_FAILURE);
    assertEquals(1, facts(one.facts()).size());
  }

  @Test
  void oneAnswerAmongFailuresOfTheWayTellsNothingOfTheTarget() {
    Breakers one = new Breakers(new BreakerConfig(3, Duration.ofSeconds(60), 1, 1), time);
    fails(one, "m", Effect.TARGET_FAILURE);
    fails(one, "m", Effect.SERVER_FAILURE);
    fails(one, "m", Effect.SERVER_FAILURE);
    assertEquals(Breakers.REFUSED, one.admit(TARGET, "m"));
    assertEquals(List.of(), facts(one.facts()));
  }

  private static EgressConfig exit(String host) {
    return new EgressConfig(
        EgressConfig.Kind.SOCKS5, host, 1080, "user", Secret.of("password-of-" + host));
  }

  private KeyRing ring(String... exits) {
    GroupConfig group =
        new GroupConfig(
            "g",
            TARGET,
            List.of(exits).stream().map(WayFactsTest::exit).toList(),
            Map.of(),
            List.of(new KeyConfig(Secret.of("a-key"), null, 1, null)),
            null,
            Map.of());
    return KeyRing.of(List.of(group), KeyRingTest.config(), time, new Random(1));
  }

  private Exits exits(KeyRing ring) {
    Exits exits = new Exits(time);
    exits.know(ring);
    return exits;
  }

  private void refuse(Exits exits, KeyRing ring, Destination way) {
    KeyLease lease = new KeyLease();
    ApiKey key = ring.groups().get(0).keys().get(0);
    lease.fill(new Candidate(key, "m"), false, Demand.FREE, time.nanoTime());
    ring.settle(lease, LOCATION);
    exits.settle(way, lease, LOCATION, lease.drawnAtNanos());
  }

  @Test
  void anExitThatGoogleRefusesRestsElsewhereAndComesBackEverywhere() {
    KeyRing ring = ring("one", "two");
    Exits here = exits(ring);
    Exits there = exits(ring("two", "one"));
    Exits without = exits(ring("two"));
    List<Destination> ways = ring.groups().get(0).exits();
    refuse(here, ring, ways.get(0));
    List<Fact> told = facts(here.facts());
    assertEquals(1, told.size());
    assertFalse(told.toString().contains("password") || told.toString().contains("user"));
    told.forEach(there.facts()::learn);
    told.forEach(without.facts()::learn);
    assertFalse(there.admits(ways.get(0), time.nanoTime()));
    assertTrue(there.admits(ways.get(1), time.nanoTime()));
    assertTrue(without.calm());
    // Who learned of it takes it from nobody: the address may be another there.
    assertTrue(here.facts().knows(told.get(0)));
    assertFalse(there.facts().knows(told.get(0)));
    assertFalse(without.facts().knows(told.get(0)));
    assertTrue(told.get(0).says(facts(there.facts()).get(0)));
    told.forEach(there.facts()::forget);
    assertTrue(there.calm());
    refuse(there, ring, ways.get(0));
    assertEquals(1, facts(there.facts()).size());
    assertTrue(there.facts().knows(told.get(0)));
  }

  @Test
  void whoGetsToKnowMoreExitsOrTargetsWantsToBeTaughtAgain() {
    Exits exits = exits(ring("one"));
    FactSource facts = exits.facts();
    long before = facts.extent();
    exits.know(ring("one"));
    assertEquals(before, facts.extent());
    exits.know(ring("one", "two"));
    assertNotEquals(before, facts.extent());
    EgressConfig one = exit("one");
    EgressConfig same =
        new EgressConfig(one.kind(), one.host(), one.port(), one.user(), Secret.of("another"));
    exits.know(ring(List.of(TARGET), List.of(one, same)));
    long unshared = facts.extent();
    exits.know(ring("one"));
    assertNotEquals(unshared, facts.extent(), "it is shared again");
    Breakers breakers = breakers(60);
    long known = breakers.facts().extent();
    breakers.knowing(List.of(TARGET));
    assertEquals(known, breakers.facts().extent());
    breakers.knowing(
        List.of(TARGET, new TargetConfig(false, "h", 80, "", TARGET.protocol(), null)));
    assertNotEquals(known, breakers.facts().extent());
  }

  private KeyRing ring(List<TargetConfig> targets, List<EgressConfig> exits) {
    List<GroupConfig> groups = new ArrayList<>();
    for (TargetConfig target : targets) {
      KeyConfig key = new KeyConfig(Secret.of("a-key"), null, 1, null);
      String name = "g" + groups.size();
      groups.add(new GroupConfig(name, target, exits, Map.of(), List.of(key), null, Map.of()));
    }
    return KeyRing.of(groups, KeyRingTest.config(), time, new Random(1));
  }

  @Test
  void anExitRestsForAllTargetsAtTheAddressThatGoogleRefusesItAt() {
    TargetConfig path =
        new TargetConfig(true, TARGET.host(), 443, "/other", TARGET.protocol(), null);
    KeyRing ring = ring(List.of(TARGET, path), List.of(exit("one"), exit("two")));
    Exits here = exits(ring);
    Exits there = exits(ring);
    List<Destination> first = ring.groups().get(0).exits();
    List<Destination> second = ring.groups().get(1).exits();
    refuse(here, ring, second.get(0));
    time.advance(Duration.ofMinutes(1));
    refuse(here, ring, first.get(0));
    List<Fact> told = facts(here.facts());
    assertEquals(1, told.size(), told::toString);
    assertEquals(here.restNanos(first.get(0)), remaining(told.get(0)));
    told.forEach(there.facts()::learn);
    assertFalse(there.admits(first.get(0), time.nanoTime()));
    assertFalse(there.admits(second.get(0), time.nanoTime()));
    assertEquals(told, facts(there.facts()));
    told.forEach(there.facts()::forget);
    assertTrue(there.calm());
  }

  private long remaining(Fact fact) {
    return Duration.ofMillis(fact.untilMillis() - time.instant().toEpochMilli()).toNanos();
  }

  @Test
  void exitsThatOnlyTheirPasswordsTellApartAreNotShared() {
    EgressConfig one = exit("one");
    EgressConfig same =
        new EgressConfig(one.kind(), one.host(), one.port(), one.user(), Secret.of("another"));
    KeyRing both = ring(List.of(TARGET), List.of(one, same, exit("two")));
    KeyRing alone = ring(List.of(TARGET), List.of(one, exit("two")));
    Exits here = exits(both);
    refuse(here, both, both.groups().get(0).exits().get(0));
    assertFalse(here.calm());
    assertEquals(List.of(), facts(here.facts()));
    Exits there = exits(alone);
    refuse(there, alone, alone.groups().get(0).exits().get(0));
    Exits other = exits(both);
    assertEquals(1, facts(there.facts()).size());
    for (Fact fact : facts(there.facts())) {
      assertFalse(other.facts().learn(fact));
      assertFalse(other.facts().knows(fact));
    }
    assertTrue(other.calm());
  }

  @Test
  void anExitOnThisMachineIsAnotherElsewhere() {
    for (String local : List.of("127.0.0.2", "localhost", "::1")) {
      KeyRing ring = ring(local, "two");
      Exits here = exits(ring);
      refuse(here, ring, ring.groups().get(0).exits().get(0));
      assertFalse(here.calm());
      assertEquals(List.of(), facts(here.facts()), local);
    }
  }

  @Test
  void theFingerprintOfAnExitTellsNothingOfItsPassword() {
    EgressConfig one = exit("one");
    EgressConfig two =
        new EgressConfig(one.kind(), one.host(), one.port(), one.user(), Secret.of("another"));
    EgressConfig user =
        new EgressConfig(one.kind(), one.host(), one.port(), "other", one.password());
    assertEquals(one.identity(), two.identity());
    assertNotEquals(one.identity(), user.identity());
  }

  @Test
  void whoDoesNotTakeARefusalOfAnExitHasNothingOfItToEnd() {
    KeyRing ring = ring("one", "two");
    Exits here = exits(ring);
    Exits there = exits(ring);
    Destination way = ring.groups().get(0).exits().get(0);
    refuse(here, ring, way);
    time.advance(Duration.ofSeconds(3370));
    // It cannot be reached from there, for longer by now than the refusal lasts.
    there.failed(way, FaultKind.EGRESS_AUTH);
    for (int i = 0; i < 5; i++) {
      time.advance(Duration.ofSeconds(40));
      there.failed(way, FaultKind.EGRESS_AUTH);
    }
    Fact told = facts(here.facts()).get(0);
    assertTrue(there.restNanos(way) > remaining(told));
    assertFalse(there.facts().learn(told));
    assertEquals(List.of(), facts(there.facts()));
    // Nor who has a longer refusal of another kind; but who has one of the same.
    Exits longer = exits(ring);
    refuse(longer, ring, way);
    assertTrue(longer.facts().learn(told));
    Fact refused =
        new Fact(told.name().replace("LOCATION", "REFUSED"), told.fields(), told.untilMillis());
    assertFalse(longer.facts().learn(refused));
  }

  @Test
  void aMachineThatWasSuspendedLengthensNothingForOthers() {
    KeyRing ring = ring("one", "two");
    Exits exits = exits(ring);
    refuse(exits, ring, ring.groups().get(0).exits().get(0));
    Breakers breakers = breakers(60);
    fails(breakers, "m", Effect.SERVER_FAILURE);
    List<Fact> rest = facts(exits.facts());
    List<Fact> refusal = facts(breakers.facts());
    time.set(time.instant().plusSeconds(3600));
    assertEquals(rest, facts(exits.facts()));
    assertEquals(refusal, facts(breakers.facts()));
  }

  @Test
  void thatAnExitCannotBeReachedEachFindsOutByItself() {
    KeyRing ring = ring("one", "two");
    Exits here = exits(ring);
    Destination way = ring.groups().get(0).exits().get(0);
    here.failed(way, FaultKind.EGRESS_AUTH);
    assertFalse(here.calm());
    assertEquals(List.of(), facts(here.facts()));
    String name = "exit/" + way.target().authority() + "/x/UNREACHABLE";
    here.facts().learn(new Fact(name, Map.of(), time.instant().toEpochMilli() + 60_000));
    assertEquals(List.of(), facts(here.facts()));
  }
}
