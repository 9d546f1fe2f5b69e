package io.geminirelay.flow.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.state.SlotStore.Answer;
import io.geminirelay.base.state.SlotStore.Ask;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The slots of one client at one instance, and what it tells of them. */
class SlotLeaseTest {
  private static final long PAUSE = TimeUnit.SECONDS.toNanos(5);

  private int calls;
  private long now;
  private final Slots slots = new Slots("concurrent/c");
  private final SlotLease lease = new SlotLease(slots, each -> calls++, 0);

  private void pass(long millis) {
    now += TimeUnit.MILLISECONDS.toNanos(millis);
  }

  private Ask ask() {
    return lease.next(now);
  }

  private boolean answer(Ask ask, int granted, int hunger, int others, int room) {
    return lease.answered(ask, new Answer(granted, hunger, others, room), now);
  }

  private int take(int count) {
    int had = 0;
    for (int i = 0; i < count; i++) {
      had += slots.tryTake() ? 1 : 0;
    }
    return had;
  }

  private void giveBack(int count) {
    for (int i = 0; i < count; i++) {
      slots.giveBack();
    }
  }

  /** One that has joined, with ten slots for all. */
  private void join(int granted, int room) {
    slots.limit(10);
    answer(ask(), granted, 0, 0, room);
  }

  @Test
  void aloneAllCanBeTakenAndWithoutLimitAnyNumber() {
    assertEquals(1_000, take(1_000));
    giveBack(1_000);
    slots.limit(10);
    assertEquals(10, take(11));
    assertEquals(0, slots.left());
    assertFalse(slots.isShared());
    assertEquals(0, calls);
  }

  @Test
  void whoJoinsTellsWhatIsTakenAndAsksForNothingElse() {
    slots.limit(10);
    take(7);
    assertTrue(lease.isUrgent(now));
    Ask ask = ask();
    assertEquals(new Ask("concurrent/c", 10, 7, 7, 0), ask);
    answer(ask, 5, 0, 2, 0);
    assertTrue(slots.isShared());
    assertEquals(1, slots.left());
    assertEquals(0, take(1), "two more than it may have");
    giveBack(3);
    assertEquals(1, take(3));
  }

