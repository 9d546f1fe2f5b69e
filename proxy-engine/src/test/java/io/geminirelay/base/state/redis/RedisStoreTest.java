package io.geminirelay.base.state.redis;

import static io.geminirelay.base.state.redis.Instance.fact;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.state.Fact;
import io.geminirelay.testing.RedisServer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class RedisStoreTest extends RedisStoreCase {
  private static final String FACTS = Instance.PREFIX + "{facts}:";

  @Test
  void tellsOthersOfChangesAtOnce() {
    try (Instance one = Instance.ready(redis.url());
        Instance other = Instance.ready(redis.url())) {
      long fastest = Long.MAX_VALUE;
      for (int i = 0; i < 10; i++) {
        long begun = System.nanoTime();
        one.write(fact("bucket/" + i, "minute", HOUR));
        other.awaitKnown("bucket/" + i);
        fastest = Math.min(fastest, System.nanoTime() - begun);
      }
      assertTrue(fastest < TimeUnit.MILLISECONDS.toNanos(100), fastest + " ns");
      assertEquals(1, other.readings.get(), "no reading was needed");
      assertEquals("minute", other.known.get("bucket/3").field("reason", ""));
      one.end("bucket/3");
      other.awaitUnknown("bucket/3");
      assertFalse(one.known.containsKey("bucket/1"), "own changes come not back");
      Thread.getAllStackTraces().keySet().stream()
          .filter(thread -> thread.getName().startsWith("lettuce"))
          .forEach(thread -> assertTrue(thread.isDaemon(), thread.getName()));
    }
  }

  @Test
  void keepsWhatIsWrittenForThoseWhoComeLater() {
    Fact daily = fact("bucket/p/gemini-2.5-pro", "day", HOUR);
    try (Instance one = Instance.ready(redis.url())) {
      one.write(daily, fact("key/other", "invalid", HOUR));
      one.end("key/other");
    }
    try (Instance later = Instance.ready(redis.url())) {
      assertEquals(1, later.known.size());
      assertTrue(later.known.get(daily.name()).says(daily));
    }
  }

  @Test
  void everyKeyEndsByItself() {
    try (Instance one = Instance.ready(redis.url())) {
      one.write(fact("bucket/short", "minute", 1_500), fact("bucket/long", "day", HOUR));
      one.end("bucket/none");
      for (String key : redis.cli("--scan").lines().toList()) {
        assertTrue(Long.parseLong(redis.cli("PTTL", key).strip()) > 0, key + " stays for ever");
      }
      RedisServer.await(
          "the fact is over", () -> redis.cli("EXISTS", FACTS + "f:bucket/short").startsWith("0"));
      try (Instance later = Instance.ready(redis.url())) {
        assertEquals(Set.of("bucket/long"), later.known.keySet());
      }
      one.write(fact("bucket/next", "minute", HOUR));
      // With the mark of what was ended.
      assertEquals("3", redis.cli("ZCARD", FACTS + "ends").strip(), "names of what is over go too");
    }
  }

  @Test
  void writesManyFactsAtOnceAndReadsThem() {
    Fact[] many = new Fact[1_234];
    for (int i = 0; i < many.length; i++) {
      many[i] = fact("file/" + i, "x".repeat(50), HOUR);
    }
    try (Instance one = Instance.ready(redis.url());
        Instance other = Instance.ready(redis.url())) {
      one.writeInTheEnd(many);
      RedisServer.await("all are known", () -> other.known.size() == many.length);
      try (Instance later = Instance.ready(redis.url())) {
        assertEquals(many.length, later.known.size());
      }
    }
  }

  @Test
  void whatAReaderIsToldIsNeverBehindWhatItWasTold() {
    try (Instance one = Instance.ready(redis.url());
        Instance other = Instance.ready(redis.url())) {
      CompletableFuture<Void> last = null;
      for (int i = 0; i <= 300; i++) {
        Fact step = fact("bucket/" + i % 7, "step " + i, HOUR);
        last = one.put(step);
        if (i % 100 == 50) {
          redis.cli("CLIENT", "KILL", "TYPE", "pubsub", "SKIPME", "yes");
          one.awaitUp(true);
        }
        last.exceptionally(lost -> null).join();
        if (last.isCompletedExceptionally() && i > 293) {
          one.writeInTheEnd(step); // what is told in the end must have been written
        }
      }
      one.writeInTheEnd(fact("bucket/end", "end", HOUR));
      other.awaitKnown("bucket/end");
      for (int i = 295; i <= 300; i++) {
        String name = "bucket/" + i % 7;
        String step = "step " + i;
        RedisServer.await(
            name + " is at " + step, () -> other.known.get(name).field("reason", "").equals(step));
      }
    }
  }

  @Test
  void theLastWriterWinsEverywhere() {
    try (Instance one = Instance.ready(redis.url());
        Instance other = Instance.ready(redis.url())) {
      for (int i = 0; i < 50; i++) {
        var first = one.put(fact("bucket/x", "one " + i, HOUR));
        var second = other.put(fact("bucket/x", "other " + i, HOUR));
        first.join();
        second.join();
        RedisServer.await(
            "both know what Redis knows",
            () -> {
              String kept = redis.cli("GET", FACTS + "f:bucket/x");
              return kept.contains(one.known.get("bucket/x").field("reason", "?"))
                  && kept.contains(other.known.get("bucket/x").field("reason", "?"));
            });
      }
      assertEquals(2, one.readings.get() + other.readings.get(), "nobody had to read again");
    }
  }

  @Test
  void goesByTheClockOfRedis() {
    TimeSource slow =
        new TimeSource() {
          @Override
          public long nanoTime() {
            return System.nanoTime();
          }

          @Override
          public Instant instant() {
            return Instant.now().minus(Duration.ofHours(5));
          }
        };
    try (Instance right = Instance.ready(redis.url());
        Instance behind = new Instance(redis.url(), slow)) {
      behind.awaitReading(1);
      long ahead = behind.store.aheadMillis();
      assertEquals(Duration.ofHours(5).toMillis(), ahead, 1_000);
      Fact hour = fact("bucket/a", "day", HOUR);
      behind.write(hour.shifted(-ahead));
      right.awaitKnown("bucket/a");
      assertEquals(hour.untilMillis(), right.known.get("bucket/a").untilMillis(), 1_000);
      right.write(fact("bucket/b", "day", HOUR));
      behind.awaitKnown("bucket/b");
      assertEquals(hour.untilMillis() - ahead, behind.known.get("bucket/b").untilMillis(), 30_000);
    }
  }

  @Test
  void aStepOfTheClockMovesNoEnd() {
    AtomicReference<Duration> step = new AtomicReference<>(Duration.ZERO);
    TimeSource stepping =
        new TimeSource() {
          @Override
          public long nanoTime() {
            return System.nanoTime();
          }

          @Override
          public Instant instant() {
            return Instant.now().plus(step.get());
          }
        };
    try (Instance one = Instance.ready(redis.url());
        Instance stepped = new Instance(redis.url(), stepping)) {
      stepped.awaitReading(1);
      int i = 0;
      for (Duration by : List.of(Duration.ofHours(-1), Duration.ofHours(2), Duration.ZERO)) {
        String name = "bucket/" + i++;
        step.set(by);
        // Told before there was a look that could have shown the step, nearly always.
        Fact minute = fact(name, "minute", 60_000);
        one.write(minute);
        stepped.awaitKnown(name);
        assertEquals(
            minute.untilMillis() + by.toMillis(), stepped.known.get(name).untilMillis(), 1_000);
      }
    }
  }

  @Test
  void whatWasEndedIsNotBackWithAnOlderSnapshot() {
    try (Instance one = Instance.ready(redis.url());
        Instance other = Instance.ready(redis.url())) {
      one.write(fact("bucket/a", "day", HOUR), fact("bucket/b", "day", HOUR));
      other.awaitKnown("bucket/b");
      redis.cli("SAVE");
      one.end("bucket/a");
      one.write(fact("bucket/c", "day", HOUR));
      other.awaitKnown("bucket/c");
      redis.kill();
      one.awaitUp(false);
      other.awaitUp(false);
      redis.restart();
      for (Instance each : List.of(one, other)) {
        each.awaitUp(true);
        each.awaitReading(2);
      }
      RedisServer.await(
          "it is over again", () -> redis.cli("GET", FACTS + "f:bucket/a").contains("gone"));
      try (Instance later = Instance.ready(redis.url())) {
        assertEquals(Set.of("bucket/b", "bucket/c"), later.known.keySet());
      }
      one.awaitUnknown("bucket/a");
      other.awaitUnknown("bucket/a");
    }
  }

  @Test
  void whatWasMissedIsReadAgain() {
    try (Instance one = Instance.ready(redis.url());
        Instance deaf = Instance.ready(redis.url())) {
      // Ends the listening connections; what is written before they are back is not heard.
      redis.cli("CLIENT", "KILL", "TYPE", "pubsub");
      one.writeInTheEnd(fact("bucket/a", "day", HOUR));
      deaf.awaitKnown("bucket/a");
    }
  }

  @Test
  void entriesOfNewerVersionsAreLeftAlone() {
    try (Instance one = Instance.ready(redis.url())) {
      one.write(fact("bucket/a", "day", HOUR), fact("bucket/b", "day", HOUR));
      redis.cli("SET", FACTS + "f:bucket/a", "{\"v\":2,\"fact\":[1]}", "KEEPTTL");
      redis.cli(
          "PUBLISH", FACTS + "changes", redis.cli("HGET", FACTS + "turn", "era").strip() + " 2 {]");
      try (Instance older = Instance.ready(redis.url())) {
        assertEquals(Set.of("bucket/b"), older.known.keySet());
        one.write(fact("bucket/c", "day", HOUR));
        older.awaitKnown("bucket/c");
      }
      assertTrue(redis.cli("GET", FACTS + "f:bucket/a").contains("\"v\":2"));
    }
  }

  @Test
  void aGreetingIsHeardByAllAndByWhoSaysItAndLeavesNothing() {
    try (Instance one = Instance.ready(redis.url());
        Instance other = Instance.ready(redis.url())) {
      String name = Fact.GREETING + "/";
      one.write(Instance.fact(name, "none", -60_000));
      one.awaitKnown(name);
      other.awaitKnown(name);
      assertFalse(String.join("\n", redis.dump()).contains(Fact.GREETING));
      try (Instance later = Instance.ready(redis.url())) {
        assertFalse(later.known.containsKey(name));
      }
    }
  }
}
