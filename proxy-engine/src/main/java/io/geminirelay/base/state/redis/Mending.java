package io.geminirelay.base.state.redis;

import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.state.Fact;
import io.geminirelay.base.state.redis.Mirror.Over;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Reads all that Redis holds, and gives it back what it lacks of what was known of it. For the
 * thread whose the mirror is.
 */
final class Mending {
  /** A Redis that drops something all the time is not given it back all the time. */
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final RedisFacts facts;
  private final Mirror mirror;
  private final TimeSource time;
  private long lastNanos;

  /** Gives back what {@code mirror} knows, which nobody changes while all is read. */
  Mending(RedisFacts facts, Mirror mirror, TimeSource time) {
    this.facts = facts;
    this.mirror = mirror;
    this.time = time;
    this.lastNanos = time.nanoTime() - PAUSE_NANOS;
  }

  /**
   * Reads all; again where something had to be given back.
   *
   * @param lost whether Redis is known to have lost something, or likely to
   * @param thread whose the mirror is
   */
  CompletionStage<Snapshot> read(
      RedisScriptingAsyncCommands<String, String> redis, boolean lost, Executor thread) {
    return facts.read(redis).thenComposeAsync(found -> mend(redis, found, lost), thread);
  }

  private CompletionStage<Snapshot> mend(
      RedisScriptingAsyncCommands<String, String> redis, Snapshot found, boolean lost) {
    long now = time.nanoTime();
    boolean mayPutBack = lost || now - lastNanos > PAUSE_NANOS;
    List<Fact> missing = mayPutBack ? mirror.missing(found) : List.of();
    List<Over> returned = mirror.returned(found);
    if (found.torn() || (missing.isEmpty() && returned.isEmpty())) {
      return CompletableFuture.completedStage(found);
    }
    lastNanos = now;
    return facts
        .putBack(redis, missing, returned)
        .thenCompose(none -> facts.read(redis))
        .thenApply(again -> again.after(found))
        .exceptionallyCompose(
            failure ->
                RedisHealth.isRefusal(failure) // it can be read all the same
                    ? CompletableFuture.completedStage(found)
                    : CompletableFuture.failedStage(failure));
  }
}
