package io.geminirelay.base.state.redis;

import io.geminirelay.base.state.SlotStore;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Shared slots in Redis: a hash for each limit, one for all instances that are alive, and who wants
 * more; all in one slot of a Cluster, so that one script sees to all limits of a round.
 */
final class RedisSlots implements SlotStore {
  private static final RedisScript SLOTS = RedisScript.load("slots.lua");

  private final String prefix;

  /** This instance, among those who hold slots. */
  private final String instance = UUID.randomUUID().toString().substring(0, 13);

  private final Supplier<@Nullable RedisScriptingAsyncCommands<String, String>> redis;
  private final BooleanSupplier up;
  private final Consumer<Throwable> failed;

  /**
   * Slots under {@code prefix}.
   *
   * @param redis over which to tell, or null where there is no connection
   * @param failed told of what went wrong, on any thread
   */
  RedisSlots(
      String prefix,
      Supplier<@Nullable RedisScriptingAsyncCommands<String, String>> redis,
      BooleanSupplier up,
      Consumer<Throwable> failed) {
    this.prefix = prefix + "{slots}:";
    this.redis = redis;
    this.up = up;
    this.failed = failed;
  }

  @Override
  public CompletionStage<Told> tell(List<Ask> asks, long heard) {
    return run(asks, heard, false).thenApply(RedisSlots::told);
  }

  @Override
  public CompletionStage<Void> leave() {
    return run(List.of(), 0, true).thenAccept(left -> {});
  }

  private CompletionStage<List<Object>> run(List<Ask> asks, long heard, boolean leaves) {
    RedisScriptingAsyncCommands<String, String> commands = redis.get();
    if (commands == null || !up.getAsBoolean()) {
      return CompletableFuture.failedStage(new IllegalStateException("Redis is out of reach"));
    }
    List<String> keys = new ArrayList<>(List.of(prefix + "live", prefix + "calls"));
    List<String> values =
        new ArrayList<>(List.of(instance, Long.toString(heard), leaves ? "1" : "0"));
    for (Ask ask : asks) {
      keys.add(prefix + "of:" + ask.name());
      values.add(ask.name());
      values.add(Integer.toString(ask.limit()));
      values.add(Integer.toString(ask.used()));
      values.add(Integer.toString(ask.wanted()));
      values.add(Integer.toString(ask.allowed()));
    }
    return SLOTS.run(commands, keys, values).whenComplete((answer, failure) -> look(failure));
  }

  /** A script that Redis refuses while it answers says nothing of Redis. */
  private void look(@Nullable Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause != null && !RedisHealth.isRefusal(cause)) {
      failed.accept(cause);
    }
  }

  private static Told told(List<Object> answer) {
    List<String> called = ((List<?>) answer.get(1)).stream().map(String.class::cast).toList();
    List<Answer> answers =
        ((List<?>) answer.get(2)).stream().map(each -> answer((List<?>) each)).toList();
    return new Told((Long) answer.get(0), called, answers);
  }

  private static Answer answer(List<?> numbers) {
    return new Answer(
        number(numbers, 0), number(numbers, 1), number(numbers, 2), number(numbers, 3));
  }

  private static int number(List<?> numbers, int index) {
    return Math.toIntExact((Long) numbers.get(index));
  }

  @Override
  public boolean isUp() {
    return up.getAsBoolean();
  }
}
