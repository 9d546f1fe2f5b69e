package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.geminirelay.base.state.Fact;
import io.geminirelay.flow.keys.verdict.KeyVerdict;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Effect;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Next;
import io.geminirelay.flow.keys.verdict.KeyVerdict.Rest;
import io.geminirelay.flow.keys.verdict.QuotaViolation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Two rings of the same keys, as two gateways have them, tell each other what they know. */
class KeyFactsTest extends KeyFactsCase {
  private static final KeyVerdict DAY =
      KeyVerdict.cool("quota_per_day", Rest.UNTIL_RESET, Duration.ZERO, "PerDay");
  private static final KeyVerdict BARE =
      KeyVerdict.cool("rate_limited", Rest.LADDER, Duration.ZERO, "");
  private static final KeyVerdict BAD =
      KeyVerdict.of(Effect.MARK_INVALID, Next.NEXT_KEY, "key_invalid");
  private static final KeyVerdict GOOD = KeyVerdict.of(Effect.SUCCESS, Next.ANSWER_CLIENT, "ok");
  private static final String MODEL = "models/m/rest=1";

  @Test
  void restsAndRefusalsAreLearnedAsTheyAre() {
    one.settle(key(one, 0), MODEL, DAY);
    one.settle(key(one, 1), MODEL, BARE);
    one.settle(key(one, 2), MODEL, BAD);
    passes(Duration.ofMillis(300));
    learnAll(one, other);
    assertEquals(facts(one), facts(other));
    Cooldown rest = key(other, 0).bucket().cooldown(MODEL);
    assertEquals("quota_per_day", rest.reason());
    assertEquals("PerDay", rest.quotaId());
    assertEquals(KeyState.Status.INVALID, key(other, 2).state().status());
    assertFalse(key(other, 0).usable(MODEL));
    assertTrue(key(other, 0).usable("another"));
    String all = facts(one).toString();
    for (int i = 0; i < 3; i++) {
      assertFalse(all.contains("g-key-" + i), all);
    }
  }

  @Test
  void whatWasLearnedIsToldTheSameAgainAndAgain() {
    one.settle(key(one, 0), MODEL, DAY);
    learnAll(one, other);
    Fact before = facts(other).values().iterator().next();
    long version = other.facts().version();
    passes(Duration.ofSeconds(61));
    learnAll(one, other);
    assertEquals(version, other.facts().version());
    Fact after = facts(other).values().iterator().next();
    assertTrue(before.says(after), before + " " + after);
    assertTrue(facts(one).get(after.name()).says(after));
  }

  @Test
  void aClockThatWasSetTellsNoLaterEndsButEarlierOnes() {
    one.settle(key(one, 1), MODEL, BARE);
    long before = facts(one).values().iterator().next().untilMillis();
    // So it looks, too, where the machine was suspended: for others the rest goes on as it was.
    time.set(time.instant().plusSeconds(600));
    assertEquals(before, facts(one).values().iterator().next().untilMillis());
    time.set(time.instant().minusSeconds(600));
    assertEquals(before, facts(one).values().iterator().next().untilMillis());
    time.set(time.instant().minusSeconds(600));
    assertEquals(before - 600_000, facts(one).values().iterator().next().untilMillis());
  }

  @Test
  void changesAreToldOnceAndOfThoseAloneThatChanged() {
    List<String> over = new ArrayList<>();
    one.settle(key(one, 0), MODEL, DAY);
    assertEquals(1, facts(one).size());
    assertEquals(Map.of(), changes(one, over));
    one.settle(key(one, 1), MODEL, DAY);
    one.settle(key(one, 1), "another", BARE);
    one.settle(key(one, 2), MODEL, BAD);
    Map<String, Fact> first = changes(one, over);
    assertEquals(3, first.size());
    assertEquals(Map.of(), changes(one, over));
    Map<String, Fact> all = facts(one);
    assertEquals(4, all.size());
    assertTrue(all.values().containsAll(first.values()));
    one.putAside(key(one, 0).secret().fingerprint(), true);
    assertEquals(2, changes(one, over).size(), "the rest that it has is told with it");
    assertEquals(List.of(), over);
    one.reset(key(one, 1));
    assertEquals(Map.of(), changes(one, over));
    assertEquals(2, over.size());
    assertEquals(3, facts(one).size());
    assertEquals(Map.of(), changes(one, over));
  }

  @Test
  void whatWasLearnedIsToldOnceAsAChange() {
    List<String> over = new ArrayList<>();
    one.settle(key(one, 0), MODEL, DAY);
    assertEquals(Map.of(), changes(other, over));
    learnAll(one, other);
    assertEquals(facts(one), changes(other, over));
    assertEquals(Map.of(), changes(other, over));
    facts(one).values().forEach(other.facts()::forget);
    assertEquals(Map.of(), changes(other, over));
    assertEquals(facts(one).keySet(), Set.copyOf(over));
  }

  @Test
  void aClockThatWasSetBackIsNoMatterOfChanges() {
    one.settle(key(one, 0), MODEL, DAY);
    facts(one);
    time.set(time.instant().minusSeconds(600));
    assertFalse(
        one.facts()
            .tellChanges(fact -> fail("told " + fact), name -> fail("told the end of " + name)));
  }

  @Test
  void aRefusalCanBeRehearsed() {
    List<Fact> learned = RefusalRehearsal.run(time);
    assertEquals(1, learned.size());
    assertEquals("quota_per_day", learned.get(0).field("reason", ""));
  }

