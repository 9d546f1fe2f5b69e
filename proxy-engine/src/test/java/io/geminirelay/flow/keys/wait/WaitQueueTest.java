package io.geminirelay.flow.keys.wait;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.flow.keys.Demand;
import io.geminirelay.flow.keys.KeySelector;
import io.geminirelay.flow.keys.wait.Waiter.State;
import io.geminirelay.testing.FakeTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class WaitQueueTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final FakeTime time = new FakeTime();
  private final Pot pot = new Pot();
  private final List<String> log = new ArrayList<>();
  private final WaitQueue queue = new WaitQueue(100, time, pot);

  /** Room that requests draw on: so many tokens a model, each request counting one more. */
  private final class Pot implements WaitQueue.Supply {
    final Map<String, Long> room = new HashMap<>();
    long waitNanos = Duration.ofSeconds(5).toNanos();
    long forecastNanos;
    int asked;

    boolean fits(Demand demand) {
      return room.getOrDefault(demand.model(), 0L) >= demand.tokens() + 1;
    }

    Waiter.Take take(Demand demand) {
      asked++;
      if (!fits(demand)) {
        return Waiter.Take.NOTHING;
      }
      room.merge(demand.model(), -demand.tokens() - 1, Long::sum);
      return Waiter.Take.TAKEN;
    }

    @Override
    public long waitNanos(Demand demand) {
      return fits(demand) ? 0 : waitNanos;
    }

    @Override
    public long forecastNanos(Demand demand, long ahead) {
      return forecastNanos + ahead;
    }
  }

  private Waiter waiter(String name, String model, long tokens, Duration limit) {
    Demand demand = new Demand(model, List.of(), tokens);
    String client = name.substring(0, 1);
    return new Waiter(
        demand,
        client,
        time.nanoTime() + limit.toNanos(),
        new Waiter.Seeker() {
          @Override
          public Waiter.Take tryTake() {
            return pot.take(demand);
          }

          @Override
          public void ended(Waiter waiter) {
            log.add(waiter.state() == State.SERVED ? name : name + ":" + waiter.state());
          }
        });
  }

  private Waiter enter(String name) {
    Waiter waiter = waiter(name, "m", 0, LIMIT);
    assertTrue(queue.enter(waiter));
    return waiter;
  }

  private void serve(String model, long room) {
    pot.room.put(model, room);
    queue.wake();
  }

  private void serve(long room) {
    serve("m", room);
  }

  @Test
  void servesOneClientInTheOrderInWhichItCame() {
    enter("a1");
    enter("a2");
    enter("a3");
    serve(2);
    assertEquals(List.of("a1", "a2"), log);
    assertEquals(1, queue.size());
  }

  @Test
  void delaysTheOneOfASmallClientByOneOfAHogOnly() {
    for (int i = 0; i < 50; i++) {
      enter("h" + i);
    }
    enter("s1");
    serve(2);
    assertEquals(List.of("h0", "s1"), log);
  }

  @Test
  void letsClientsTakeTurnsAcrossWakings() {
    enter("a1");
    enter("a2");
    enter("b1");
    enter("b2");
    enter("c1");
    for (int i = 0; i < 5; i++) {
      serve(1);
    }
    assertEquals(List.of("a1", "b1", "c1", "a2", "b2"), log);
  }

  @Test
  void letsLanesTakeTurns() {
    queue.enter(waiter("a1", "m", 0, LIMIT));
    queue.enter(waiter("a2", "n", 0, LIMIT));
    serve("n", 1);
    assertEquals(List.of("a2"), log);
    assertTrue(queue.isWaitedFor("m"));
    assertFalse(queue.isWaitedFor("n"));
  }

  @Test
  void asksAnEmptyLaneOnceAWaking() {
    for (int i = 0; i < 50; i++) {
      enter("abcdefghij".charAt(i % 10) + "" + i);
    }
    queue.wake();
    assertEquals(1, pot.asked);
  }

  @Test
  void endsAWaiterWithItsTime() {
    queue.enter(waiter("a1", "m", 0, Duration.ofSeconds(3)));
    queue.enter(waiter("a2", "m", 0, Duration.ofSeconds(1)));
    assertEquals(Duration.ofSeconds(1).toNanos(), queue.wake());
    time.advance(Duration.ofSeconds(1));
    assertEquals(Duration.ofSeconds(2).toNanos(), queue.wake());
    assertEquals(List.of("a2:EXPIRED"), log);
    time.advance(Duration.ofSeconds(2));
    assertEquals(KeySelector.NEVER, queue.wake());
    assertEquals(List.of("a2:EXPIRED", "a1:EXPIRED"), log);
  }

  @Test
  void asksToBeWokenWhenAKeyMayBeBack() {
    enter("a1");
    assertEquals(pot.waitNanos, queue.wake());
    pot.waitNanos = 0;
    assertEquals(WaitQueue.RECHECK_NANOS, queue.wake());
  }

  @Test
  void takesInNobodyWhoseTimeIsOverBeforeAKeyIsBack() {
    pot.forecastNanos = LIMIT.toNanos() - 1;
    enter("a1");
    enter("a2");
    Waiter late = waiter("a3", "m", 0, LIMIT);
    assertFalse(queue.enter(late));
    assertEquals(State.HOPELESS, late.state());
    assertEquals(LIMIT.toNanos() + 1, late.retryNanos());
    assertTrue(queue.enter(waiter("b1", "m", 0, LIMIT.plusNanos(1))));
    assertTrue(log.isEmpty());
  }

  @Test
  void endsALaneAtOnceWhenItsKeysAreGoneForLonger() {
    enter("a1");
    enter("b1");
    queue.enter(waiter("c1", "n", 0, LIMIT));
    pot.waitNanos = Duration.ofHours(1).toNanos();
    queue.wake();
    assertEquals(3, queue.size());
    pot.forecastNanos = Duration.ofHours(1).toNanos();
    pot.room.put("n", 1L);
    queue.wake();
    assertEquals(List.of("c1", "a1:HOPELESS", "b1:HOPELESS"), log);
    assertEquals(0, queue.size());
  }

  @Test
  void refusesTheNewcomerOfTheLargestClientWhenFull() {
    for (int i = 0; i < 100; i++) {
      enter("h" + i);
    }
    Waiter more = waiter("h100", "m", 0, LIMIT);
    assertFalse(queue.enter(more));
    assertEquals(State.QUEUE_FULL, more.state());
    assertEquals(100, queue.size());
    assertTrue(log.isEmpty());
  }

  @Test
  void pushesTheNewestOfTheLargestClientOutForASmallerOne() {
    for (int i = 0; i < 60; i++) {
      enter("h" + i);
    }
    for (int i = 0; i < 40; i++) {
      enter("g" + i);
    }
    enter("s1");
    enter("s2");
    assertEquals(List.of("h59:QUEUE_FULL", "h58:QUEUE_FULL"), log);
    assertEquals(100, queue.size());
    assertEquals(3, queue.clients());
  }

  @Test
  void forgetsOneThatLeft() {
    Waiter gone = enter("a1");
    enter("a2");
    assertTrue(queue.leave(gone));
    assertFalse(queue.leave(gone));
    serve(1);
    assertEquals(List.of("a2"), log);
    assertEquals(State.LEFT, gone.state());
    assertEquals(0, queue.size());
  }

  @Test
  void letsSmallOnesOfOthersPassALargeOneThatKeepsItsTurn() {
    queue.enter(waiter("b1", "m", 100, LIMIT));
    queue.enter(waiter("b2", "m", 0, LIMIT));
    enter("s1");
    enter("t1");
    serve(50);
    assertEquals(List.of("s1", "t1"), log);
    enter("s2");
    serve(101);
    assertEquals(List.of("s1", "t1", "b1"), log);
    serve(2);
    assertEquals(List.of("s1", "t1", "b1", "s2", "b2"), log);
  }

  @Test
  void holdsTheLaneForALargeOneThatWaitedLongAndSoonFits() {
    queue.enter(waiter("b1", "m", 100, LIMIT));
    pot.waitNanos = Duration.ofSeconds(1).toNanos();
    time.advance(Duration.ofSeconds(9));
    enter("s1");
    serve(50);
    assertEquals(List.of("s1"), log);
    time.advance(Duration.ofSeconds(1));
    enter("s2");
    serve(50);
    assertEquals(List.of("s1"), log);
    serve(102);
    assertEquals(List.of("s1", "b1", "s2"), log);
  }

  @Test
  void holdsNoLaneForALargeOneThatNeedsLong() {
    queue.enter(waiter("b1", "m", 100, LIMIT));
    time.advance(Duration.ofSeconds(11));
    enter("s1");
    serve(50);
    assertEquals(List.of("s1"), log);
  }

  @Test
  void lookOfOneThatKeysDoNotSuitSaysNothingToOthers() {
    Demand demand = new Demand("m", List.of(), 0);
    queue.enter(
        new Waiter(
            demand,
            "x",
            time.nanoTime() + LIMIT.toNanos(),
            new Waiter.Seeker() {
              @Override
              public Waiter.Take tryTake() {
                return Waiter.Take.NOT_FOR_IT;
              }

              @Override
              public void ended(Waiter waiter) {
                log.add("x");
              }
            }));
    enter("a1");
    serve(1);
    assertEquals(List.of("a1"), log);
    assertEquals(1, queue.size());
  }

  @Test
  void tellsThoseWhoHaveAKeyWhateverASearchThrows() {
    enter("a1");
    Demand demand = new Demand("m", List.of(), 0);
    queue.enter(
        new Waiter(
            demand,
            "x",
            time.nanoTime() + LIMIT.toNanos(),
            new Waiter.Seeker() {
              @Override
              public Waiter.Take tryTake() {
                throw new IllegalStateException("defect");
              }

              @Override
              public void ended(Waiter waiter) {
                log.add("x");
              }
            }));
    assertThrows(IllegalStateException.class, () -> serve(2));
    assertEquals(List.of("a1"), log);
    assertEquals(1, queue.size());
  }

  @Test
  void mayBeCalledByThoseItTells() {
    Demand demand = new Demand("m", List.of(), 0);
    queue.enter(
        new Waiter(
            demand,
            "a",
            time.nanoTime() + LIMIT.toNanos(),
            new Waiter.Seeker() {
              @Override
              public Waiter.Take tryTake() {
                return pot.take(demand);
              }

              @Override
              public void ended(Waiter waiter) {
                enter("b1");
                queue.wake();
              }
            }));
    serve(2);
    assertEquals(List.of("b1"), log);
  }

  @Test
  void tellsWhoWaitsForWhatAndHowLong() {
    enter("a1");
    time.advance(Duration.ofSeconds(2));
    enter("a2");
    enter("b1");
    queue.enter(waiter("b2", "n", 0, LIMIT));
    assertEquals(
        List.of(
            new WaitQueue.Lane("m", List.of(), 3, 2, Duration.ofSeconds(2).toNanos()),
            new WaitQueue.Lane("n", List.of(), 1, 1, 0)),
        queue.lanes());
  }
}
