package io.geminirelay.base.state.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What becomes of several things that were asked at once: one that fails takes none with it. */
final class Round {
  /** How much longer than another of a Cluster a node may take. */
  private static final long APART_MILLIS = 200;

  private static final Executor LATER =
      CompletableFuture.delayedExecutor(APART_MILLIS, TimeUnit.MILLISECONDS);

  private Round() {}

  /**
   * Completes with the answers in their order, empty for those that failed; fails where all did.
   *
   * @param apart whether different nodes may answer: then none is waited for much longer than for
   *     the first, so that one that keeps silent does not stand for all
   * @param failed told, on any thread, of a failure that may concern all
   */
  static <T> CompletionStage<List<Optional<T>>> of(
      List<? extends CompletionStage<T>> asked, boolean apart, Consumer<Throwable> failed) {
    List<CompletableFuture<Answered<T>>> each = new ArrayList<>(asked.size());
    for (CompletionStage<T> one : asked) {
      each.add(
          one.<Answered<T>>handle((answer, failure) -> new Answered<>(answer, failure))
              .toCompletableFuture());
    }
    if (apart && each.size() > 1) {
      CompletableFuture.anyOf(each.toArray(CompletableFuture[]::new))
          .thenRunAsync(() -> each.forEach(Round::giveUp), LATER);
    }
    return CompletableFuture.allOf(each.toArray(CompletableFuture[]::new))
        .thenCompose(none -> whole(each, failed));
  }

  /** Without effect where the answer is there. */
  private static <T> void giveUp(CompletableFuture<Answered<T>> one) {
    if (!one.isDone()) {
      one.complete(new Answered<>(null, new TimeoutException("a node of the Cluster is silent")));
    }
  }

  private record Answered<T>(@Nullable T answer, @Nullable Throwable failure) {}

  private static <T> CompletionStage<List<Optional<T>>> whole(
      List<CompletableFuture<Answered<T>>> each, Consumer<Throwable> failed) {
    List<Optional<T>> answers = new ArrayList<>(each.size());
    Throwable last = null;
    int failures = 0;
    for (CompletableFuture<Answered<T>> one : each) {
      Answered<T> answered = one.join();
      answers.add(Optional.ofNullable(answered.answer()));
      if (answered.failure() != null) {
        last = answered.failure();
        failures++;
      }
    }
    boolean all = failures == each.size();
    // One that Redis itself refuses while it answers others says nothing of Redis.
    if (last != null && (all || !RedisHealth.isRefusal(last))) {
      failed.accept(last);
    }
    return last != null && all
        ? CompletableFuture.failedStage(last)
        : CompletableFuture.completedStage(answers);
  }
}
