package io.geminirelay.flow.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.config.Priority;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.state.Fact;
import io.geminirelay.base.state.StateStore;
import io.geminirelay.base.state.redis.RedisStore;
import io.geminirelay.testing.RedisServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Limits of clients that instances share through a real Redis. */
class RedisLimitsTest {
  private static final long PER_MINUTE = 6_000;

  @TempDir Path folder;
  private RedisServer redis;
  private final List<Instance> instances = new ArrayList<>();

  /** One gateway, as far as limits go. */
  private final class Instance implements StateStore.Listener {
    private final ClientConfig client =
        new ClientConfig(
            "fleet", new byte[32], PER_MINUTE, 0, 0, List.of(), List.of(), Priority.NORMAL);
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final RedisStore store =
        new RedisStore(Secret.of(redis.url()), "test:", TimeSource.SYSTEM);
    private final ClientLimits limits = ClientLimits.of(List.of(client), TimeSource.SYSTEM);
    private final LongAdder admitted = new LongAdder();
    private final LongAdder refused = new LongAdder();

    private Instance() {
      instances.add(this);
      store.open(this);
      limits.shareBy(store.leases(), store.slots(), thread);
      awaitUp(true);
    }

    private void awaitUp(boolean up) {
      RedisServer.await("the store is " + (up ? "up" : "down"), () -> store.isUp() == up);
    }

    private ClientAccount account() {
      ClientAccount account = limits.of(client);
      assertNotNull(account);
      return account;
    }

    private void enter() {
      if (account().enter() == null) {
        account().leave();
        admitted.increment();
      } else {
        refused.increment();
      }
    }

    @Override
    public void all(List<Fact> facts) {
      // Limits are no facts.
    }

    @Override
    public void changed(StateStore.Batch batch) {
      // Limits are no facts.
    }

    private void close() {
      limits.giveBack().toCompletableFuture().join();
      store.close();
      thread.shutdownNow();
    }
  }

  @BeforeEach
  void start() {
    redis = RedisServer.start(folder);
    for (int i = 0; i < 3; i++) {
      new Instance();
    }
    RedisServer.await(
        "all share", () -> instances.stream().allMatch(each -> each.account().isShared()));
  }

  @AfterEach
  void stop() {
    if (redis != null) {
      instances.forEach(Instance::close);
      redis.close();
    }
  }

  private long admitted() {
    return instances.stream().mapToLong(each -> each.admitted.sum()).sum();
  }

  /** Every instance is asked all the time, with {@code pauseNanos} after each request. */
  private List<Thread> load(AtomicBoolean ended, long pauseNanos) {
    List<Thread> threads = new ArrayList<>();
    for (Instance each : instances) {
      threads.add(
          new Thread(
              () -> {
                while (!ended.get()) {
                  each.enter();
                  LockSupport.parkNanos(pauseNanos);
                }
              }));
    }
    threads.forEach(Thread::start);
    return threads;
  }

  @Test
  void underFullLoadTheyStayWithinTheLimitTogether() throws Exception {
    AtomicBoolean ended = new AtomicBoolean();
    long begin = System.nanoTime();
    List<Thread> threads = load(ended, 20_000);
    RedisServer.await("the limit is used up and some", () -> admitted() > PER_MINUTE + 300);
    ended.set(true);
    for (Thread each : threads) {
      each.join();
    }
    double minutes = (System.nanoTime() - begin) / (double) TimeUnit.MINUTES.toNanos(1);
    double allowed = PER_MINUTE * (1 + minutes);
    assertTrue(admitted() <= allowed * 1.05, admitted() + " of " + allowed);
  }

  @Test
  void redisKilledAndRestartedUnderLoadRefusesNobody() throws Exception {
    AtomicBoolean ended = new AtomicBoolean();
    List<Thread> threads = load(ended, TimeUnit.MILLISECONDS.toNanos(25));
    long[] mark = new long[1];
    for (int i = 0; i < 2; i++) {
      mark[0] = admitted();
      RedisServer.await("some are shared", () -> admitted() > mark[0] + 200);
      redis.kill();
      mark[0] = admitted();
      RedisServer.await("some are alone", () -> admitted() > mark[0] + 200);
      redis.restart();
      instances.forEach(each -> each.awaitUp(true));
    }
    redis.pause();
    mark[0] = admitted();
    RedisServer.await("some while it is silent", () -> admitted() > mark[0] + 100);
    redis.resume();
    ended.set(true);
    for (Thread each : threads) {
      each.join();
    }
    assertEquals(0, instances.stream().mapToLong(each -> each.refused.sum()).sum());
  }

  @Test
  void aLimitIsKeptByItsNameAndEndsByItself() {
    instances.forEach(Instance::enter);
    String limit = "test:limit:requests/fleet";
    RedisServer.await("a limit is kept", () -> String.join("\n", redis.dump()).contains(limit));
    assertTrue(Long.parseLong(redis.cli("PTTL", limit).strip()) > 0, "and ends by itself");
  }
}
