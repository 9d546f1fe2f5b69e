package io.geminirelay.base.state.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.Secret;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.state.Fact;
import io.geminirelay.base.state.FactSource;
import io.geminirelay.base.state.StateKeeper;
import io.geminirelay.testing.RedisServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A fleet of keys that rests all at once. */
class RedisManyFactsTest {
  private static final int MANY = 20_000;
  private static final long HOUR = 3_600_000;
  private static final String FACTS = Instance.PREFIX + "{facts}:";

  @TempDir Path folder;
  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
  private RedisServer redis;

  @BeforeEach
  void start() {
    redis = RedisServer.start(folder);
  }

  @AfterEach
  void stop() {
    thread.shutdownNow();
    if (redis != null) {
      redis.close();
    }
  }

  /** Knows as many facts as it is given. */
  private static final class Fleet implements FactSource {
    final Map<String, Fact> facts = new ConcurrentHashMap<>();
    volatile long version;

    void restAll() {
      for (int i = 0; i < MANY; i++) {
        Fact fact = Instance.fact("bucket/" + i, "day", HOUR);
        facts.put(fact.name(), fact);
      }
      version = 1;
    }

    @Override
    public String kind() {
      return "bucket";
    }

    @Override
    public long version() {
      return version;
    }

    @Override
    public void tell(Consumer<Fact> to) {
      facts.values().forEach(to);
    }

    @Override
    public boolean learn(Fact fact) {
      facts.put(fact.name(), fact);
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

  private String count() {
    return redis.cli("ZCARD", FACTS + "ends").strip();
  }

  @Test
  void areWrittenOnceEachWhileTheStoreIsUp() {
    Fleet fleet = new Fleet();
    RedisStore store = new RedisStore(Secret.of(redis.url()), Instance.PREFIX, TimeSource.SYSTEM);
    try (store) {
      StateKeeper keeper = new StateKeeper(store, () -> List.of(fleet), thread, TimeSource.SYSTEM);
      assertTrue(keeper.start().toCompletableFuture().join());
      fleet.restAll();
      RedisServer.await("all are written", () -> count().equals(Integer.toString(MANY)));
      assertEquals(0, keeper.failures());
      assertEquals(
          Integer.toString(1 + MANY / RedisFacts.MOST_AT_ONCE),
          redis.cli("HGET", FACTS + "turn", "seq").strip(),
          "each was written once, after a greeting");
      try (Instance later = Instance.ready(redis.url())) {
        assertEquals(fleet.facts.keySet(), later.known.keySet());
      }
    }
  }

  @Test
  void areAllPutBackWhereRedisHasLostThem() {
    Fact[] many = new Fact[MANY];
    for (int i = 0; i < MANY; i++) {
      many[i] = Instance.fact("bucket/" + i, "day", HOUR);
    }
    try (Instance one = Instance.ready(redis.url())) {
      one.write(many);
      redis.kill();
      one.awaitUp(false);
      redis.restart();
      one.awaitUp(true);
      one.awaitReading(2);
      assertEquals(Integer.toString(MANY), count());
      assertEquals(MANY, one.known.size());
    }
  }

  @Test
  void areReadWholeWhileOthersChangeThem() {
    try (Instance one = Instance.ready(redis.url())) {
      Fact[] many = new Fact[MANY / 4];
      for (int i = 0; i < many.length; i++) {
        many[i] = Instance.fact("bucket/" + i, "day", HOUR);
      }
      one.write(many);
      try (Instance later = new Instance(redis.url())) {
        for (int i = 0; i < 500; i++) {
          one.write(Instance.fact("bucket/" + i, "changed", 2 * HOUR));
          one.end("bucket/" + (many.length - 1 - i));
        }
        one.write(Instance.fact("bucket/last", "day", HOUR));
        later.awaitReading(1);
        later.awaitKnown("bucket/last");
        assertEquals(many.length - 500 + 1, later.known.size());
        for (int i = 0; i < 500; i++) {
          assertEquals("changed", later.known.get("bucket/" + i).field("reason", ""));
        }
      }
    }
  }
}
