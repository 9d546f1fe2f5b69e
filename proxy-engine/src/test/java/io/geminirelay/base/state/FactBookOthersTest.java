package io.geminirelay.base.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a book of facts makes of what other instances say. */
class FactBookOthersTest extends FactBookCase {
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
}
