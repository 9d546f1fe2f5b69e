package io.geminirelay.base.state.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.state.LedgerStore.Draw;
import io.geminirelay.base.state.LedgerStore.Total;
import io.geminirelay.testing.RedisServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisLedgersTest {
  private static final String NAME = "https://google#0123abcd=gemini-2.5-flash";
  private static final long TODAY = java.time.Instant.now().getEpochSecond() + 7_200;

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

  private long turn;

  private Total add(Instance who, long day, long requests, long tokens) {
    return add(who, new Draw(NAME, day, requests, tokens, ++turn, 0, true));
  }

  private static Total add(Instance who, Draw draw) {
    return who.store.ledgers().add(List.of(draw)).toCompletableFuture().join().get(0).orElseThrow();
  }

  @Test
  void tellsWhatAllHaveDrawn() {
    assertEquals(new Total(3, 500, 3, 500, 3, 0, TODAY), add(one, TODAY, 3, 500));
    Total both = add(other, TODAY, 2, 100);
    assertEquals(5, both.requests());
    assertEquals(600, both.tokens());
    assertEquals(5, both.dayRequests());
    assertTrue(both.recentRequests() >= 4 && both.recentRequests() <= 5, both::toString);
    assertEquals(4, add(one, TODAY, -1, -500).requests(), "what is taken back");
    assertEquals(100, add(other, TODAY, 0, 0).tokens());
  }

  @Test
  void aNewDayBeginsAtNothingAndALateOneChangesNothing() {
    add(one, TODAY, 9, 9);
    long next = TODAY + 80_000;
    assertEquals(2, add(one, next, 2, 2).dayRequests());
    Total late = add(other, TODAY, 1, 1);
    assertEquals(0, late.dayRequests());
    assertEquals(next, late.day());
    Total total = add(other, next, 0, 0);
    assertEquals(2, total.dayRequests());
    assertEquals(12, total.requests());
  }

  @Test
  void whatIsToldTwiceIsCountedOnceAndOthersAreNumbered() {
    Draw draw = new Draw(NAME, TODAY, 4, 40, 1, 0, true);
    add(one, draw);
    assertEquals(4, add(one, draw).requests());
    Total seen = add(other, draw);
    assertEquals(8, seen.requests(), "each numbers its own");
    assertEquals(1, seen.others());
    assertEquals(1, add(one, new Draw(NAME, TODAY, 0, 0, 2, 0, true)).others());
  }

  @Test
  void aDayThatWasLostIsBuiltAnewFromWhatIsKnown() {
    add(one, TODAY, 3, 30);
    redis.cli("FLUSHALL");
    assertEquals(9, add(one, new Draw(NAME, TODAY, 0, 0, 7, 9, true)).dayRequests());
    assertEquals(9, add(other, new Draw(NAME, TODAY, 0, 0, 1, 5, true)).dayRequests());
    assertEquals(11, add(other, new Draw(NAME, TODAY, 2, 0, 2, 0, true)).dayRequests());
  }

  @Test
  void oneThatFailsTakesNoOtherWithIt() {
    String bad = NAME + "-bad";
    redis.cli("SET", "gemini-relay:quota:" + bad, "no hash");
    List<Optional<Total>> totals =
        one.store
            .ledgers()
            .add(
                List.of(
                    new Draw(bad, TODAY, 1, 1, 1, 0, true),
                    new Draw(NAME, TODAY, 2, 2, 1, 0, true)))
            .toCompletableFuture()
            .join();
    assertTrue(totals.get(0).isEmpty());
    assertEquals(2, totals.get(1).orElseThrow().requests());
    assertTrue(one.store.isUp(), "Redis is well");
  }

  @Test
  void aLedgerEndsByItselfAfterItsDay() {
    add(one, TODAY, 1, 1);
    assertTrue(lasts() > 7_000 && lasts() <= 7_300, lasts() + " s");
    assertEquals(0, add(one, TODAY, 0, 0).requests() - 1, "a look changes nothing");
  }

  private long lasts() {
    return Long.parseLong(redis.cli("TTL", "gemini-relay:quota:" + NAME).strip());
  }

  @Test
  void ofWhatNobodyIsCertainNothingIsKeptForLong() {
    add(one, new Draw(NAME, TODAY, 1, 1, 1, 0, false));
    assertTrue(lasts() <= 180, lasts() + " s");
    add(other, new Draw(NAME, TODAY, 1, 1, 1, 0, true));
    assertTrue(lasts() > 7_000, lasts() + " s");
    add(one, new Draw(NAME, TODAY, 1, 1, 2, 0, false));
    assertTrue(lasts() > 7_000, "another has seen it: " + lasts() + " s");
  }

  @Test
  void whoIsADayAheadSpoilsTheDayOfNobody() {
    add(one, TODAY, 3, 3);
    long wrong = TODAY + 86_400;
    Total ahead = add(other, wrong, 1, 1);
    assertEquals(0, ahead.dayRequests());
    assertEquals(TODAY, ahead.day(), "told, so that it can be said");
    assertEquals(5, add(one, TODAY, 2, 2).dayRequests());
    redis.cli("HSET", "gemini-relay:quota:" + NAME, "d", Long.toString(wrong));
    assertEquals(2, add(one, TODAY, 2, 2).dayRequests(), "one that was kept is replaced");
  }
}
