package io.geminirelay.base.config;

import java.time.Duration;

/**
 * How much of what the gateway runs on may be in use. Near these bounds it asks less of itself step
 * by step, at them it takes no new connection. A bound of 0 is none.
 *
 * @param directMemory share of the memory outside the heap, 0.0 to 1.0
 * @param heap share of the heap that is still in use after a collection, 0.0 to 1.0
 * @param descriptors share of the file descriptors that the process may have, 0.0 to 1.0
 * @param maxRequests requests under way
 * @param loopDelay how late event loops get to what is due
 */
public record OverloadConfig(
    double directMemory, double heap, double descriptors, int maxRequests, Duration loopDelay) {

  /** Used where nothing is set; the constants say how much. */
  public static final OverloadConfig STANDARD =
      new OverloadConfig(0.9, 0.92, 0.95, 0, Duration.ofSeconds(2));
}
