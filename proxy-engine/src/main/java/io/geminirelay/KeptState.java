package io.geminirelay;

import io.geminirelay.base.config.StateConfig;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.state.FactSource;
import io.geminirelay.base.state.StateKeeper;
import io.geminirelay.base.state.StateStore;
import io.geminirelay.base.state.StateStores;
import io.geminirelay.base.state.StoreFigure;
import io.geminirelay.flow.guard.ClientLimits;
import io.geminirelay.flow.keys.Exits;
import io.geminirelay.flow.keys.RefusalRehearsal;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What outlives the process or is shared with other instances, put together: the store, its one
 * thread, and who keeps the engine and the store in step. There for as long as the engine. Thread
 * safe.
 */
final class KeptState {
  private static final Logger LOG = LoggerFactory.getLogger(KeptState.class);
  private static final String THREAD = "relay-state";

  /** How long a start waits for what is kept. */
  private static final long PATIENCE_SECONDS = 5;

  /** How long it waits for its part of the limits that are shared. */
  private static final long SHARE_MILLIS = 1_000;

  private static final long LOOK_MILLIS = 10;

  /** How long an end waits for the store to take leases back. */
  private static final long GOODBYE_MILLIS = 500;

  private final TimeSource time;
  private final StateStore store;
  private final StateKeeper keeper;
  private final Supplier<Generation> current;
  private final ScheduledThreadPoolExecutor thread;
  private volatile boolean started;

  /**
   * Keeps what {@code current} and {@code exits} know as {@code config} says; nothing is opened
   * before {@link #start}.
   */
  KeptState(StateConfig config, Supplier<Generation> current, Exits exits, TimeSource time) {
    this.time = time;
    this.store = StateStores.of(config, time);
    this.current = current;
    this.thread = newThread();
    this.keeper = new StateKeeper(store, () -> sources(exits), thread, time);
  }

  private static ScheduledThreadPoolExecutor newThread() {
    ScheduledThreadPoolExecutor one =
        new ScheduledThreadPoolExecutor(
            1,
            work -> {
              Thread made = new Thread(work, THREAD);
              made.setDaemon(true);
              return made;
            });
    one.setRemoveOnCancelPolicy(true);
    one.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    one.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
    return one;
  }

  private List<FactSource> sources(Exits exits) {
    Generation now = current.get();
    return List.of(now.outbound().keys().facts(), now.outbound().breakers().facts(), exits.facts());
  }

  /**
   * Opens the store. Completes when the engine knows what it held, or when that takes too long:
   * then it is learned later. Never fails.
   */
  CompletionStage<Void> start() {
    started = true;
    CompletableFuture<Boolean> read = new CompletableFuture<>();
    keeper
        .start()
        .thenCombine(rehearsed(), (known, none) -> known)
        .whenComplete((known, failure) -> read.complete(Boolean.TRUE.equals(known)));
    return read.completeOnTimeout(false, PATIENCE_SECONDS, TimeUnit.SECONDS)
        .thenCompose(
            known -> {
              share(current.get());
              // Why a store cannot be reached, it has said itself.
              if (!known && !store.hasFailed()) {
                LOG.warn(
                    "starting without what the {} store holds: it is learned later", store.name());
              }
              return inHand(current.get().guards().clients());
            });
  }

  /** Who asks first must not be refused because the others still hold what there is. */
  private CompletionStage<Void> inHand(ClientLimits clients) {
    CompletableFuture<Void> ready = new CompletableFuture<>();
    if (!store.isShared() || !store.isUp()) {
      ready.complete(null);
      return ready;
    }
    Runnable look =
        () -> {
          if (clients.isInHand()) {
            ready.complete(null);
          }
        };
    Future<?> looking = thread.scheduleWithFixedDelay(look, 0, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    return ready
        .completeOnTimeout(null, SHARE_MILLIS, TimeUnit.MILLISECONDS)
        .whenComplete((none, failure) -> looking.cancel(false));
  }

  /** Once others hear what is found out here, they hear the first of it soon, too. */
  private CompletionStage<Void> rehearsed() {
    if (!store.isShared()) {
      return CompletableFuture.completedStage(null);
    }
    return CompletableFuture.runAsync(() -> RefusalRehearsal.run(time), thread)
        .exceptionally(
            failure -> {
              LOG.error("a refusal could not be rehearsed", failure);
              return null;
            });
  }

  /** Not before the store was tried: what fails at first is left alone for a while. */
  private void share(Generation first) {
    first.guards().clients().shareBy(store.leases(), store.slots(), thread);
    first.outbound().keys().shareBy(store.ledgers(), thread);
  }

  /** Has the store keep what it does not hold yet, and closes it; completes when that is done. */
  CompletionStage<Void> end() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    CompletionStage<Void> givenBack =
        started
            ? current.get().guards().clients().giveBack()
            : CompletableFuture.completedStage(null);
    givenBack
        .toCompletableFuture()
        .completeOnTimeout(null, GOODBYE_MILLIS, TimeUnit.MILLISECONDS)
        .whenCompleteAsync(
            (none, failure) -> {
              try {
                if (started) {
                  keeper.end();
                }
                store.close();
              } finally {
                thread.shutdownNow();
                done.complete(null);
              }
            },
            thread);
    return done;
  }

  /** How the store is. */
  StoreFigure figure() {
    return new StoreFigure(store.name(), store.isUp(), keeper.size(), keeper.failures());
  }
}
