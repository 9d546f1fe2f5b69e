package io.geminirelay.base.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.RedisServer;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    volatile int most = Integer.MAX_VALUE;
    volatile boolean shared;
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
    public int mostAtOnce() {
      return most;
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
    public boolean isShared() {
      return shared;
    }

    @Override
    public void close() {}
  }

  private static final class Known implements FactSource {
    final Map<String, Fact> facts = new ConcurrentHashMap<>();
    final AtomicLong version = new AtomicLong();
    final AtomicLong tellings = new AtomicLong();
    final AtomicLong changeTellings = new AtomicLong();
    final Set<String> changed = ConcurrentHashMap.newKeySet();
    volatile boolean tellsChanges;
    volatile boolean learnsNothing;
    volatile long extent;

    void know(Fact fact) {
      facts.put(fact.name(), fact);
      changed.add(fact.name());
      version.incrementAndGet();
    }

    void end(String name) {
      facts.remove(name);
      changed.add(name);
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
    public boolean tellChanges(Consumer<Fact> to, Consumer<String> over) {
      if (!tellsChanges) {
        return false;
      }
      changeTellings.incrementAndGet();
      for (String name : changed) {
        changed.remove(name);
        Fact fact = facts.get(name);
        if (fact == null) {
          over.accept(name);
        } else {
          to.accept(fact);
        }
      }
      return true;
    }

    @Override
    public boolean learn(Fact fact) {
      if (!learnsNothing) {
        facts.putIfAbsent(fact.name(), fact);
      }
      return !learnsNothing;
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
              store.noticeMillis(),
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
  void whatEndsRightAfterTheStartIsEndedForTheStoreToo() {
    CompletableFuture<Boolean> started = keeper.start().toCompletableFuture();
    store.listener.all(List.of(fact("key/a")));
    assertTrue(started.join());
    CompletableFuture.runAsync(
            () -> {
              source.end("key/a");
              keeper.end();
            },
            thread)
        .join();
    assertEquals(List.of("key/a"), store.batches.get(0).gone());
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
  void aSourceThatKnowsWhatChangedIsAskedForNoMoreThanThat() {
    source.tellsChanges = true;
    source.know(fact("key/a"));
    source.know(fact("key/b"));
    keeper.start();
    store.listener.all(List.of());
    awaitBatches(1);
    awaitLooks();
    long before = source.tellings.get();
    source.know(fact("key/c"));
    awaitBatches(2);
    assertEquals(List.of(fact("key/c")), store.batches.get(1).facts());
    source.end("key/a");
    awaitBatches(3);
    assertEquals(List.of("key/a"), store.batches.get(2).gone());
    store.listener.changed(new StateStore.Batch(List.of(fact("key/d")), List.of()));
    RedisServer.await("it to be learned", () -> source.facts.containsKey("key/d"));
    awaitLooks();
    assertEquals(3, store.batches.size());
    assertEquals(before, source.tellings.get());
    assertTrue(source.changeTellings.get() >= 2);
  }

  @Test
  void whoKnowsItForLongerTellsThoseWhoSaidLess() {
    source.tellsChanges = true;
    Fact longer = fact("key/a");
    source.know(longer);
    keeper.start();
    store.listener.all(List.of());
    awaitBatches(1);
    awaitLooks(); // what is told while it is being written is overwritten by it
    Fact shorter = new Fact("key/a", Map.of(), longer.untilMillis() - 30_000);
    store.listener.changed(new StateStore.Batch(List.of(shorter), List.of()));
    awaitBatches(2);
    assertEquals(List.of(longer), store.batches.get(1).facts());
  }

  @Test
  void othersAreGreetedBeforeTheStartIsOver() {
    store.shared = true;
    store.answer = new CompletableFuture<>();
    CompletableFuture<Boolean> started = keeper.start().toCompletableFuture();
    store.listener.all(List.of());
    awaitBatches(1);
    Fact greeting = store.batches.get(0).facts().get(0);
    assertEquals(Fact.GREETING, greeting.kind());
    assertTrue(greeting.untilMillis() < time.instant().toEpochMilli(), "it is kept nowhere");
    source.know(fact("key/own"));
    awaitLooks();
    assertFalse(started.isDone());
    assertEquals(1, store.batches.size(), "one at a time");
    CompletableFuture<Void> first = store.answer;
    store.answer = CompletableFuture.completedFuture(null);
    first.completeExceptionally(new IllegalStateException("full"));
    assertTrue(started.join());
    awaitBatches(2);
    assertEquals(List.of(fact("key/own")), store.batches.get(1).facts());
    store.listener.changed(store.batches.get(0));
    store.listener.all(List.of(fact("key/own")));
    awaitLooks();
    assertEquals(2, store.batches.size(), "nobody is greeted twice");
    assertEquals(1, keeper.size());
  }

  @Test
  void aNewConfigurationLearnsWhatIsKeptOfItsKeys() {
    source.learnsNothing = true; // of a key that it has not
    keeper.start();
    store.listener.all(List.of(fact("key/a")));
    RedisServer.await("it to be kept", () -> keeper.size() == 1);
    Known next = new Known();
    sources.set(0, next);
    RedisServer.await("it to be learned", () -> next.facts.containsKey("key/a"));
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
  void theLastChangesAreWrittenAtTheEndAsManyAtOnceAsTheStoreTakes() {
    keeper.start();
    store.listener.all(List.of());
    RedisServer.await("the first look", () -> source.tellings.get() > 0);
    store.most = 2;
    CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < 5; i++) {
                source.know(fact("key/" + i));
              }
              keeper.end();
            },
            thread)
        .join();
    assertEquals(
        List.of(2, 2, 1), store.batches.stream().map(each -> each.facts().size()).toList());
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
