package io.geminirelay.base.state.redis;

import static io.geminirelay.base.state.redis.Instance.fact;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.testing.RedisServer;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A Redis that is away, stands still, is full or refuses to write. */
class RedisStoreDownTest extends RedisStoreCase {
  @Test
  void startsWithoutRedisAndFindsItLater() {
    redis.kill();
    try (Instance one = new Instance(redis.url())) {
      one.awaitUp(false);
      assertThrows(CompletionException.class, () -> one.write(fact("bucket/a", "day", HOUR)));
      redis.restart();
      one.awaitUp(true);
      one.writeInTheEnd(fact("bucket/a", "day", HOUR));
      one.awaitReading(1);
    }
  }

  @Test
  void anEmptyRedisIsGivenBackWhatItHeld() {
    try (Instance one = Instance.ready(redis.url());
        Instance other = Instance.ready(redis.url())) {
      one.write(fact("bucket/a", "day", HOUR));
      other.write(fact("key/b", "invalid", HOUR));
      one.awaitKnown("key/b");
      other.awaitKnown("bucket/a");
      redis.kill();
      one.awaitUp(false);
      other.awaitUp(false);
      redis.restart();
      for (Instance each : List.of(one, other)) {
        each.awaitUp(true);
        RedisServer.await("both are known again", () -> each.known.size() == 2);
      }
      try (Instance later = Instance.ready(redis.url())) {
        RedisServer.await("all is there for a third", () -> later.known.size() == 2);
      }
      one.end("bucket/a");
      other.awaitUnknown("bucket/a");
    }
  }

  @Test
  void isNeitherUpNorDownBeforeItWasTried() {
    try (RedisStore store =
        new RedisStore(Secret.of(redis.url()), Instance.PREFIX, TimeSource.SYSTEM)) {
      assertFalse(store.isUp());
      assertFalse(store.hasFailed());
    }
  }

  @Test
  void aRedisThatStandsStillKeepsNobodyWaiting() {
    try (Instance one = Instance.ready(redis.url())) {
      redis.pause();
      one.awaitUp(false);
      long fastest = Long.MAX_VALUE;
      for (int i = 0; i < 10; i++) {
        long begun = System.nanoTime();
        assertThrows(CompletionException.class, () -> one.write(fact("bucket/a", "day", HOUR)));
        fastest = Math.min(fastest, System.nanoTime() - begun);
      }
      assertTrue(fastest < TimeUnit.MILLISECONDS.toNanos(900), fastest + " ns");
      redis.resume();
      one.awaitUp(true);
      one.writeInTheEnd(fact("bucket/a", "day", HOUR));
      try (Instance later = Instance.ready(redis.url())) {
        assertTrue(later.known.containsKey("bucket/a"));
      }
    }
  }

  @Test
  void aFullRedisIsDownUntilThereIsRoom() {
    try (Instance one = Instance.ready(redis.url())) {
      one.write(fact("bucket/a", "day", HOUR));
      redis.cli("CONFIG", "SET", "maxmemory-policy", "noeviction");
      redis.cli("CONFIG", "SET", "maxmemory", "1");
      one.awaitUp(false);
      redis.cli("CONFIG", "SET", "maxmemory", "0");
      one.awaitUp(true);
      one.writeInTheEnd(fact("bucket/b", "day", HOUR));
    }
  }

  @Test
  void aRedisThatRefusesWritesIsDownUntilOneIsTaken() {
    AtomicLong skippedNanos = new AtomicLong();
    TimeSource time = skipping(skippedNanos);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    Logger logger = (Logger) LoggerFactory.getLogger(RedisHealth.class);
    log.start();
    logger.addAppender(log);
    try (Instance one = new Instance(redis.url(), time)) {
      one.awaitReading(1);
      redis.cli("ACL", "SETUSER", "default", "-publish"); // no look shows that
      assertThrows(CompletionException.class, () -> one.write(fact("bucket/a", "day", HOUR)));
      for (int i = 0; i < 3; i++) {
        one.awaitUp(false);
        skippedNanos.addAndGet(TimeUnit.SECONDS.toNanos(11));
        RedisServer.await("it may be tried again", one.store::isUp);
        assertTrue(one.store.hasFailed(), "it is not said to be back");
        assertThrows(CompletionException.class, () -> one.write(fact("bucket/a", "day", HOUR)));
      }
      redis.cli("ACL", "SETUSER", "default", "+publish");
      skippedNanos.addAndGet(TimeUnit.SECONDS.toNanos(11));
      one.writeInTheEnd(fact("bucket/a", "day", HOUR));
      one.awaitUp(true);
    } finally {
      logger.detachAppender(log);
    }
    assertEquals(1, List.copyOf(log.list).size(), "it is told once");
  }

  private static TimeSource skipping(AtomicLong nanos) {
    return new TimeSource() {
      @Override
      public long nanoTime() {
        return System.nanoTime() + nanos.get();
      }

      @Override
      public Instant instant() {
        return Instant.now();
      }
    };
  }

  @Test
  void aReplicaIsDownUntilItIsAMaster() {
    try (RedisServer replica =
            RedisServer.start(folder, "--replicaof", "127.0.0.1", Integer.toString(redis.port()));
        Instance one = new Instance(replica.url())) {
      one.awaitUp(false);
      replica.cli("REPLICAOF", "NO", "ONE");
      one.awaitUp(true);
      one.writeInTheEnd(fact("bucket/a", "day", HOUR));
    }
  }
}
