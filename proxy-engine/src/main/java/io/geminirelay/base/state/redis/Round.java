package io.geminirelay.base.state.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What becomes of several things that were asked at once: one that fails takes none with it. */
final class Round {
  /** How long a node of a Cluster may take. */
  private static final long APART_MILLIS = 250;

  private Round() {}

  /**
   * Completes with the answers in their order, empty for those that failed; fails where all did.
   *
   * @param apart whether different nodes may answer: then none is waited for longer than {@value
   *     #APART_MILLIS} ms, and all may fail, so that a node that keeps silent does not stand for
   *     the others, which were perhaps not asked
   * @param failed told, on any thread, of a failure that may concern all
   */
  static <T> CompletionStage<List<Optional<T>>> of(
      List<? extends CompletionStage<T>> asked, boolean apart, Consumer<Throwable> failed) {
    List<CompletableFuture<Answered<T>>> each = new ArrayList<>(asked.size());
    for (CompletionStage<T> one : asked) {
      CompletableFuture<Answered<T>> answer =
          one.<Answered<T>>handle((value, failure) -> new Answered<>(value, failure))
              .toCompletableFuture();
      each.add(apart ? inTime(answer) : answer);
    }
    return CompletableFuture.allOf(each.toArray(CompletableFuture[]::new))
        .thenCompose(none -> whole(each, apart, failed));
  }

  private static <T> CompletableFuture<Answered<T>> inTime(CompletableFuture<Answered<T>> answer) {
    TimeoutException silent = new TimeoutException("a node of the Cluster is silent");
    return answer.completeOnTimeout(
        new Answered<>(null, silent), APART_MILLIS, TimeUnit.MILLISECONDS);
  }

  private record Answered<T>(@Nullable T answer, @Nullable Throwable failure) {}

  private static <T> CompletionStage<List<Optional<T>>> whole(
      List<CompletableFuture<Answered<T>>> each, boolean apart, Consumer<Throwable> failed) {
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
    return last != null && all && !apart
        ? CompletableFuture.failedStage(last)
        : CompletableFuture.completedStage(answers);
  }
}
