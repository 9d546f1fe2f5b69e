package io.geminirelay.flow.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.state.Fact;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Keys that a hand put aside or took back, told between instances. */
class HandFactsTest extends KeyFactsCase {
  @Test
  void theLastHandDecidesWhoIsAside() {
    String print = Secret.of("g-key-0").fingerprint();
    one.putAside(print, true);
    Map<String, Fact> aside = facts(one);
    learnAll(one, other);
    assertEquals(KeyState.Status.DISABLED, key(other, 0).state().status());
    other.putAside(print, false);
    learnAll(other, one);
    assertEquals(KeyState.Status.AVAILABLE, key(one, 0).state().status());
    aside.values().forEach(one.facts()::forget);
    assertEquals(facts(other), facts(one));
  }

  @Test
  void theSameHandLaterIsToldAsTheLater() {
    String print = Secret.of("g-key-0").fingerprint();
    one.putAside(print, true);
    learnAll(one, other);
    facts(one);
    passes(Duration.ofMinutes(1));
    other.putAside(print, true);
    long version = one.facts().version();
    learnAll(other, one);
    assertNotEquals(version, one.facts().version());
    assertEquals(facts(other), changes(one, new ArrayList<>()));
    version = one.facts().version();
    learnAll(other, one);
    assertEquals(version, one.facts().version());
  }

  @Test
  void theLaterHandIsRightHoweverLongTheEarlierIsTold() {
    String print = Secret.of("g-key-0").fingerprint();
    one.putAside(print, true);
    learnAll(one, other);
    // By a clock that is behind by now.
    time.set(time.instant().minusSeconds(3600));
    other.putAside(print, false);
    passes(Duration.ofHours(25));
    learnAll(one, other);
    assertEquals(KeyState.Status.AVAILABLE, key(other, 0).state().status());
    learnAll(other, one);
    assertEquals(KeyState.Status.AVAILABLE, key(one, 0).state().status());
    assertEquals(facts(other), facts(one));
    // An older version does not say when: what it says is taken, as before.
    Fact told = facts(one).values().iterator().next();
    Fact bare = new Fact(told.name(), Map.of("disabled", "true"), told.untilMillis());
    assertTrue(one.facts().learn(bare));
    assertEquals(KeyState.Status.DISABLED, key(one, 0).state().status());
    assertEquals(bare.fields(), facts(one).get(told.name()).fields());
  }

  @Test
  void whatAHandTookBackIsToldForAMonthToThoseThatWereAway() {
    String print = Secret.of("g-key-0").fingerprint();
    // Nothing is changed by it here: of the file of the other, nobody knows.
    one.putAside(print, false);
    passes(Duration.ofDays(29));
    KeyRing filed = ring(null, Set.of(print));
    learnAll(one, filed);
    assertEquals(KeyState.Status.AVAILABLE, key(filed, 0).state().status());
    passes(Duration.ofDays(3));
    long now = time.instant().toEpochMilli();
    assertTrue(facts(one).values().iterator().next().untilMillis() < now);
    assertTrue(facts(filed).values().iterator().next().untilMillis() > now);
  }

  @Test
  void whatAConfigurationPutsAsideIsNotToldAndEndsWithTheConfiguration() {
    String print = Secret.of("g-key-0").fingerprint();
    KeyRing filed = ring(null, Set.of(print));
    assertEquals(KeyState.Status.DISABLED, key(filed, 0).state().status());
    assertEquals(Map.of(), facts(filed));
    KeyRing next = filed.successor(groups(null), KeyRingTest.config());
    assertEquals(KeyState.Status.AVAILABLE, key(next, 0).state().status());
    next.putAside(print, true);
    KeyRing same = next.successor(groups(null), KeyRingTest.config());
    assertEquals(KeyState.Status.DISABLED, key(same, 0).state().status());
    // What a hand did holds on elsewhere where the configuration comes to say the same here.
    Map<String, Fact> hand = facts(same);
    assertEquals(1, hand.size());
    KeyRing said = same.successor(groups(null), with(KeyRingTest.config(), Set.of(print)));
    assertEquals(hand, facts(said));
    // Nor does it leave a hand's work from before it in force where it says else.
    KeyRing last = said.successor(groups(null), KeyRingTest.config());
    assertEquals(Map.of(), facts(last));
    assertEquals(KeyState.Status.AVAILABLE, key(last, 0).state().status());
  }

  @Test
  void aKeyThatIsTakenBackStaysSoThoughAFileSaysElse() {
    String print = Secret.of("g-key-0").fingerprint();
    KeyRing filed = ring(null, Set.of(print));
    filed.putAside(print, false);
    assertEquals(KeyState.Status.AVAILABLE, key(filed, 0).state().status());
    Map<String, Fact> back = facts(filed);
    assertEquals("false", back.values().iterator().next().field("disabled", ""));
    // A configuration that says the same as before, and a start with the same file.
    KeyRing next = filed.successor(groups(null), with(KeyRingTest.config(), Set.of(print)));
    assertEquals(KeyState.Status.AVAILABLE, key(next, 0).state().status());
    KeyRing again = ring(null, Set.of(print));
    assertEquals(1, warnings(() -> back.values().forEach(again.facts()::learn)));
    assertEquals(0, warnings(() -> back.values().forEach(again.facts()::learn)), "said once");
    assertEquals(0, warnings(() -> back.values().forEach(other.facts()::learn)));
    assertEquals(KeyState.Status.AVAILABLE, key(again, 0).state().status());
    back.values().forEach(other.facts()::forget);
    assertEquals(KeyState.Status.AVAILABLE, key(other, 0).state().status());
    back.values().forEach(again.facts()::forget);
    assertEquals(KeyState.Status.DISABLED, key(again, 0).state().status());
    // One that says something new is the last hand.
    KeyRing without = next.successor(groups(null), KeyRingTest.config());
    assertEquals(back.keySet(), facts(without).keySet(), "others may still list it");
    KeyRing with = without.successor(groups(null), with(KeyRingTest.config(), Set.of(print)));
    assertEquals(Map.of(), facts(with));
    assertEquals(KeyState.Status.DISABLED, key(with, 0).state().status());
  }

  private static long warnings(Runnable work) {
    Logger logger = (Logger) LoggerFactory.getLogger(KeyFacts.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    try {
      work.run();
    } finally {
      logger.detachAppender(log);
    }
    return log.list.stream().filter(each -> each.getLevel() == Level.WARN).count();
  }
}
