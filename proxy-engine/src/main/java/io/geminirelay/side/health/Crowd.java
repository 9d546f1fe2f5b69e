package io.geminirelay.side.health;

import io.geminirelay.flow.keys.wait.WaitQueue;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Who asks the gateway at present. Each supplier is called on event loops, must be thread safe and
 * must answer at once.
 *
 * @param lanes those who wait for a key; may complete later and on any thread, but does complete
 * @param clients those that have a limit
 */
public record Crowd(
    Supplier<CompletionStage<List<WaitQueue.Lane>>> lanes, Supplier<List<Client>> clients) {

  /** What is not limited. */
  public static final long UNLIMITED = -1;

  /**
   * One client that has a limit.
   *
   * @param name as in the configuration
   * @param inFlight its requests that are not over
   * @param concurrencyLeft requests it may have under way beside those
   * @param requestsLeft requests it may make now
   * @param tokensLeft tokens it may use now; 0 where it owes some
   */
  public record Client(
      String name, int inFlight, long concurrencyLeft, long requestsLeft, long tokensLeft) {}
}
