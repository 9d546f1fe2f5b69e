package io.geminirelay.base.state.redis;

import io.geminirelay.base.state.LedgerStore;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts of quotas in Redis: a hash for each, with minutes by Redis's clock. All are sent at once,
 * and to where each lives where it is a Cluster.
 */
final class RedisLedgers implements LedgerStore {
  private static final RedisScript LEDGER = RedisScript.load("ledger.lua");

  private final String prefix;

  /** This instance, among those who draw. */
  private final String instance = UUID.randomUUID().toString().substring(0, 8);

  private final Supplier<@Nullable RedisScriptingAsyncCommands<String, String>> redis;
  private final BooleanSupplier up;
  private final boolean cluster;
  private final Consumer<Throwable> failed;

  /**
   * Counts under {@code prefix}.
   *
   * @param redis over which to tell, or null where there is no connection
   * @param cluster whether different nodes may answer
   * @param failed told of what went wrong, on any thread
   */
  RedisLedgers(
      String prefix,
      Supplier<@Nullable RedisScriptingAsyncCommands<String, String>> redis,
      BooleanSupplier up,
      boolean cluster,
      Consumer<Throwable> failed) {
    this.prefix = prefix + "quota:";
    this.redis = redis;
    this.up = up;
    this.cluster = cluster;
    this.failed = failed;
  }

  @Override
  public CompletionStage<List<Optional<Total>>> add(List<Draw> draws) {
    RedisScriptingAsyncCommands<String, String> commands = redis.get();
    if (commands == null || !up.getAsBoolean()) {
      return CompletableFuture.failedStage(new IllegalStateException("Redis is out of reach"));
    }
    List<CompletionStage<Total>> totals = new ArrayList<>();
    for (Draw draw : draws) {
      totals.add(add(commands, draw));
    }
    return Round.of(totals, cluster, failed);
  }

  private CompletionStage<Total> add(
      RedisScriptingAsyncCommands<String, String> commands, Draw draw) {
    List<String> values =
        List.of(
            Long.toString(draw.day()),
            Long.toString(draw.requests()),
            Long.toString(draw.tokens()),
            instance,
            Long.toString(draw.turn()),
            Long.toString(draw.dayRequests()),
            draw.proven() ? "1" : "0");
    return LEDGER
        .run(commands, List.of(prefix + draw.name()), values)
        .thenApply(
            answer ->
                new Total(
                    number(answer, 0),
                    number(answer, 1),
                    number(answer, 2),
                    number(answer, 3),
                    number(answer, 4),
                    (int) number(answer, 5),
                    number(answer, 6)));
  }

  private static long number(List<Object> answer, int index) {
    return Long.parseLong((String) answer.get(index));
  }

  @Override
  public boolean isUp() {
    return up.getAsBoolean();
  }
}
