package io.geminirelay.base.state.redis;

import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns, once, where Redis would make room by dropping what the gateways share: what is dropped is
 * put back, but who starts in between does not know it. A user who may not ask is told nothing.
 * Thread safe.
 */
final class Eviction {
  private static final Logger LOG = LoggerFactory.getLogger(Eviction.class);
  private static final RedisScript POLICY = RedisScript.load("policy.lua");

  private final String where;
  private final String turn;
  private final AtomicBoolean told = new AtomicBoolean();

  /**
   * For the Redis at {@code where}.
   *
   * @param turn a key that lies where the facts do
   */
  Eviction(String where, String turn) {
    this.where = where;
    this.turn = turn;
  }

  /** Asks; soon, not now. */
  void check(RedisScriptingAsyncCommands<String, String> redis) {
    var unused = POLICY.run(redis, List.of(turn), List.of()).thenAccept(this::judge);
  }

  private void judge(List<Object> answer) {
    boolean isLimited = answer.size() == 2 && !"0".equals(answer.get(0));
    if (isLimited && !"noeviction".equals(answer.get(1)) && told.compareAndSet(false, true)) {
      LOG.warn(
          "Redis at {} drops entries when it is full (maxmemory-policy {}): noeviction is needed",
          where,
          answer.get(1));
    }
  }
}