  @Test
  void whoSeesThatTheyAreSharedTakesNoneThatTheStoreDidNotAllow() throws Exception {
    List<SlotLease> leases = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      Slots own = new Slots("concurrent/" + i);
      own.limit(1);
      leases.add(new SlotLease(own, each -> {}, now));
    }
    Thread state =
        new Thread(
            () ->
                leases.forEach(each -> each.answered(each.next(now), new Answer(0, 0, 1, 0), now)));
    state.start();
    int had = 0;
    for (SlotLease each : leases) {
      // Also where the state thread stands still at any moment of its joining.
      while (!each.slots().isShared() && state.isAlive()) {
        Thread.onSpinWait();
      }
      had += each.slots().tryTake() ? 1 : 0;
    }
    state.join();
    assertEquals(0, had, "another instance has it");
  }

  @Test
  void whatWasRefusedIsWantedUntilItsClientMayHaveTriedAgain() {
    join(2, 0);
    assertEquals(2, take(5));
    assertEquals(1, calls, "it calls once");
    assertTrue(lease.isUrgent(now));
    Ask ask = ask();
    assertEquals(new Ask("concurrent/c", 10, 2, 5, 2), ask);
    answer(ask, 2, 0, 8, 0);
    assertTrue(lease.isShort(), "to ask at once brings no more");
    pass(20);
    assertTrue(lease.isUrgent(now), "in the next round");
    giveBack(1);
    ask = ask();
    assertEquals(5, ask.wanted());
    answer(ask, 5, 0, 5, 0);
    assertFalse(lease.isUrgent(now), "it has what it wants");
    pass(1_000);
    assertEquals(5, ask().wanted());
    pass(500);
    assertEquals(1, ask().wanted());
  }

  @Test
  void whatIsThereAndNotUsedIsNotWantedForLongWhereOthersWait() {
    join(2, 0);
    take(3);
    answer(ask(), 3, 4, 5, 0);
    pass(249);
    assertEquals(3, ask().wanted());
    pass(1);
    assertEquals(2, ask().wanted());
  }

  @Test
  void moreIsAskedForBeforeTheLastIsTaken() {
    join(5, 5);
    assertEquals(2, take(2));
    assertEquals(0, calls);
    assertEquals(1, take(1));
    assertEquals(1, calls);
    assertFalse(lease.isShort());
    assertTrue(lease.isUrgent(now));
  }

  @Test
  void whatOthersWantIsGivenUpHereFirstAndToldThen() {
    join(5, 0);
    take(2);
    assertTrue(lease.call(now));
    Ask ask = ask();
    assertEquals(5, ask.allowed());
    assertTrue(answer(ask, 2, 4, 5, 0), "others wait");
    assertEquals(2, slots.allowed());
    assertTrue(lease.isUrgent(now));
    ask = ask();
    assertEquals(2, ask.allowed());
    assertFalse(answer(ask, 1, 1, 8, 0), "the other is under way");
    assertFalse(lease.isUrgent(now));
    assertFalse(lease.call(now), "there is nothing to spare");
    slots.giveBack();
    assertTrue(lease.isUrgent(now), "others wait for it");
    assertEquals(new Ask("concurrent/c", 10, 1, 1, 1), ask());
  }

  @Test
  void nothingIsToldWhileNothingChanges() {
    join(5, 5);
    assertFalse(lease.isUrgent(now));
    pass(100);
    assertTrue(lease.isDue(now, PAUSE), "others may join too");
    pass(5_000);
    answer(ask(), 5, 0, 0, 5);
    pass(4_999);
    assertFalse(lease.isDue(now, PAUSE));
    pass(1);
    assertTrue(lease.isDue(now, PAUSE));
    answer(ask(), 5, 0, 0, 5);
    take(1);
    pass(499);
    assertFalse(lease.isDue(now, PAUSE));
    take(1);
    assertTrue(lease.isDue(now, PAUSE), "much has changed");
    slots.giveBack();
    pass(1);
    assertTrue(lease.isDue(now, PAUSE), "little has changed for long");
  }

  @Test
  void whoHasNoneLooksWhetherOthersAreDone() {
    join(0, 0);
    pass(5_000);
    answer(ask(), 0, 0, 10, 0);
    pass(99);
    assertFalse(lease.isDue(now, PAUSE));
    pass(1);
    assertTrue(lease.isDue(now, PAUSE));
    answer(ask(), 0, 0, 0, 0);
    pass(1_000);
    assertFalse(lease.isDue(now, PAUSE), "nobody uses any");
  }

  @Test
  void aloneAgainAllCanBeTakenAndAfterwardsWhatTheStoreSays() {
    join(2, 0);
    assertEquals(2, take(3));
    lease.lost();
    assertFalse(slots.isShared());
    assertEquals(8, take(9));
    Ask ask = ask();
    assertEquals(10, ask.used());
    assertEquals(0, ask.allowed());
    answer(ask, 4, 0, 6, 0);
    giveBack(6);
    assertEquals(0, take(1));
    giveBack(1);
    assertEquals(1, take(2));
  }

  @Test
  void anotherLimitKeepsWhatIsTaken() {
    join(8, 2);
    take(6);
    slots.limit(4);
    assertTrue(lease.isUrgent(now));
    assertEquals(0, take(1));
    Ask ask = ask();
    assertEquals(new Ask("concurrent/c", 4, 6, 4, 4), ask);
    answer(ask, 4, 0, 0, 0);
    slots.limit(20);
    answer(ask(), 13, 0, 0, 7);
    assertEquals(7, take(8));
    lease.lost();
    slots.limit(0);
    assertEquals(1_000, take(1_000));
  }
}
