package io.geminirelay;

import io.geminirelay.flow.accept.Listeners;
import io.geminirelay.flow.outbound.connect.Addresses;
import io.geminirelay.flow.outbound.connect.Connector;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
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
    listeners
        .drain()
        .whenComplete(
            (clean, failure) -> endRest(failure == null && Boolean.TRUE.equals(clean), ended));
  }

  private void endRest(boolean clean, CompletableFuture<Boolean> ended) {
    administration.stop();
    CompletionStage<Void> keptAll = kept.end();
    pools
        .close()
        .thenCompose(done -> connector.closed(PATIENCE))
        .whenComplete((done, failure) -> endLoops(keptAll, clean, ended));
  }

  private void endLoops(
      CompletionStage<Void> keptAll, boolean clean, CompletableFuture<Boolean> ended) {
    var unused =
        loops
            .shutdownGracefully(0, 2, TimeUnit.SECONDS)
            .addListener(
                over -> {
                  addresses.close();
                  keptAll.whenComplete((none, failure) -> ended.complete(clean));
                });
  }
}
