package io.geminirelay.base.state.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.state.SlotStore;
import io.geminirelay.base.state.SlotStore.Answer;
import io.geminirelay.base.state.SlotStore.Ask;
import io.geminirelay.base.state.SlotStore.Told;
import io.geminirelay.testing.RedisServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisSlotsTest {
  private static final String NAME = "concurrent/crawler";

  @TempDir Path folder;
  private RedisServer redis;
  private final List<Instance> instances = new ArrayList<>();

  /** What one instance knows, which does as it is told. */
  private static final class Holder {
    private final SlotStore store;
    private int allowed;
    private int used;
    private long heard;

    private Holder(Instance instance) {
      store = instance.store.slots();
    }

    private Told tell(Ask... asks) {
      Told told = store.tell(List.of(asks), heard).toCompletableFuture().join();
      heard = told.moment();
      return told;
    }

    private Answer ask(int limit, int wanted) {
      Answer answer =
          tell(new Ask(NAME, limit, used, Math.max(used, wanted), allowed)).answers().get(0);
      allowed = answer.granted();
      return answer;
    }

    private int holds() {
      return Math.max(used, allowed);
    }
  }

  @BeforeEach
  void start() {
    redis = RedisServer.start(folder);
  }

  @AfterEach
  void stop() {
    if (redis != null) {
      instances.forEach(Instance::close);
      redis.close();
    }
  }

  private Holder holder() {
    Instance made = Instance.ready(redis.url());
    instances.add(made);
    return new Holder(made);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 10, 200})
  void togetherTheyNeverHoldMoreThanThereAre(int limit) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<Holder> holders = List.of(holder(), holder(), holder());
    for (int i = 0; i < 500; i++) {
      Holder one = holders.get(random.nextInt(3));
      one.ask(limit, random.nextInt(limit + 3));
      for (Holder each : holders) {
        int most = Math.max(each.allowed, each.used);
        each.used = Math.min(most, each.used + random.nextInt(3));
        each.used = Math.max(0, each.used - random.nextInt(3));
      }
      int all = holders.stream().mapToInt(Holder::holds).sum();
      assertTrue(all <= limit, all + " of " + limit + " with seed " + seed);
    }
  }

  @Test
  void whoIsAloneGetsAllThereIs() {
    Holder one = holder();
    assertEquals(new Answer(100, 0, 0, 0), one.ask(100, 0));
    assertEquals(new Answer(100, 0, 0, 0), one.ask(100, 80));
    assertEquals(new Answer(100, 0, 0, 0), one.ask(100, 100));
    assertEquals(new Answer(100, 0, 0, 0), one.ask(100, 1_000));
  }

  @Test
  void whereThereAreTooFewEachCanBeSureOfAnEqualPart() {
    Holder one = holder();
    Holder other = holder();
    one.ask(10, 10);
    one.used = 10;
    assertEquals(0, other.ask(10, 10).granted());
    assertEquals(new Answer(5, 10, 0, 0), one.ask(10, 10));
    one.used = 8;
    assertEquals(5, one.ask(10, 10).granted());
    assertEquals(2, other.ask(10, 10).granted());
    one.used = 3;
    assertEquals(5, one.ask(10, 10).granted());
    assertEquals(new Answer(5, 5, 3, 0), other.ask(10, 10));
  }

  @Test
  void whatIsToSpareGoesToWhoWantsIt() {
    Holder idle = holder();
    Holder busy = holder();
    assertTrue(idle.ask(12, 0).granted() > 0);
    assertTrue(busy.ask(12, 12).granted() < 12);
    assertEquals(0, idle.ask(12, 0).granted());
    // Not before it was told that it is not held any longer.
    assertTrue(busy.ask(12, 12).granted() < 12);
    idle.ask(12, 0);
    assertEquals(12, busy.ask(12, 12).granted());
  }

  @Test
  void fewSlotsAreHadInTurn() {
    List<Holder> holders = List.of(holder(), holder(), holder());
    int[] had = new int[3];
    int[] last = {-1};
    RedisServer.await(
        "each has had it twice",
        () -> {
          for (int i = 0; i < 3; i++) {
            Holder each = holders.get(i);
            each.used = 0;
            each.ask(1, 1);
            if (each.allowed > 0) {
              each.used = 1;
              had[i] += last[0] == i ? 0 : 1;
              last[0] = i;
            }
          }
          return had[0] >= 2 && had[1] >= 2 && had[2] >= 2;
        });
  }

  @Test
  void whatIsTakenCountsAlsoWhereTheLimitIsLess() {
    Holder one = holder();
    Holder other = holder();
    one.ask(10, 8);
    one.used = 8;
    assertEquals(4, one.ask(4, 8).granted());
    assertEquals(0, other.ask(4, 1).granted());
    one.used = 3;
    // Two want some, and each can be sure of two.
    assertEquals(3, one.ask(4, 4).granted());
    one.ask(4, 4);
    assertEquals(1, other.ask(4, 1).granted());
  }

  @Test
  void whoWantsMoreIsHeardOfByAll() {
    Holder one = holder();
    Holder other = holder();
    one.ask(2, 2);
    other.tell();
    assertEquals(List.of(), other.tell().called());
    other.ask(2, 2);
    assertEquals(List.of(NAME), one.tell().called());
    assertEquals(List.of(), one.tell().called(), "each is heard once");
  }

  @Test
  void whatIsHeldByOneThatLeavesOrIsSilentIsFree() {
    Holder one = holder();
    Holder other = holder();
    Holder third = holder();
    one.ask(10, 6);
    other.ask(10, 4);
    third.ask(10, 10);
    assertEquals(0, third.allowed);
    one.store.leave().toCompletableFuture().join();
    RedisServer.await("one that left is gone", () -> third.ask(10, 6).granted() == 6);
    RedisServer.await("one that is silent is gone", () -> third.ask(10, 10).granted() == 10);
  }

  @Test
  void allEndsByItself() {
    Holder one = holder();
    one.ask(2, 3);
    holder().ask(2, 2);
    List<String> keys = redis.cli("--scan", "--pattern", "*{slots}*").lines().toList();
    assertEquals(3, keys.size(), keys.toString());
    for (String key : keys) {
      assertTrue(Long.parseLong(redis.cli("PTTL", key).strip()) > 0, key);
    }
    one.tell(new Ask(NAME, 0, 0, 0, 0));
    assertEquals(1, redis.cli("HKEYS", Instance.PREFIX + "{slots}:of:" + NAME).lines().count());
  }

  @Test
  void manyAreAnsweredInTheirOrder() {
    Holder one = holder();
    Ask[] asks = new Ask[150];
    for (int i = 0; i < asks.length; i++) {
      asks[i] = new Ask("concurrent/" + i, 1_000, i, i, 0);
    }
    List<Answer> answers = one.tell(asks).answers();
    for (int i = 0; i < asks.length; i++) {
      assertEquals(1_000, answers.get(i).granted());
    }
  }

  @Test
  void failsAtOnceWhileRedisIsAwayAndWorksAfterwards() {
    Holder one = holder();
    one.ask(2, 1);
    redis.kill();
    instances.get(0).awaitUp(false);
    assertThrows(CompletionException.class, () -> one.ask(2, 1));
    redis.restart();
    instances.get(0).awaitUp(true);
    RedisServer.await(
        "slots are had again",
        () -> {
          try {
            return one.ask(2, 1).granted() > 0;
          } catch (CompletionException e) {
            return false;
          }
        });
  }
}
