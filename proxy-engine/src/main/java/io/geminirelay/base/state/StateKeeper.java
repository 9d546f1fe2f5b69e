package io.geminirelay.base.state;

import io.geminirelay.base.exchange.TimeSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what the engine knows and what a {@link StateStore} holds in step.
 *
 * <p>Every {@value #TICK_MILLIS} ms it asks the sources whether anything changed, which costs a
 * read each while nothing did; what changed since is written, one batch at a time. What others
 * write is given to the sources. No request waits for any of it: while the store cannot be reached,
 * changes gather here, and are written when it is back.
 *
 * <p>All on one thread, the state thread, but for what is said to be otherwise.
 */
public final class StateKeeper implements StateStore.Listener {
  /** How soon a change is noticed. */
  public static final long TICK_MILLIS = 20;

  private static final Logger LOG = LoggerFactory.getLogger(StateKeeper.class);

  private final StateStore store;
  private final Supplier<List<FactSource>> sources;
  private final ScheduledExecutorService thread;
  private final TimeSource time;
  private final CompletableFuture<Void> firstRead = new CompletableFuture<>();

  /** What the store is thought to hold, by name. */
  private final Map<String, Fact> kept = new HashMap<>();

  /** Names of what was changed here and is not in the store for certain. */
  private final Set<String> unsaved = new LinkedHashSet<>();

  /** Names of what is being written: a read that began before may lack it. */
  private final Set<String> underway = new HashSet<>();

  private final Map<FactSource, Long> versions = new HashMap<>();
  private boolean writing;
  private boolean wasUp = true;

  /**
   * Keeps what {@code sources} know now in {@code store}.
   *
   * @param sources asked each time, since a new configuration may bring others
   * @param thread the state thread
   */
  public StateKeeper(
      StateStore store,
      Supplier<List<FactSource>> sources,
      ScheduledExecutorService thread,
      TimeSource time) {
    this.store = store;
    this.sources = sources;
    this.thread = thread;
    this.time = time;
  }

  /**
   * Begins; from any thread. Completes when the sources have learned what the store held, or when
   * it was found that it cannot be read.
   */
  public CompletionStage<Void> start() {
    store.open(this);
    var unused =
        thread.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    return firstRead;
  }

  /** Writes what is not written yet, and completes when the store has it or refuses it. */
  public CompletionStage<Void> flush() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    thread.execute(
        () -> {
          tick();
          StateStore.Batch batch = batch();
          if (batch.isEmpty()) {
            done.complete(null);
          } else {
            store.write(batch).whenComplete((none, failure) -> done.complete(null));
          }
        });
    return done;
  }

  @Override
  public void all(List<Fact> facts) {
    thread.execute(() -> safely(() -> takeAll(facts)));
  }

  @Override
  public void changed(StateStore.Batch batch) {
    thread.execute(() -> safely(() -> take(batch)));
  }

  private void takeAll(List<Fact> facts) {
    noticeChanges();
    Set<String> there = new HashSet<>();
    for (Fact fact : facts) {
      there.add(fact.name());
      if (!isOnItsWay(fact.name())) {
        learn(fact);
      }
    }
    for (Fact fact : new ArrayList<>(kept.values())) {
      if (!there.contains(fact.name()) && !isOnItsWay(fact.name())) {
        forget(fact.name());
      }
    }
    firstRead.complete(null);
  }

  private boolean isOnItsWay(String name) {
    return unsaved.contains(name) || underway.contains(name);
  }

  private void take(StateStore.Batch batch) {
    // What was found out here in the meantime is seen first, so that it is not mistaken for what
    // the others say.
    noticeChanges();
    // What is still to be written will come after what others wrote.
    for (Fact fact : batch.facts()) {
      if (!unsaved.contains(fact.name())) {
        learn(fact);
      }
    }
    for (String name : batch.gone()) {
      if (!unsaved.contains(name)) {
        forget(name);
      }
    }
  }

  private void learn(Fact fact) {
    kept.put(fact.name(), fact);
    unsaved.remove(fact.name());
    for (FactSource source : sources.get()) {
      if (source.kind().equals(fact.kind())) {
        source.learn(fact);
      }
    }
  }

  private void forget(String name) {
    Fact fact = kept.remove(name);
    unsaved.remove(name);
    if (fact != null) {
      for (FactSource source : sources.get()) {
        if (source.kind().equals(fact.kind())) {
          source.forget(fact);
        }
      }
    }
  }

  private void tick() {
    safely(
        () -> {
          noticeChanges();
          tellHealth();
          if (!writing && store.isUp()) {
            write();
          }
        });
  }

  private void tellHealth() {
    boolean up = store.isUp();
    if (up != wasUp) {
      wasUp = up;
      if (up) {
        LOG.info("the {} store is back", store.name());
      } else {
        LOG.warn("the {} store is out of reach: going on with what is known here", store.name());
        firstRead.complete(null);
      }
    }
  }

  private void noticeChanges() {
    long now = time.instant().toEpochMilli();
    List<FactSource> present = sources.get();
    versions.keySet().retainAll(present);
    for (FactSource source : present) {
      long version = source.version();
      Long before = versions.put(source, version);
      if (before == null || before != version) {
        notice(source, now);
      }
    }
  }

  private void notice(FactSource source, long now) {
    Map<String, Fact> told = new LinkedHashMap<>();
    source.tell(fact -> told.put(fact.name(), fact));
    for (Fact fact : told.values()) {
      Fact before = kept.get(fact.name());
      if (fact.untilMillis() > now && (before == null || !before.says(fact))) {
        kept.put(fact.name(), fact);
        unsaved.add(fact.name());
      }
    }
    kept.values()
        .removeIf(
            fact -> {
              boolean over = fact.kind().equals(source.kind()) && !told.containsKey(fact.name());
              if (over && fact.untilMillis() > now) {
                unsaved.add(fact.name());
              }
              return over;
            });
  }

  private StateStore.Batch batch() {
    List<Fact> facts = new ArrayList<>();
    List<String> gone = new ArrayList<>();
    for (String name : unsaved) {
      Fact fact = kept.get(name);
      if (fact == null) {
        gone.add(name);
      } else {
        facts.add(fact);
      }
    }
    return new StateStore.Batch(facts, gone);
  }

  private void write() {
    StateStore.Batch batch = batch();
    if (batch.isEmpty()) {
      return;
    }
    writing = true;
    underway.addAll(unsaved);
    unsaved.clear();
    store.write(batch).whenComplete((none, failure) -> thread.execute(() -> written(failure)));
  }

  private void written(@Nullable Throwable failure) {
    writing = false;
    if (failure != null) {
      unsaved.addAll(underway);
    }
    underway.clear();
  }

  /** One failure must not end the ticking. */
  private static void safely(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      LOG.error("state could not be kept", e);
    }
  }
}
