package io.geminirelay.base.state.redis;

import static io.geminirelay.base.state.redis.Instance.fact;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.geminirelay.base.state.Fact;
import io.geminirelay.testing.RedisServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A Redis that holds less than it was given, or what it held before. */
class RedisLossTest {
  private static final long HOUR = 3_600_000;
  private static final String FACTS = Instance.PREFIX + "{facts}:";

  @TempDir Path folder;
  private RedisServer redis;

  @BeforeEach
  void start() {
    redis = RedisServer.start(folder);
  }

  @AfterEach
  void stop() {
    if (redis != null) {
      redis.close();
    }
  }

  private String entry(String name) {
    return redis.cli("GET", FACTS + "f:" + name).strip();
  }

  /** Has {@code instance} read all. */
  private void readAnew(Instance instance) {
    int before = instance.readings.get();
    redis.cli("CLIENT", "KILL", "TYPE", "pubsub");
    instance.awaitReading(before + 1);
    instance.awaitUp(true);
  }

  @Test
  void whatWasEndedIsMarkedUntilItsOwnEnd() {
    try (Instance one = Instance.ready(redis.url());
        Instance other = Instance.ready(redis.url())) {
      one.write(fact("bucket/a", "day", HOUR));
      other.awaitKnown("bucket/a");
      other.end("bucket/a");
      assertTrue(Long.parseLong(redis.cli("PTTL", FACTS + "f:bucket/a").strip()) > HOUR / 2);
      // Who missed it finds the mark.
      one.awaitUnknown("bucket/a");
      one.known.put("bucket/a", fact("bucket/a", "day", HOUR));
      readAnew(one);
      one.awaitUnknown("bucket/a");
      one.write(fact("bucket/a", "minute", HOUR));
      other.awaitKnown("bucket/a");
    }
  }

  @Test
  void whatWasShortenedIsOverForThoseWhoKnewItLonger() {
    try (Instance one = Instance.ready(redis.url())) {
      one.write(fact("bucket/a", "day", HOUR));
      one.write(fact("bucket/a", "day", 500));
      RedisServer.await(
          "the shorter to be over",
          () -> {
            try (Instance later = Instance.ready(redis.url())) {
              return later.known.isEmpty();
            }
          });
      assertTrue(Long.parseLong(redis.cli("PTTL", FACTS + "f:bucket/a").strip()) > HOUR / 2);
      one.known.put("bucket/a", fact("bucket/a", "day", HOUR));
      readAnew(one);
      one.awaitUnknown("bucket/a");
    }
  }

  @Test
  void whatCameBackAfterItsEndIsEndedAgainUnlessItIsNew() {
    try (Instance one = Instance.ready(redis.url())) {
      Fact rest = fact("bucket/a", "day", HOUR);
      one.write(rest);
      String old = entry(rest.name());
      one.end(rest.name());
      String marked = entry(rest.name());
      // As a replica has it that lagged behind.
      redis.cli("SET", FACTS + "f:bucket/a", old, "KEEPTTL");
      readAnew(one);
      assertEquals(marked, entry(rest.name()));
      // As somebody puts it back who knows nothing of its end, after all was lost.
      String back = old.replaceFirst("\"at\":\"[^\"]*\"", "\"back\":true");
      redis.cli("SET", FACTS + "f:bucket/a", back, "KEEPTTL");
      readAnew(one);
      assertEquals(marked, entry(rest.name()));
      // As somebody writes it anew, with the same end.
      String anew = old.replaceFirst(" 1\"", " 99\"");
      redis.cli("SET", FACTS + "f:bucket/a", anew, "KEEPTTL");
      readAnew(one);
      one.awaitKnown(rest.name());
      assertEquals(anew, entry(rest.name()));
    }
  }

  @Test
  void whatWasDroppedIsThereAgain() {
    try (Instance other = Instance.ready(redis.url())) {
      try (Instance one = Instance.ready(redis.url())) {
        one.write(fact("bucket/a", "day", HOUR), fact("bucket/b", "day", HOUR));
        other.awaitKnown("bucket/b");
      }
      redis.cli("DEL", FACTS + "f:bucket/a");
      readAnew(other);
      assertTrue(entry("bucket/a").contains("day"));
      redis.cli("DEL", FACTS + "ends");
      readAnew(other);
      try (Instance later = Instance.ready(redis.url())) {
        assertEquals(Set.of("bucket/a", "bucket/b"), later.known.keySet());
      }
    }
  }

  @Test
  void whoDropsEntriesWhenFullIsWarnedOfOnce() {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    Logger logger = (Logger) LoggerFactory.getLogger(Eviction.class);
    log.start();
    logger.addAppender(log);
    try {
      redis.cli("CONFIG", "SET", "maxmemory-policy", "volatile-lru");
      try (Instance unlimited = Instance.ready(redis.url())) {
        unlimited.write(fact("bucket/a", "day", HOUR));
        redis.cli("CONFIG", "SET", "maxmemory", "100mb");
        redis.cli("ACL", "SETUSER", "default", "-info");
        readAnew(unlimited);
        unlimited.write(fact("bucket/b", "day", HOUR));
        assertEquals(0, List.copyOf(log.list).size(), "nothing is said of what cannot be known");
        redis.cli("ACL", "SETUSER", "default", "+info");
        readAnew(unlimited);
        readAnew(unlimited);
        unlimited.write(fact("bucket/c", "day", HOUR));
      }
      assertEquals(1, List.copyOf(log.list).size());
      String text = log.list.get(0).getFormattedMessage();
      assertTrue(text.contains("volatile-lru"), text);
    } finally {
      logger.detachAppender(log);
    }
  }

  @Test
  void aLossShowsThoughAsMuchWasChangedSince() {
    try (Instance one = Instance.ready(redis.url())) {
      one.write(fact("bucket/a", "day", HOUR));
      String era = redis.cli("HGET", FACTS + "turn", "era");
      redis.cli("FLUSHALL");
      one.write(fact("bucket/b", "day", HOUR)); // again the first
      RedisServer.await("the other to be there again", () -> entry("bucket/a").contains("day"));
      assertNotEquals(era, redis.cli("HGET", FACTS + "turn", "era"));
    }
  }
}
