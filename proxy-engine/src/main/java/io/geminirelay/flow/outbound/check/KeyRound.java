package io.geminirelay.flow.outbound.check;

import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.KeyChecked;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Verifies all keys, one round at a time: who asks during a round, or within {@link #FRESH} of its
 * end, is told what it finds. A round ends by {@link #LIMIT} whatever is left of it. Thread safe.
 */
public final class KeyRound {
  /** How long the results of a round are told again. */
  static final Duration FRESH = Duration.ofSeconds(5);

  /** How long a round may take; keys whose turn has not come by then are not asked about. */
  static final Duration LIMIT = Duration.ofSeconds(60);

  private final KeyCheck check;
  private final List<ApiKey> keys;
  private final TimeSource time;
  private final AtomicReference<@Nullable Round> last = new AtomicReference<>();

  /** Rounds of {@code check} over {@code keys}. */
  public KeyRound(KeyCheck check, List<ApiKey> keys, TimeSource time) {
    this.check = check;
    this.keys = List.copyOf(keys);
    this.time = time;
  }

  /** A result for every key, in their order; completes on any thread, always normally. */
  public CompletionStage<List<KeyChecked>> results() {
    while (true) {
      Round known = last.get();
      if (known != null && known.isFresh()) {
        return known.results.copy();
      }
      Round next = new Round();
      if (last.compareAndSet(known, next)) {
        next.start();
        return next.results.copy();
      }
    }
  }

  /** One question to all. */
  private final class Round {
    final CompletableFuture<List<KeyChecked>> results = new CompletableFuture<>();
    private final AtomicInteger left = new AtomicInteger(keys.size());
    private volatile @Nullable Long endedNanos;

    void start() {
      List<CompletableFuture<KeyChecked>> asked = keys.stream().map(check::check).toList();
      if (asked.isEmpty()) {
        end(asked);
        return;
      }
      Future<?> clock = check.schedule(() -> end(asked), LIMIT.toNanos());
      for (CompletableFuture<KeyChecked> each : asked) {
        var unused =
            each.whenComplete(
                (result, failure) -> {
                  if (left.decrementAndGet() == 0) {
                    clock.cancel(false);
                    end(asked);
                  }
                });
      }
    }

    private void end(List<CompletableFuture<KeyChecked>> asked) {
      if (results.isDone()) {
        return;
      }
      List<KeyChecked> found = new ArrayList<>(asked.size());
      for (int i = 0; i < asked.size(); i++) {
        // Done for good, so that whatever waits for its turn is passed over.
        asked.get(i).complete(KeyChecked.notAsked(keys.get(i)));
        found.add(asked.get(i).join());
      }
      endedNanos = time.nanoTime();
      results.complete(List.copyOf(found));
    }

    boolean isFresh() {
      Long ended = endedNanos;
      return ended == null || time.nanoTime() - ended < FRESH.toNanos();
    }
  }
}
