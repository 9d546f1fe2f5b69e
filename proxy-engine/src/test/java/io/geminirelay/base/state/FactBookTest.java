package io.geminirelay.base.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FactBookTest extends FactBookCase {
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
