package io.geminirelay.base.state.redis;

import io.geminirelay.testing.RedisServer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A Redis for one test. */
abstract class RedisStoreCase {
  static final long HOUR = 3_600_000;

  @TempDir Path folder;
  RedisServer redis;

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
}
