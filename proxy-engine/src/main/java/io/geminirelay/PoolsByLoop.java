package io.geminirelay;

import io.geminirelay.flow.outbound.pool.LoopPools;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** The event loops, each with its upstream connections. Immutable. */
final class PoolsByLoop {
  private final IdentityHashMap<EventLoop, LoopPools> all = new IdentityHashMap<>();

  /** Makes the pools of each of {@code loops}. */
  PoolsByLoop(Iterable<EventExecutor> loops, Function<EventLoop, LoopPools> pools) {
    loops.forEach(loop -> all.put((EventLoop) loop, pools.apply((EventLoop) loop)));
  }

  /** Those of {@code loop}, which has to be one of ours. */
  LoopPools of(EventLoop loop) {
    LoopPools found = all.get(loop);
    if (found == null) {
      throw new IllegalStateException("a client's channel runs on a foreign event loop");
    }
    return found;
  }

  List<EventExecutor> loops() {
    return List.copyOf(all.keySet());
  }

  void forEach(BiConsumer<EventLoop, LoopPools> action) {
    all.forEach(action);
  }

  /** Has each loop close its connections; completes when all have begun to. */
  CompletionStage<Void> close() {
    return CompletableFuture.allOf(
        all.entrySet().stream()
            .map(each -> CompletableFuture.runAsync(each.getValue()::close, each.getKey()))
            .toArray(CompletableFuture[]::new));
  }
}