  @Test
  void theLongerRestStaysAndNobodyForgetsIt() {
    one.settle(key(one, 0), MODEL, BARE);
    other.settle(key(other, 0), MODEL, DAY);
    Map<String, Fact> shorter = facts(one);
    learnAll(one, other);
    assertEquals("quota_per_day", key(other, 0).bucket().cooldown(MODEL).reason());
    shorter.values().forEach(other.facts()::forget);
    assertNotNull(key(other, 0).bucket().cooldown(MODEL));
    learnAll(other, one);
    assertEquals("quota_per_day", key(one, 0).bucket().cooldown(MODEL).reason());
  }

  @Test
  void whatIsLiftedAtOneIsForgottenAtTheOther() {
    one.settle(key(one, 0), MODEL, DAY);
    one.settle(key(one, 0), MODEL, BAD);
    learnAll(one, other);
    Map<String, Fact> lifted = facts(one);
    one.reset(key(one, 0));
    assertEquals(Map.of(), facts(one));
    lifted.values().forEach(fact -> assertTrue(one.facts().knows(fact)));
    lifted.values().forEach(other.facts()::forget);
    assertEquals(Map.of(), facts(other));
    assertTrue(key(other, 0).usable(MODEL));
  }

  @Test
  void aRestThatIsOverWaitsForItsTrialAtEach() {
    one.settle(key(one, 0), MODEL, BARE);
    Map<String, Fact> rest = facts(one);
    learnAll(one, other);
    passes(Duration.ofMinutes(1));
    assertNotNull(key(other, 0).bucket().cooldown(MODEL));
    // One that starts now has nothing to learn of it.
    KeyRing third = ring(null, Set.of());
    rest.values().forEach(third.facts()::learn);
    assertNull(key(third, 0).bucket().cooldown(MODEL));
    one.settle(key(one, 0), MODEL, GOOD);
    assertEquals(Map.of(), facts(one));
  }

  @Test
  void aLadderGoesOnWhereAnotherHasClimbedIt() {
    one.settle(key(one, 0), MODEL, BARE);
    passes(Duration.ofSeconds(2));
    one.settle(key(one, 0), MODEL, BARE);
    learnAll(one, other);
    int step = key(one, 0).bucket().cooldown(MODEL).step();
    assertEquals(1, step);
    assertEquals(step, key(other, 0).bucket().cooldown(MODEL).step());
  }

  @Test
  void configuredProjectsRestAsOne() {
    KeyRing first = ring("p", Set.of());
    KeyRing second = ring("p", Set.of());
    first.settle(key(first, 0), MODEL, DAY);
    assertEquals(1, facts(first).size(), facts(first)::toString);
    learnAll(first, second);
    for (int i = 0; i < 3; i++) {
      assertFalse(key(second, i).usable(MODEL));
    }
  }

  @Test
  void learnedProjectsAreSharedWithTheirRests() {
    KeyVerdict named =
        new KeyVerdict(
            Effect.COOL_BUCKET,
            Next.NEXT_KEY,
            "quota_per_day",
            Rest.UNTIL_RESET,
            Duration.ZERO,
            "PerDay",
            List.of(),
            "projects/7");
    one.settle(key(one, 0), "other", named);
    one.settle(key(one, 1), MODEL, named);
    learnAll(one, other);
    assertSame(key(other, 0).bucket(), key(other, 1).bucket());
    assertFalse(key(other, 0).usable(MODEL));
    assertFalse(key(other, 1).usable("other"));
    assertTrue(key(other, 2).usable(MODEL));
  }

  @Test
  void aLimitIsForgottenWithTheRestThatNamedItAlone() {
    QuotaViolation day = new QuotaViolation("GenerateRequestsPerDayPerProjectPerModel", 250, "");
    for (KeyVerdict verdict : List.of(BARE, DAY)) {
      one.settle(key(one, 0), MODEL, verdict);
      Map<String, Fact> rest = facts(one);
      rest.values().forEach(other.facts()::learn);
      ModelQuota quota = key(other, 0).bucket().quota(MODEL);
      quota.refused(List.of(day), 1, time.nanoTime(), time.nanoTime());
      assertTrue(quota.bounds(time.nanoTime()).isLearned());
      rest.values().forEach(other.facts()::forget);
      assertEquals(Map.of(), facts(other));
      assertEquals(verdict == BARE, quota.bounds(time.nanoTime()).isLearned());
      one.reset(key(one, 0));
    }
  }

  @Test
  void whatIsNotUnderstoodIsLeftOut() {
    long until = time.instant().plusSeconds(60).toEpochMilli();
    String holder = facts(aside()).keySet().iterator().next().replace("/disabled", "");
    for (String name :
        List.of("key/", "key", "key/x", "key/x/rest", "key/x/rest=m", holder + "/news", holder)) {
      assertFalse(other.facts().learn(new Fact(name, Map.of("reason", "r"), until)), name);
      other.facts().forget(new Fact(name, Map.of(), until));
    }
    assertEquals(Map.of(), facts(other));
    // Damaged, or of another version: what is missing or beyond reason does no harm.
    other.facts().learn(new Fact(holder + "/rest=a", Map.of(), until));
    Map<String, String> odd =
        Map.of("began_at_ms", "-9223372036854775808", "cap_ms", "9999999999999999", "step", "x");
    other.facts().learn(new Fact(holder + "/rest=b", odd, Long.MAX_VALUE));
    assertFalse(key(other, 0).usable("a"));
    assertFalse(key(other, 0).usable("b"));
    assertTrue(key(other, 0).usable("c"));
    passes(Duration.ofDays(32));
    assertTrue(key(other, 0).bucket().cooldown("b").over(time.nanoTime()));
  }
}
