package io.geminirelay.base.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class FactBookTest {
  private static final long NOW = 1_000_000_000;
  private static final long MINUTE = 60_000;

  private final FactBook book = new FactBook();
  private final Known known = new Known();

  /** A source in which the longer end wins, as that of a rest does. */
  private static final class Known implements FactSource {
    final Map<String, Fact> facts = new TreeMap<>();
    final List<String> forgotten = new ArrayList<>();
    final List<String> learned = new ArrayList<>();
    String foreign = "none";

    /** Whether it stays with what it knows, as who has the like already. */
    boolean stays;

    @Override
    public String kind() {
      return "key";
    }

    @Override
    public long version() {
      return 0;
    }

    @Override
    public void tell(Consumer<Fact> to) {
      facts.values().forEach(to);
    }

    @Override
    public boolean learn(Fact fact) {
      learned.add(fact.name());
      Fact own = facts.get(fact.name());
      if (knows(fact) && (own == null || (!stays && Fact.outweighs(fact, own)))) {
        Map<String, String> understood = new TreeMap<>(fact.fields());
        understood.keySet().retainAll(List.of("reason", Fact.DECIDED));
        facts.put(fact.name(), new Fact(fact.name(), understood, fact.untilMillis()));
      }
      return knows(fact);
    }

    @Override
    public boolean knows(Fact fact) {
      return !fact.name().equals(foreign);
    }

    @Override
    public void forget(Fact fact) {
      forgotten.add(fact.name());
      facts.remove(fact.name());
    }
  }

  private static Fact fact(String name, long lasts) {
    return new Fact(name, Map.of("reason", "r"), NOW + lasts);
  }

  private void knows(Fact... facts) {
    for (Fact fact : facts) {
      known.facts.put(fact.name(), fact);
    }
  }

  private StateStore.Batch noticed() {
    return noticed(NOW);
  }

  private StateStore.Batch noticed(long now) {
    book.notice(known, now);
    StateStore.Batch batch = book.give();
    book.written(true);
    return batch;
  }

  private void told(Fact... facts) {
    book.take(new StateStore.Batch(List.of(facts), List.of()), List.of(known), NOW);
  }

  private void toldOver(String... names) {
    book.take(new StateStore.Batch(List.of(), List.of(names)), List.of(known), NOW);
  }

  @Test
  void whatIsNewOrChangedOrOverIsWrittenOnce() {
    knows(fact("key/a", MINUTE), fact("key/b", MINUTE));
    assertEquals(2, noticed().facts().size());
    assertTrue(noticed().isEmpty());
    knows(fact("key/a", 2 * MINUTE));
    assertEquals(List.of(fact("key/a", 2 * MINUTE)), noticed().facts());
    known.facts.remove("key/b");
    assertEquals(List.of("key/b"), noticed().gone());
    assertTrue(noticed().isEmpty());
    assertEquals(1, book.size());
  }

  @Test
  void manyAreGivenALittleAtATimeAndOnlyWhatFailedAgain() {
    knows(fact("key/a", MINUTE), fact("key/b", MINUTE), fact("key/c", MINUTE));
    book.notice(known, NOW);
    assertEquals(2, book.give(2).facts().size());
    book.written(true);
    List<Fact> third = book.give(2).facts();
    assertEquals(1, third.size());
    book.written(false);
    assertEquals(third, book.give(2).facts());
    book.written(true);
    assertFalse(book.hasUnsaved());
  }

  @Test
  void whatWasLearnedIsNotWrittenBack() {
    told(fact("key/a", MINUTE), fact("key/b", MINUTE));
    assertEquals(List.of("key/a", "key/b"), known.learned);
    assertTrue(noticed().isEmpty());
    // A little else by another clock's rounding.
    knows(new Fact("key/a", Map.of("reason", "r"), NOW + MINUTE + 1_000));
    assertTrue(noticed().isEmpty());
    told(fact("key/a", MINUTE));
    assertEquals(2, known.learned.size());
  }

  @Test
  void momentsThatAreNearSayTheSameAndMoveWithTheClock() {
    Fact one = new Fact("key/a", Map.of("began_at_ms", "5000", "step", "5000"), NOW);
    Fact near = new Fact("key/a", Map.of("began_at_ms", "5900", "step", "5000"), NOW + 900);
    Fact other = new Fact("key/a", Map.of("began_at_ms", "5000", "step", "5001"), NOW);
    assertTrue(one.says(near));
    assertFalse(one.says(other));
    assertEquals(
        new Fact("key/a", Map.of("began_at_ms", "7000", "step", "5000"), NOW + 2000),
        one.shifted(2000));
  }

  @Test
  void ofTwoTheLongerStaysWhoeverWasLast() {
    knows(fact("key/a", 10 * MINUTE));
    assertEquals(1, noticed().facts().size());
    told(fact("key/a", MINUTE));
    assertEquals(List.of(fact("key/a", 10 * MINUTE)), noticed().facts());
    told(fact("key/a", 20 * MINUTE));
    assertTrue(noticed().isEmpty());
    assertEquals(fact("key/a", 20 * MINUTE), known.facts.get("key/a"));
  }

  private void isTaken(FactBook by, Known source, StateStore.Batch batch) {
    by.take(batch, List.of(source), NOW);
    by.notice(source, NOW);
  }

  private static Fact decided(String what, long atMinute, long untilMinute) {
    String at = Long.toString(NOW + atMinute * MINUTE);
    Map<String, String> fields = Map.of("reason", what, Fact.DECIDED, at);
    return new Fact("key/hand", fields, NOW + untilMinute * MINUTE);
  }

  @Test
  void ofTwoDecisionsTheLaterIsRightHoweverLongTheOtherLasts() {
    Fact earlier = decided("disabled", -600, 2000);
    Fact later = decided("enabled", -5, 1000);
    // It was made while the store was away, which holds the earlier one.
    knows(later);
    book.notice(known, NOW);
    book.takeAll(List.of(earlier), List.of(known), NOW);
    assertEquals(List.of(later), noticed().facts());
    // The earlier one is written over it, as it was renewed there.
    told(earlier);
    assertEquals(List.of(later), noticed().facts());
    assertEquals(later, known.facts.get("key/hand"));
  }

  @Test
  void anEarlierDecisionThatWasRenewedHereGivesWayToALaterOne() {
    knows(decided("disabled", -600, 2000));
    book.notice(known, NOW);
    Fact later = decided("enabled", -5, 1000);
    book.takeAll(List.of(later), List.of(known), NOW);
    assertEquals(later, known.facts.get("key/hand"));
    assertEquals(List.of(later), noticed().facts());
  }

  @Test
  void whatBecameShorterWhereItWasKnownIsShorterForAll() {
    FactBook others = new FactBook();
    FactBook away = new FactBook();
    Known other = new Known();
    Known late = new Known();
    knows(fact("key/a", 300 * MINUTE));
    StateStore.Batch first = noticed();
    isTaken(others, other, first);
    isTaken(away, late, first);
    for (long minutes : List.of(120L, 60L)) {
      knows(fact("key/a", minutes * MINUTE));
      StateStore.Batch next = noticed();
      isTaken(others, other, next);
      assertEquals(fact("key/a", minutes * MINUTE), other.facts.get("key/a"));
      assertTrue(others.give().isEmpty(), "nobody says it again");
      assertTrue(noticed().isEmpty());
      if (minutes == 60) {
        away.takeAll(next.facts(), List.of(late), NOW);
        away.notice(late, NOW);
        assertEquals(fact("key/a", 60 * MINUTE), late.facts.get("key/a"));
        assertTrue(away.give().isEmpty());
      }
    }
  }

  @Test
  void whatSomebodyFoundOutForLongerStillStays() {
    FactBook others = new FactBook();
    Known other = new Known();
    knows(fact("key/a", 300 * MINUTE));
    isTaken(others, other, noticed());
    other.facts.put("key/a", fact("key/a", 400 * MINUTE));
    others.notice(other, NOW);
    assertEquals(1, others.give().facts().size());
    others.written(true);
    knows(fact("key/a", 120 * MINUTE));
    isTaken(others, other, noticed());
    assertEquals(fact("key/a", 400 * MINUTE), other.facts.get("key/a"));
    assertEquals(List.of(fact("key/a", 400 * MINUTE)), others.give().facts());
  }

  @Test
  void whoDoesNotKnowAKeyTakesNothingOfItAway() {
    known.foreign = "key/foreign";
    told(fact("key/foreign", MINUTE));
    assertTrue(noticed().isEmpty());
    assertEquals(1, book.size());
    // One that left the configuration is not over for those who have it.
    knows(fact("key/left", MINUTE));
    assertEquals(1, noticed().facts().size());
    known.facts.remove("key/left");
    known.foreign = "key/left";
    assertTrue(noticed().isEmpty());
    assertEquals(2, book.size());
  }

  @Test
  void whatEndsByItsTimeIsNeitherWrittenNorForgottenByTheSource() {
    knows(fact("key/a", MINUTE));
    assertEquals(1, noticed().facts().size());
    // It waits for its trial: the store has dropped it, the source has not.
    book.takeAll(List.of(), List.of(known), NOW + MINUTE - 500);
    assertEquals(List.of(), known.forgotten);
    assertTrue(noticed(NOW + MINUTE + 1).isEmpty());
    known.facts.clear();
    assertTrue(noticed(NOW + MINUTE + 2).isEmpty());
  }

  @Test
  void aReadingThatLacksSomethingEndsNothing() {
    knows(fact("key/a", MINUTE), fact("key/b", MINUTE));
    noticed();
    book.takeAll(List.of(fact("key/b", MINUTE), fact("key/c", MINUTE)), List.of(known), NOW);
    assertEquals(List.of(), known.forgotten);
    assertEquals(List.of("key/c"), known.learned);
    assertEquals(3, book.size());
    assertTrue(noticed().isEmpty());
    toldOver("key/a");
    assertEquals(List.of("key/a"), known.forgotten);
  }

  @Test
  void aReadingThatIsOlderThanWhatIsUnderWayEndsNothing() {
    knows(fact("key/a", MINUTE));
    book.notice(known, NOW);
    book.takeAll(List.of(), List.of(known), NOW);
    assertEquals(1, book.give().facts().size());
    book.takeAll(List.of(), List.of(known), NOW);
    toldOver("key/a");
    book.written(true);
    assertEquals(List.of(), known.forgotten);
    toldOver("key/a");
    assertEquals(List.of("key/a"), known.forgotten);
  }

  @Test
  void whatChangesWhileABatchIsWrittenIsWrittenNext() {
    knows(fact("key/a", MINUTE));
    book.notice(known, NOW);
    book.give();
    knows(fact("key/a", 5 * MINUTE));
    book.notice(known, NOW);
    book.written(true);
    assertEquals(List.of(fact("key/a", 5 * MINUTE)), book.give().facts());
  }

  @Test
  void whatCouldNotBeWrittenIsWrittenLaterAsItIsThen() {
    knows(fact("key/a", MINUTE), fact("key/b", MINUTE));
    book.notice(known, NOW);
    book.give();
    book.written(false);
    assertTrue(book.hasUnsaved());
    known.facts.remove("key/b");
    StateStore.Batch batch = noticed();
    assertEquals(List.of(fact("key/a", MINUTE)), batch.facts());
    assertEquals(List.of("key/b"), batch.gone());
    assertFalse(book.hasUnsaved());
  }

  @Test
  void whatEndedBeforeItCouldBeWrittenDoesNotEndWhatOthersFoundSince() {
    Fact longer = fact("key/a", 600 * MINUTE);
    long later = NOW + 2 * MINUTE;
    for (String write : List.of("none", "failed", "fails later")) {
      FactBook alone = new FactBook();
      Known source = new Known();
      source.facts.put("key/a", fact("key/a", MINUTE));
      alone.notice(source, NOW);
      if (!write.equals("none")) {
        alone.give();
      }
      if (write.equals("failed")) {
        alone.written(false);
      }
      alone.dropEnded(later);
      if (write.equals("fails later")) {
        alone.written(false);
      }
      assertFalse(alone.hasUnsaved(), write);
      alone.takeAll(List.of(longer), List.of(source), later);
      alone.notice(source, later);
      assertTrue(alone.give().isEmpty(), write);
      assertEquals(longer, source.facts.get("key/a"), write);
    }
  }

  @Test
  void whatWasFoundOutAloneDoesNotHideWhatTheStoreKnowsForLonger() {
    knows(fact("key/a", MINUTE));
    book.notice(known, NOW);
    book.takeAll(List.of(fact("key/a", 60 * MINUTE)), List.of(known), NOW);
    assertEquals(List.of(fact("key/a", 60 * MINUTE)), noticed().facts());
  }

  @Test
  void whatIsOverHereIsNotLearnedAgainBeforeTheStoreHasIt() {
    knows(fact("key/a", MINUTE));
    noticed();
    known.facts.clear();
    book.notice(known, NOW);
    told(fact("key/a", MINUTE / 2));
    book.takeAll(List.of(fact("key/a", MINUTE)), List.of(known), NOW);
    assertEquals(Map.of(), known.facts);
    assertEquals(List.of("key/a"), book.give().gone());
  }

  @Test
  void whatIsOverHereGivesWayToWhatOthersDecidedOrFoundSince() {
    for (boolean writing : List.of(false, true)) {
      knows(decided("disabled", -600, 2000), fact("key/a", MINUTE));
      noticed();
      known.facts.clear();
      book.notice(known, NOW);
      StateStore.Batch gone = writing ? book.give() : new StateStore.Batch(List.of(), List.of());
      Fact hand = decided("disabled", -5, 2000);
      Fact rest = fact("key/a", 5 * MINUTE);
      book.takeAll(List.of(hand, rest), List.of(known), NOW);
      assertEquals(Map.of("key/hand", hand, "key/a", rest), known.facts);
      book.written(true);
      // Whether what is being written ends them at the store cannot be known.
      StateStore.Batch next = noticed();
      assertEquals(List.of(), next.gone());
      assertEquals(gone.gone().size(), next.facts().size());
      assertTrue(noticed().isEmpty());
      known.facts.clear();
      assertEquals(2, noticed().gone().size());
    }
  }

  @Test
  void whatIsOverHereIsSaidAgainWhereThatCouldNotBeWrittenButNotOfWhatCameSince() {
    knows(fact("key/a", MINUTE), fact("key/b", MINUTE));
    noticed();
    known.facts.clear();
    book.notice(known, NOW);
    assertEquals(2, book.give().gone().size());
    Fact longer = fact("key/b", 5 * MINUTE);
    book.takeAll(List.of(longer), List.of(known), NOW);
    book.written(false);
    StateStore.Batch next = noticed();
    assertEquals(List.of("key/a"), next.gone());
    assertEquals(List.of(longer), next.facts());
    // By then it has ended by itself.
    knows(fact("key/c", MINUTE));
    noticed();
    known.facts.remove("key/c");
    book.notice(known, NOW);
    assertTrue(book.hasUnsaved());
    book.dropEnded(NOW + 2 * MINUTE);
    assertFalse(book.hasUnsaved());
  }

  @Test
  void whatANewerVersionSaysMoreIsNotTakenAway() {
    Fact more = new Fact("key/a", Map.of("reason", "r", "news", "n"), NOW + MINUTE);
    told(more);
    // What this version tells of it after it has learned.
    knows(fact("key/a", MINUTE));
    assertTrue(noticed().isEmpty());
    knows(new Fact("key/b", Map.of("reason", "other"), NOW + MINUTE));
    told(new Fact("key/b", Map.of("reason", "r", "news", "n"), NOW + MINUTE / 2));
    assertEquals(List.of("key/b"), noticed().facts().stream().map(Fact::name).toList());
  }

  @Test
  void whatANewerVersionSaysOfWhatIsKnownIsNotTakenAwayEither() {
    knows(fact("key/a", MINUTE));
    noticed();
    told(new Fact("key/a", Map.of("reason", "r", "news", "n"), NOW + 5 * MINUTE));
    assertEquals(fact("key/a", 5 * MINUTE), known.facts.get("key/a"));
    assertTrue(noticed().isEmpty());
  }

  @Test
  void whatWasToldBeforeIsNotSaidAgainstWhatOthersSaySince() {
    Fact daily = new Fact("key/a", Map.of("began_at_ms", "5000"), NOW + MINUTE);
    knows(decided("disabled", -600, 2000), daily);
    noticed();
    known.stays = true;
    // The same hand a little later, and the same rest that began later elsewhere.
    Fact hand = decided("disabled", -5, 2000);
    Fact rest = new Fact("key/a", Map.of("began_at_ms", "50000"), NOW + MINUTE);
    told(hand, rest);
    assertEquals(List.of("key/hand", "key/a"), known.learned);
    book.noticeHeard(NOW);
    assertFalse(book.hasUnsaved());
    told(hand, rest);
    assertTrue(noticed().isEmpty());
  }

  @Test
  void whatEndsLaterByAClockThatWasSetIsNotShortenedForAll() {
    Fact rest = new Fact("key/a", Map.of("began_at_ms", "5000", "reason", "r"), NOW + 30 * MINUTE);
    knows(rest);
    noticed();
    // The end that was told stays as it was; by this clock, the store's is a minute later now.
    known.stays = true;
    book.takeAll(List.of(rest.shifted(MINUTE)), List.of(known), NOW + MINUTE);
    assertTrue(noticed(NOW + MINUTE).isEmpty());
    assertTrue(noticed(NOW + MINUTE).isEmpty());
    // Where it ends early, it ends for all.
    known.facts.clear();
    assertEquals(List.of("key/a"), noticed(NOW + MINUTE).gone());
  }

  @Test
  void whatEndsBeforeItWasToldIsOverForAllTheSame() {
    told(fact("key/a", MINUTE));
    known.facts.clear();
    assertEquals(List.of("key/a"), noticed().gone());
    knows(fact("key/b", MINUTE));
    noticed();
    told(fact("key/b", 5 * MINUTE));
    known.facts.clear();
    assertEquals(List.of("key/b"), noticed().gone());
    book.takeAll(List.of(fact("key/c", MINUTE)), List.of(known), NOW);
    known.facts.clear();
    assertEquals(List.of("key/c"), noticed().gone());
    assertEquals(0, book.size());
    assertTrue(noticed().isEmpty());
  }

  @Test
  void whatANewSourceEndsBeforeItWasToldIsOverToo() {
    book.take(new StateStore.Batch(List.of(fact("key/a", MINUTE)), List.of()), List.of(), NOW);
    Known next = new Known();
    book.teach(next);
    next.facts.clear();
    book.notice(next, NOW);
    assertEquals(List.of("key/a"), book.give().gone());
  }

  @Test
  void aNewSourceIsTaughtWhatIsKept() {
    told(fact("key/a", MINUTE));
    Known next = new Known();
    book.teach(next);
    assertEquals(List.of("key/a"), next.learned);
    book.dropEnded(NOW + MINUTE);
    assertEquals(0, book.size());
  }
}
