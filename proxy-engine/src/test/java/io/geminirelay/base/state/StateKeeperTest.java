package io.geminirelay.base.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.RedisServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StateKeeperTest {
  private final FakeTime time = new FakeTime();
  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
  private final Held store = new Held();
  private final Known source = new Known();
  private final List<FactSource> sources = new CopyOnWriteArrayList<>(List.of(source));
  private final StateKeeper keeper = new StateKeeper(store, () -> sources, thread, time);

  /** What the test says of a store. */
  private static final class Held implements StateStore {
    final Map<String, Fact> facts = new ConcurrentHashMap<>();
    final List<Batch> batches = new CopyOnWriteArrayList<>();
    volatile CompletableFuture<Void> answer = CompletableFuture.completedFuture(null);
    volatile boolean up = true;
    volatile Listener listener;

    @Override
    public String name() {
      return "test";
    }

    @Override
    public void open(Listener to) {
      listener = to;
    }

    @Override
    public CompletionStage<Void> write(Batch batch) {
      batches.add(batch);
      return answer;
    }

    @Override
    public boolean isUp() {
      return up;
    }

    @Override
    public long aheadMillis() {
      return 0;
    }

    @Override
    public void close() {}
  }

  private static final class Known implements FactSource {
    final Map<String, Fact> facts = new ConcurrentHashMap<>();
    final AtomicLong version = new AtomicLong();
    final AtomicLong tellings = new AtomicLong();
    volatile long extent;

    void know(Fact fact) {
      facts.put(fact.name(), fact);
      version.incrementAndGet();
    }

    @Override
    public String kind() {
      return "key";
    }

    @Override
    public long version() {
      return version.get();
    }

    @Override
    public long extent() {
      return extent;
    }

    @Override
    public void tell(Consumer<Fact> to) {
      tellings.incrementAndGet();
      facts.values().forEach(to);
    }

    @Override
    public boolean learn(Fact fact) {
      facts.putIfAbsent(fact.name(), fact);
      return true;
    }

    @Override
    public boolean knows(Fact fact) {
      return true;
    }

    @Override
    public void forget(Fact fact) {
      facts.remove(fact.name());
    }
  }

  @AfterEach
  void end() {
    thread.shutdownNow();
  }

  private Fact fact(String name) {
    return new Fact(name, Map.of(), time.instant().toEpochMilli() + 60_000);
  }

  private void awaitBatches(int count) {
    RedisServer.await(count + " batches", () -> store.batches.size() >= count);
  }

  /** Lets the thread look twice more. */
  private void awaitLooks() {
    for (int i = 0; i < 2; i++) {
      CompletableFuture<Void> looked = new CompletableFuture<>();
      var unused =
          thread.schedule(
              () -> looked.complete(null),
              StateKeeper.TICK_MILLIS,
              java.util.concurrent.TimeUnit.MILLISECONDS);
      looked.join();
    }
  }

  @Test
  void whatIsKeptIsLearnedBeforeAnythingIsTold() {
    source.know(fact("key/own"));
    CompletableFuture<Boolean> started = keeper.start().toCompletableFuture();
    awaitLooks();
    assertFalse(started.isDone());
    assertEquals(List.of(), store.batches);
    store.listener.all(List.of(fact("key/kept")));
    assertTrue(started.join());
    awaitBatches(1);
    assertEquals(List.of(fact("key/own")), store.batches.get(0).facts());
    assertTrue(source.facts.containsKey("key/kept"));
    assertEquals(2, keeper.size());
  }

  @Test
  void aStoreThatIsAwayAtTheStartIsWrittenOnceItIsThere() {
    store.up = false;
    source.know(fact("key/own"));
    assertFalse(keeper.start().toCompletableFuture().join());
    awaitLooks();
    assertEquals(List.of(), store.batches);
    assertEquals(1, keeper.failures());
    store.up = true;
    store.listener.all(List.of(fact("key/other")));
    awaitBatches(1);
    assertEquals(List.of(fact("key/own")), store.batches.get(0).facts());
    assertTrue(source.facts.containsKey("key/other"));
  }

  @Test
  void oneBatchIsWrittenAtATimeAndAgainWhereItFailed() {
    store.answer = new CompletableFuture<>();
    keeper.start();
    store.listener.all(List.of());
    source.know(fact("key/a"));
    awaitBatches(1);
    source.know(fact("key/b"));
    awaitLooks();
    assertEquals(1, store.batches.size());
    CompletableFuture<Void> first = store.answer;
    store.answer = CompletableFuture.completedFuture(null);
    first.completeExceptionally(new IllegalStateException("full"));
    awaitBatches(2);
    assertEquals(2, store.batches.get(1).facts().size());
    assertEquals(1, keeper.failures());
  }

  @Test
  void nothingIsLookedThroughWhileNothingChanges() {
    keeper.start();
    store.listener.all(List.of());
    RedisServer.await("the first look", () -> source.tellings.get() > 0);
    awaitLooks();
    long before = source.tellings.get();
    awaitLooks();
    awaitLooks();
    assertEquals(before, source.tellings.get());
  }

  @Test
  void aNewConfigurationLearnsWhatIsKeptOfItsKeys() {
    keeper.start();
    store.listener.all(List.of(fact("key/a")));
    RedisServer.await("it to be learned", () -> source.facts.containsKey("key/a"));
    Known next = new Known();
    sources.set(0, next);
    RedisServer.await("it to be learned again", () -> next.facts.containsKey("key/a"));
    awaitLooks();
    assertEquals(List.of(), store.batches);
  }

  @Test
  void aSourceThatKnowsOfMoreIsTaughtAgainWhatIsKept() {
    keeper.start();
    store.listener.all(List.of(fact("key/a")));
    RedisServer.await("it to be learned", () -> source.facts.containsKey("key/a"));
    awaitLooks();
    // As it would not have learned of what it had not heard of then.
    source.facts.clear();
    source.extent = 1;
    RedisServer.await("it to be learned again", () -> source.facts.containsKey("key/a"));
    awaitLooks();
    assertEquals(List.of(), store.batches);
  }

  @Test
  void theLastChangesAreWrittenAtTheEnd() {
    keeper.start();
    store.listener.all(List.of());
    RedisServer.await("the first look", () -> source.tellings.get() > 0);
    CompletableFuture.runAsync(
            () -> {
              source.know(fact("key/last"));
              keeper.end();
            },
            thread)
        .join();
    assertEquals(List.of(fact("key/last")), new ArrayList<>(store.batches.get(0).facts()));
  }

  @Test
  void aStepOfTheClockIsNotTakenForNews() {
    keeper.start();
    store.listener.all(List.of());
    RedisServer.await("the first look", () -> source.tellings.get() > 0);
    time.set(time.instant().plusSeconds(600));
    awaitLooks();
    long before = source.tellings.get();
    source.know(fact("key/a"));
    awaitLooks();
    assertEquals(before, source.tellings.get());
    time.advance(java.time.Duration.ofSeconds(3));
    awaitBatches(1);
  }
}
