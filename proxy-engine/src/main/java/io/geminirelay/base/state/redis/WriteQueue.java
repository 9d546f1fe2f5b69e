package io.geminirelay.base.state.redis;

import io.geminirelay.base.state.StateStore.Batch;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Batches that wait to be written, cut into what one script each can write: so none waits longer
 * than Redis takes for a part. For one thread.
 */
final class WriteQueue {
  private final Queue<Part> waiting = new ArrayDeque<>();

  /**
   * A part of a batch.
   *
   * @param isLast whether the batch is written when this is
   * @param done completes when the batch is written, fails when a part of it could not be
   */
  record Part(Batch batch, boolean isLast, CompletableFuture<Void> done) {
    void written() {
      if (isLast) {
        done.complete(null);
      }
    }
  }

  void add(Batch batch, CompletableFuture<Void> done) {
    List<Batch> parts = RedisFacts.split(batch);
    for (int i = 0; i < parts.size(); i++) {
      waiting.add(new Part(parts.get(i), i == parts.size() - 1, done));
    }
  }

  /** The next one, which no longer waits then; none of a batch that has failed. */
  @Nullable Part take() {
    Part next = waiting.poll();
    while (next != null && next.done.isDone()) {
      next = waiting.poll();
    }
    return next;
  }
}
