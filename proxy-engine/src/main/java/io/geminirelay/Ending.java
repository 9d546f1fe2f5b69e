package io.geminirelay;

import io.geminirelay.flow.accept.Listeners;
import io.geminirelay.flow.outbound.connect.Addresses;
import io.geminirelay.flow.outbound.connect.Connector;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How an engine ends: first who comes from outside, then what is kept, then the connections to the
 * upstream with the event loops.
 *
 * @param listeners who comes from outside
 * @param administration answers as long as anybody can ask
 * @param kept what outlives the process
 * @param pools connections to the upstream
 * @param loops run all of it
 * @param connector opened the connections of the pools
 * @param addresses looked up over the loops
 */
record Ending(
    Listeners listeners,
    Administration administration,
    KeptState kept,
    PoolsByLoop pools,
    EventLoopGroup loops,
    Connector connector,
    Addresses addresses) {
  /** For connections that are to close at once. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final Logger LOG = LoggerFactory.getLogger(Ending.class);

  /**
   * Ends it all; to be called once.
   *
   * @param delay how long connections are still accepted
   * @return completes when it is done; true when nothing had to be cut off
   */
  CompletionStage<Boolean> begin(Duration delay) {
    CompletableFuture<Boolean> ended = new CompletableFuture<>();
    if (delay.isZero()) {
      endConnections(ended);
    } else {
      LOG.info("accepting for another {} ms", delay.toMillis());
      var unused =
          loops.next().schedule(() -> endConnections(ended), delay.toNanos(), TimeUnit.NANOSECONDS);
    }
    return ended;
  }

  private void endConnections(CompletableFuture<Boolean> ended) {
    tried("connections of clients", () -> listeners.drain())
        .thenCompose(clean -> endRest().thenApply(none -> Boolean.TRUE.equals(clean)))
        .thenAccept(ended::complete);
  }

  private CompletionStage<@Nullable Void> endRest() {
    tried("the admin interface", () -> done(() -> administration.stop()));
    CompletionStage<@Nullable Void> keptAll = tried("what is kept", () -> kept.end());
    return tried("pools", () -> pools.close())
        .thenCompose(none -> tried("upstream connections", () -> connector.closed(PATIENCE)))
        .thenCompose(none -> tried("event loops", this::endLoops))
        .thenCompose(none -> tried("look-ups", () -> done(() -> addresses.close())))
        .thenCompose(none -> keptAll);
  }

  private CompletionStage<Void> endLoops() {
    CompletableFuture<Void> over = new CompletableFuture<>();
    var unused =
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).addListener(ended -> over.complete(null));
    return over;
  }

  private static CompletionStage<Void> done(Runnable step) {
    step.run();
    return CompletableFuture.completedStage(null);
  }

  /**
   * Completes as {@code step} does; with null, and a line in the log, where that fails: the others
   * are to end all the same.
   */
  private static <T> CompletionStage<@Nullable T> tried(
      String what, Supplier<CompletionStage<T>> step) {
    CompletionStage<@Nullable T> begun;
    try {
      begun = step.get().thenApply(result -> result);
    } catch (RuntimeException | Error e) {
      begun = CompletableFuture.failedStage(e);
    }
    return begun.exceptionally(
        failure -> {
          LOG.error("cannot end properly: {}", what, failure);
          return null;
        });
  }
}
