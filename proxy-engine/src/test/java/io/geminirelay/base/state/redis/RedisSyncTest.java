package io.geminirelay.base.state.redis;

import static org.junit.jupiter.api.Assertions.assertFalse;

import io.geminirelay.base.config.Secret;
import io.geminirelay.base.exchange.TimeSource;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is kept in step with Redis, at its end; no Redis is needed. */
class RedisSyncTest {
  /** As many as the client has. */
  private static final int THREADS = 2;

  @Test
  void whatAStopEndsIsNoOutage() throws Exception {
    RedisAddress address = RedisAddress.of(Secret.of("redis://127.0.0.1:1"));
    RedisLinks links = new RedisLinks(address);
    try {
      RedisFacts facts = new RedisFacts("gemini-relay:", "one");
      RedisSync sync = new RedisSync(address, links, facts, TimeSource.SYSTEM);
      sync.stop();
      sync.leaseFailed(new IllegalStateException("the connection is closed"));
      for (int i = 0; i < THREADS; i++) {
        links.thread().submit(() -> {}).get(30, TimeUnit.SECONDS);
      }
      assertFalse(sync.hasFailed());
    } finally {
      links.close().get(30, TimeUnit.SECONDS);
    }
  }
}
