package io.geminirelay.base.state.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.state.LeaseStore.Answer;
import io.geminirelay.base.state.LeaseStore.Ask;
import io.geminirelay.testing.RedisServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisLeasesTest {
  @TempDir Path folder;
  private RedisServer redis;
  private Instance one;
  private Instance other;

  @BeforeEach
  void start() {
    redis = RedisServer.start(folder);
    one = Instance.ready(redis.url());
    other = Instance.ready(redis.url());
  }

  @AfterEach
  void stop() {
    if (redis != null) {
      one.close();
      other.close();
      redis.close();
    }
  }

  /** So slow that nothing flows back during a test. */
  private static Ask ask(long want, long owed) {
    return new Ask("client/crawler/rpm", 100, 1, want, owed, -1);
  }

  /** Next to nothing flows back meanwhile. */
  private static Answer answer(long granted, long room) {
    return new Answer(granted, room, 0, 0, 0);
  }

  private static Answer whole(Answer answer) {
    return new Answer(answer.granted(), answer.room(), 0, 0, 0);
  }

  @Test
  void twoInstancesNeverGetMoreThanTheBucketHolds() {
    List<CompletableFuture<List<Optional<Answer>>>> all = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      Instance who = i % 2 == 0 ? one : other;
      all.add(who.store.leases().ask("one", List.of(ask(3, 0))).toCompletableFuture());
    }
    long granted = all.stream().mapToLong(each -> each.join().get(0).orElseThrow().granted()).sum();
    assertEquals(100, granted);
    assertEquals(answer(0, 0), whole(one.lease(ask(5, 0))));
  }

  @Test
  void grantsAPartWhereNotAllIsLeft() {
    assertEquals(answer(70, 30), whole(one.lease(ask(70, 0))));
    assertEquals(answer(30, 0), whole(other.lease(ask(70, 0))));
  }

  @Test
  void takesBackWhatWasNotUsed() {
    assertEquals(answer(100, 0), whole(one.lease(ask(100, 0))));
    assertEquals(answer(0, 40), whole(one.lease(ask(0, -40))));
    assertEquals(answer(40, 0), whole(other.lease(ask(50, 0))));
    assertEquals(answer(0, 100), whole(one.lease(ask(0, -1_000))), "not more than it holds");
    assertEquals(
        "", redis.cli("--scan", "--pattern", "*limit*").strip(), "a full one needs no key");
  }

  @Test
  void takesWhatIsOwedWhateverIsLeft() {
    assertEquals(answer(0, -50), whole(one.lease(ask(0, 150))));
    assertEquals(answer(0, -50), whole(other.lease(ask(10, 0))));
  }

  @Test
  void unitsFlowBackByTheClockOfRedis() {
    Ask quick = new Ask("client/quick/tpm", 1_000, 60_000, 1_000, 0, -1);
    long begun = System.nanoTime();
    long granted = one.lease(quick).granted();
    assertEquals(1_000, granted);
    long[] had = {granted};
    RedisServer.await(
        "a bucket full came back",
        () -> {
          had[0] += other.lease(quick).granted();
          return had[0] >= 2_000;
        });
    long elapsed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
    assertTrue(had[0] <= 1_000 + elapsed + 1, had[0] + " units in " + elapsed + " ms");
    RedisServer.await(
        "it is full again",
        () -> one.lease(new Ask(quick.name(), 1_000, 60_000, 0, 0, -1)).room() == 1_000);
  }

  @Test
  void whatIsHeldDoesNotFlowBackAndWhoHoldsIsKnown() {
    Ask lease = new Ask("client/held/tpm", 1_000, 60_000, 500, 0, 0);
    Answer first = answerOf(one, "one", lease);
    assertEquals(new Answer(500, 500, 0, 0, 0), first);
    Ask used = new Ask("client/used/tpm", 1_000, 60_000, 0, 500, -1);
    assertEquals(500, one.lease(used).room(), 100.0);
    Ask look = new Ask(used.name(), 1_000, 60_000, 0, 0, -1);
    RedisServer.await("what is used is back", () -> one.lease(look).room() == 1_000);
    Ask other = new Ask(lease.name(), 1_000, 60_000, 100, 0, 0);
    assertEquals(new Answer(100, 400, 0, 1, 500), answerOf(this.other, "other", other));
    // It has used 300, and gives back 200.
    Answer back = answerOf(one, "one", new Ask(lease.name(), 1_000, 60_000, 0, -200, 0));
    assertEquals(100, back.elsewhere());
    assertTrue(back.room() >= 600, "room " + back.room());
    answerOf(this.other, "other", new Ask(lease.name(), 1_000, 60_000, 0, -100, -1));
    RedisServer.await(
        "all is back and one is alone",
        () ->
            answerOf(one, "one", new Ask(lease.name(), 1_000, 60_000, 0, 0, 0))
                .equals(new Answer(0, 1_000, 0, 0, 0)));
  }

  private static Answer answerOf(Instance where, String holder, Ask ask) {
    return where
        .store
        .leases()
        .ask(holder, List.of(ask))
        .toCompletableFuture()
        .join()
        .get(0)
        .orElseThrow();
  }

  @Test
  void aLimitEndsByItself() {
    one.lease(new Ask("client/a/tpm", 1_000, 6_000, 100, 0, -1));
    long lasts = Long.parseLong(redis.cli("PTTL", Instance.PREFIX + "limit:client/a/tpm").strip());
    assertTrue(lasts > 1_000 && lasts <= 2_001, lasts + " ms");
  }

  @Test
  void manyAsksAreAnsweredInTheirOrder() {
    List<Ask> asks = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      asks.add(new Ask("limit/" + i, 1_000_000_000_000L, 1, i, 0, -1));
    }
    List<Optional<Answer>> answers =
        one.store.leases().ask("one", asks).toCompletableFuture().join();
    for (int i = 0; i < 50; i++) {
      assertEquals(answer(i, 1_000_000_000_000L - i), whole(answers.get(i).orElseThrow()));
    }
  }

  @Test
  void failsAtOnceWhileRedisIsAwayAndWorksAfterwards() {
    redis.kill();
    one.awaitUp(false);
    assertThrows(CompletionException.class, () -> one.lease(ask(1, 0)));
    redis.restart();
    one.awaitUp(true);
    RedisServer.await(
        "leases are had again",
        () -> {
          try {
            return one.lease(ask(1, 0)).granted() == 1;
          } catch (CompletionException e) {
            return false;
          }
        });
  }
}
