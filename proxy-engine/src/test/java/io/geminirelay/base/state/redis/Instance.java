package io.geminirelay.base.state.redis;

import io.geminirelay.base.config.Secret;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.state.Fact;
import io.geminirelay.base.state.LeaseStore;
import io.geminirelay.base.state.StateStore;
import io.geminirelay.testing.RedisServer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** One gateway's store, with what it has been told. */
final class Instance implements StateStore.Listener, AutoCloseable {
  static final String PREFIX = "gemini-relay:";

  final RedisStore store;
  final Map<String, Fact> known = new ConcurrentHashMap<>();
  final AtomicInteger readings = new AtomicInteger();

  Instance(String url) {
    this(url, TimeSource.SYSTEM);
  }

  Instance(String url, TimeSource time) {
    store = new RedisStore(Secret.of(url), PREFIX, time);
    store.open(this);
  }

  /** One that has read all there is. */
  static Instance ready(String url) {
    Instance made = new Instance(url);
    made.awaitReading(1);
    return made;
  }

  void awaitReading(int count) {
    RedisServer.await("all is read", () -> readings.get() >= count);
  }

  void awaitUp(boolean up) {
    RedisServer.await(
        "the store is " + (up ? "up" : "down"),
        () -> store.isUp() == up && store.hasFailed() != up);
  }

  void awaitKnown(String name) {
    RedisServer.await(name + " is known", () -> known.containsKey(name));
  }

  void awaitUnknown(String name) {
    RedisServer.await(name + " is not known", () -> !known.containsKey(name));
  }

  static Fact fact(String name, String reason, long lastsMillis) {
    long until = Instant.now().toEpochMilli() + lastsMillis;
    return new Fact(name, Map.of("reason", reason), until);
  }

  /** Writes as many at once as a keeper does, and waits until that is done. */
  void write(Fact... facts) {
    List<CompletableFuture<Void>> writes = new ArrayList<>();
    for (int at = 0; at < facts.length; at += store.mostAtOnce()) {
      int end = Math.min(facts.length, at + store.mostAtOnce());
      List<Fact> part = List.of(facts).subList(at, end);
      writes.add(store.write(new StateStore.Batch(part, List.of())).toCompletableFuture());
    }
    writes.forEach(CompletableFuture::join);
  }

  /** Knows something, and writes it. */
  CompletableFuture<Void> put(Fact fact) {
    synchronized (this) {
      known.put(fact.name(), fact);
    }
    return store.write(new StateStore.Batch(List.of(fact), List.of())).toCompletableFuture();
  }

  /** Writes as its keeper does: again and again while the store is away. */
  void writeInTheEnd(Fact... facts) {
    RedisServer.await(
        facts[0].name() + " is written",
        () -> {
          try {
            write(facts);
            return true;
          } catch (CompletionException e) {
            return false;
          }
        });
  }

  void end(String... names) {
    store.write(new StateStore.Batch(List.of(), List.of(names))).toCompletableFuture().join();
  }

  LeaseStore.Answer lease(LeaseStore.Ask ask) {
    return store
        .leases()
        .ask("one", List.of(ask))
        .toCompletableFuture()
        .join()
        .get(0)
        .orElseThrow();
  }

  @Override
  public synchronized void all(List<Fact> facts) {
    facts.forEach(fact -> known.put(fact.name(), fact));
    readings.incrementAndGet();
  }

  @Override
  public synchronized void changed(StateStore.Batch batch) {
    batch.facts().forEach(fact -> known.put(fact.name(), fact));
    batch.gone().forEach(known::remove);
  }

  @Override
  public void close() {
    store.close();
  }
}
