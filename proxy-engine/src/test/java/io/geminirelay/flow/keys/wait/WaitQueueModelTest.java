package io.geminirelay.flow.keys.wait;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.flow.keys.Demand;
import io.geminirelay.flow.keys.KeySelector;
import io.geminirelay.flow.keys.wait.Waiter.State;
import io.geminirelay.testing.FakeTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Random operations on a {@link WaitQueue} and on a plain list that follows the same rules. */
final class WaitQueueModelTest {
  private static final int MAX = 12;
  private static final int STEPS = 400;
  private static final List<String> MODELS = List.of("m", "n");

  /** The rules, by searching a list. */
  private static final class Reference {
    final List<Entry> waiting = new ArrayList<>();
    final Map<String, List<String>> turns = new HashMap<>();

    record Entry(String model, String client, int number, long limit) {}

    List<Entry> of(String model, @Nullable String client) {
      return waiting.stream()
          .filter(e -> e.model().equals(model) && (client == null || client.equals(e.client())))
          .toList();
    }

    long count(String client) {
      return waiting.stream().filter(e -> e.client().equals(client)).count();
    }

    void remove(Entry entry) {
      waiting.remove(entry);
      if (of(entry.model(), entry.client()).isEmpty()) {
        turns.get(entry.model()).remove(entry.client());
      }
    }

    void add(Entry entry) {
      List<String> order = turns.computeIfAbsent(entry.model(), x -> new ArrayList<>());
      if (!order.contains(entry.client())) {
        order.add(entry.client());
      }
      waiting.add(entry);
    }

    /** The most that a client has. */
    long largest() {
      return waiting.stream().mapToLong(e -> count(e.client())).max().orElse(0);
    }

    Entry serve(String model) {
      String client = turns.get(model).remove(0);
      turns.get(model).add(client);
      Entry first = of(model, client).get(0);
      remove(first);
      return first;
    }
  }

  private final FakeTime time = new FakeTime();
  private final Map<String, Integer> room = new HashMap<>();
  private final Map<Integer, Waiter> waiters = new LinkedHashMap<>();
  private final List<Integer> served = new ArrayList<>();
  private final List<Integer> expired = new ArrayList<>();
  private final List<Integer> pushed = new ArrayList<>();
  private final Reference reference = new Reference();
  private final WaitQueue queue =
      new WaitQueue(
          MAX,
          time,
          new WaitQueue.Supply() {
            @Override
            public long waitNanos(Demand demand) {
              return room.getOrDefault(demand.model(), 0) > 0 ? 0 : 1_000_000_000L;
            }

            @Override
            public long forecastNanos(Demand demand, long ahead) {
              return 0;
            }
          });
  private int numbers;

  @Test
  void doesWhatAPlainListWouldDo() {
    for (long seed = 1; seed <= 300; seed++) {
      try {
        new WaitQueueModelTest().run(new Random(seed));
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  private void run(RandomGenerator random) {
    for (int step = 0; step < STEPS; step++) {
      int kind = random.nextInt(10);
      if (kind < 6) {
        enter(MODELS.get(random.nextInt(2)), "" + (char) ('a' + skewed(random)), random);
      } else if (kind < 7) {
        leave(random);
      } else if (kind < 9) {
        room.merge(MODELS.get(random.nextInt(2)), random.nextInt(4), Integer::sum);
      } else {
        time.advance(Duration.ofMillis(random.nextInt(2000)));
      }
      wake();
      check();
    }
  }

  private static int skewed(RandomGenerator random) {
    return random.nextInt(1 + random.nextInt(5));
  }

  private void enter(String model, String client, RandomGenerator random) {
    int number = numbers++;
    long limit = time.nanoTime() + Duration.ofMillis(1 + random.nextInt(5000)).toNanos();
    Waiter waiter = waiter(model, client, number, limit);
    boolean full = reference.waiting.size() >= MAX;
    boolean refused = full && reference.count(client) >= reference.largest();
    long largest = reference.largest();
    assertEquals(!refused, queue.enter(waiter));
    if (refused) {
      assertEquals(State.QUEUE_FULL, waiter.state());
      return;
    }
    assertEquals(full ? 1 : 0, pushed.size());
    for (int out : pushed) {
      Reference.Entry entry =
          reference.waiting.stream().filter(e -> e.number() == out).findFirst().orElseThrow();
      assertEquals(largest, reference.count(entry.client()));
      assertTrue(
          reference.waiting.stream()
              .noneMatch(e -> e.client().equals(entry.client()) && e.number() > out));
      reference.remove(entry);
    }
    pushed.clear();
    reference.add(new Reference.Entry(model, client, number, limit));
    waiters.put(number, waiter);
  }

  private Waiter waiter(String model, String client, int number, long limit) {
    return new Waiter(
        new Demand(model, List.of(), 0),
        client,
        limit,
        new Waiter.Seeker() {
          @Override
          public Waiter.Take tryTake() {
            if (room.getOrDefault(model, 0) == 0) {
              return Waiter.Take.NOTHING;
            }
            room.merge(model, -1, Integer::sum);
            return Waiter.Take.TAKEN;
          }

          @Override
          public void ended(Waiter waiter) {
            switch (waiter.state()) {
              case SERVED -> served.add(number);
              case EXPIRED -> expired.add(number);
              case QUEUE_FULL -> pushed.add(number);
              default -> throw new AssertionError(waiter.state());
            }
          }
        });
  }

  private void leave(RandomGenerator random) {
    if (reference.waiting.isEmpty()) {
      return;
    }
    Reference.Entry entry = reference.waiting.get(random.nextInt(reference.waiting.size()));
    assertTrue(queue.leave(waiters.get(entry.number())));
    reference.remove(entry);
  }

  private void wake() {
    served.clear();
    expired.clear();
    Map<String, Integer> before = new HashMap<>(room);
    long next = queue.wake();
    List<Integer> late =
        reference.waiting.stream()
            .filter(e -> e.limit() - time.nanoTime() <= 0)
            .map(Reference.Entry::number)
            .sorted()
            .toList();
    assertEquals(late, expired.stream().sorted().toList());
    reference.waiting.stream()
        .filter(e -> late.contains(e.number()))
        .toList()
        .forEach(reference::remove);
    for (String model : MODELS) {
      List<Integer> expected = new ArrayList<>();
      int left = before.getOrDefault(model, 0);
      while (left > 0 && !reference.of(model, null).isEmpty()) {
        left--;
        expected.add(reference.serve(model).number());
      }
      assertEquals(
          expected,
          served.stream().filter(n -> waiters.get(n).demand().model().equals(model)).toList());
      assertEquals(left, room.getOrDefault(model, 0), "nobody waits while there is room");
    }
    long soonest =
        reference.waiting.stream()
            .mapToLong(e -> e.limit() - time.nanoTime())
            .min()
            .orElse(KeySelector.NEVER);
    boolean any = !reference.waiting.isEmpty();
    assertEquals(any ? Math.min(soonest, 1_000_000_000L) : KeySelector.NEVER, next);
  }

  private void check() {
    assertEquals(reference.waiting.size(), queue.size());
    assertEquals(
        reference.waiting.stream().map(Reference.Entry::client).distinct().count(),
        queue.clients());
    for (String model : MODELS) {
      assertEquals(!reference.of(model, null).isEmpty(), queue.isWaitedFor(model));
    }
  }
}
