package io.geminirelay.base.state.redis;

import io.geminirelay.base.state.LeaseStore;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Shared limits in Redis: a bucket that leaks, one key each, by Redis's clock. All asks are sent at
 * once, and to where each limit lives where it is a Cluster.
 */
final class RedisLeases implements LeaseStore {
  private static final RedisScript LEASE = RedisScript.load("lease.lua");

  private final String prefix;
  private final Supplier<@Nullable RedisScriptingAsyncCommands<String, String>> redis;
  private final BooleanSupplier up;
  private final boolean cluster;
  private final Consumer<Throwable> failed;

  /**
   * Limits under {@code prefix}.
   *
   * @param redis over which to ask, or null where there is no connection
   * @param cluster whether different nodes may answer
   * @param failed told of what went wrong, on any thread
   */
  RedisLeases(
      String prefix,
      Supplier<@Nullable RedisScriptingAsyncCommands<String, String>> redis,
      BooleanSupplier up,
      boolean cluster,
      Consumer<Throwable> failed) {
    this.prefix = prefix + "limit:";
    this.redis = redis;
    this.up = up;
    this.cluster = cluster;
    this.failed = failed;
  }

  @Override
  public CompletionStage<List<Optional<Answer>>> ask(String holder, List<Ask> asks) {
    RedisScriptingAsyncCommands<String, String> commands = redis.get();
    if (commands == null || !up.getAsBoolean()) {
      return CompletableFuture.failedStage(new IllegalStateException("Redis is out of reach"));
    }
    List<CompletionStage<Answer>> answers = new ArrayList<>();
    for (Ask ask : asks) {
      answers.add(ask(commands, holder, ask));
    }
    return Round.of(answers, cluster, failed);
  }

  private CompletionStage<Answer> ask(
      RedisScriptingAsyncCommands<String, String> commands, String holder, Ask ask) {
    List<String> values =
        List.of(
            Long.toString(ask.capacity()),
            Long.toString(ask.perMinute()),
            Long.toString(ask.want()),
            Long.toString(ask.owed()),
            holder,
            Long.toString(ask.held()));
    return LEASE
        .run(commands, List.of(prefix + ask.name()), values)
        .thenApply(
            answer ->
                new Answer(
                    Long.parseLong((String) answer.get(0)),
                    Long.parseLong((String) answer.get(1)),
                    Integer.parseInt((String) answer.get(2)),
                    Integer.parseInt((String) answer.get(3)),
                    Long.parseLong((String) answer.get(4))));
  }

  @Override
  public boolean isUp() {
    return up.getAsBoolean();
  }
}
