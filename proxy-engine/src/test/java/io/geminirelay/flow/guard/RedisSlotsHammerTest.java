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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client has under way at instances that share a real Redis. */
class RedisSlotsHammerTest {
  @TempDir Path folder;
  private RedisServer redis;
  private final List<Instance> instances = new ArrayList<>();
  private final AtomicInteger underWay = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();

  /** One gateway, as far as limits go. */
  private final class Instance implements StateStore.Listener {
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final RedisStore store =
        new RedisStore(Secret.of(redis.url()), "test:", TimeSource.SYSTEM);
    private final LongAdder admitted = new LongAdder();
    private ClientConfig client;
    private ClientLimits limits;

    private Instance(int limit) {
      instances.add(this);
      client = client(limit, 0);
      limits = ClientLimits.of(List.of(client), TimeSource.SYSTEM);
      store.open(this);
      limits.shareBy(store.leases(), store.slots(), thread);
    }

    private ClientAccount account() {
      ClientAccount account = limits.of(client);
      assertNotNull(account);
      return account;
    }

    private boolean tryEnter() {
      return account().enter() == null;
    }

    private int enter(int times) {
      int had = 0;
      for (int i = 0; i < times; i++) {
        had += tryEnter() ? 1 : 0;
      }
      return had;
    }

    private void awaitEntered(int wanted) {
      int[] had = {0};
      RedisServer.await(
          wanted + " to be let in",
          () -> {
            had[0] += tryEnter() ? 1 : 0;
            return had[0] == wanted;
          });
    }

    private void reload(int limit, long tokens) {
      client = client(limit, tokens);
      limits = limits.successor(List.of(client), TimeSource.SYSTEM);
      limits.begin();
    }

    @Override
    public void all(List<Fact> facts) {
      // Slots are no facts.
    }

    @Override
    public void changed(StateStore.Batch batch) {
      // Slots are no facts.
    }

    private void close() {
      limits.giveBack().toCompletableFuture().join();
      store.close();
      thread.shutdownNow();
    }
  }

  private static ClientConfig client(int limit, long tokens) {
    return new ClientConfig(
        "fleet", new byte[32], 0, tokens, limit, List.of(), List.of(), Priority.NORMAL);
  }

  @BeforeEach
  void startRedis() {
    redis = RedisServer.start(folder);
  }

  @AfterEach
  void stop() {
    if (redis != null) {
      instances.forEach(Instance::close);
      redis.close();
    }
  }

  private void start(int count, int limit) {
    for (int i = 0; i < count; i++) {
      new Instance(limit);
    }
    awaitAlone(0);
  }

  private void awaitAlone(int each) {
    RedisServer.await(
        each + " alone", () -> instances.stream().allMatch(one -> one.limits.alone() == each));
  }

  /** Enters all the time; each that is let in stays for a while. */
  private void hammer(Instance instance, AtomicBoolean ended) {
    List<ClientAccount> inside = new ArrayList<>();
    while (!ended.get()) {
      for (int i = 0; i < 20; i++) {
        ClientAccount account = instance.account();
        if (account.enter() == null) {
          inside.add(account);
          instance.admitted.increment();
          most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
        }
      }
      LockSupport.parkNanos(1_000_000);
      for (int i = inside.size() / 10; i >= 0 && !inside.isEmpty(); i--) {
        underWay.decrementAndGet();
        inside.remove(inside.size() - 1).leave();
      }
    }
    inside.forEach(ClientAccount::leave);
  }

  @ParameterizedTest
  @CsvSource({"200, 3", "40, 4", "3, 3", "2, 3", "1, 2"})
  void underFullLoadTheyStayWithinTheLimitTogetherAndNobodyStarves(int limit, int count)
      throws Exception {
    start(count, limit);
    AtomicBoolean ended = new AtomicBoolean();
    List<Thread> threads = new ArrayList<>();
    for (Instance each : instances) {
      threads.add(new Thread(() -> hammer(each, ended)));
    }
    threads.forEach(Thread::start);
    RedisServer.await(
        "each is let in, and all there is is used",
        () ->
            most.get() >= limit
                && instances.stream().allMatch(each -> each.admitted.sum() > 4L * limit));
    ended.set(true);
    for (Thread each : threads) {
      each.join();
    }
    System.out.printf("at most %d of %d at %d instances%n", most.get(), limit, count);
    assertTrue(most.get() <= limit * 1.05, most.get() + " of " + limit);
  }

  @Test
  void oneGetsAllThatNobodyElseUsesAndOthersWhatIsGivenBack() {
    start(3, 30);
    Instance one = instances.get(0);
    Instance other = instances.get(1);
    one.awaitEntered(30);
    assertEquals(0, other.enter(5));
    RedisServer.await("it is known", () -> other.account().concurrencyLeft() == 0);
    one.account().leave();
    other.awaitEntered(1);
    for (int i = 0; i < 29; i++) {
      one.account().leave();
    }
    // Without being refused before.
    RedisServer.await("others are done", () -> instances.get(2).account().slots().allowed() > 2);
    other.awaitEntered(29);
    assertEquals(0, one.enter(1));
  }

  @Test
  void aReloadKeepsWhatIsUnderWay() {
    start(2, 10);
    Instance one = instances.get(0);
    Instance other = instances.get(1);
    one.awaitEntered(8);
    ClientAccount before = one.account();
    instances.forEach(each -> each.reload(4, 0));
    assertEquals(8, one.account().inFlight());
    assertEquals(0, one.enter(5));
    for (int i = 0; i < 7; i++) {
      before.leave();
    }
    other.awaitEntered(3);
    assertEquals(0, one.enter(3) + other.enter(3));
    instances.forEach(each -> each.reload(0, 1_000_000));
    assertEquals(100, one.enter(100));
    assertEquals(101, one.account().inFlight());
    instances.forEach(each -> each.reload(102, 1_000_000));
    awaitAlone(0);
    RedisServer.await(
        "each knows of the other",
        () -> one.account().slots().allowed() <= 101 && other.account().slots().allowed() <= 3);
    assertEquals(0, one.enter(1) + other.enter(1));
  }

  @Test
  void whileRedisIsAwayEachIsAloneAndAfterwardsTheyAgree() {
    start(2, 10);
    Instance one = instances.get(0);
    Instance other = instances.get(1);
    one.awaitEntered(10);
    redis.kill();
    awaitAlone(1);
    assertEquals(0, one.enter(1));
    assertEquals(10, other.enter(11));
    redis.restart();
    awaitAlone(0);
    RedisServer.await(
        "each knows of the other",
        () -> one.account().slots().allowed() + other.account().slots().allowed() == 0);
    for (int i = 0; i < 10; i++) {
      one.account().leave();
    }
    assertEquals(0, one.enter(5) + other.enter(5));
    other.account().leave();
    one.awaitEntered(1);
    redis.pause();
    awaitAlone(1);
    assertEquals(9, one.enter(10));
    redis.resume();
    awaitAlone(0);
  }

  @Test
  void whoEndsGivesBackAtOnce() {
    start(2, 10);
    Instance one = instances.remove(0);
    one.awaitEntered(10);
    assertEquals(0, instances.get(0).enter(1));
    one.close();
    instances.get(0).awaitEntered(10);
  }
}
