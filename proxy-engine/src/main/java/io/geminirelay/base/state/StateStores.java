package io.geminirelay.base.state;

import io.geminirelay.base.config.StateConfig;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.state.redis.RedisStore;

/** Chooses where state is kept. */
public final class StateStores {
  private StateStores() {}

  /**
   * The store that {@code config} names: Redis where it has a URL, else a file where it has a
   * folder, else none that outlives the process. To be closed by the caller.
   *
   * @throws IllegalArgumentException if the URL tells no Redis
   */
  public static StateStore of(StateConfig config, TimeSource time) {
    if (config.redisUrl() != null) {
      return new RedisStore(config.redisUrl(), config.redisKeyPrefix(), time);
    }
    return config.directory() == null ? new MemoryStore() : new FileStore(config.directory(), time);
  }
}
