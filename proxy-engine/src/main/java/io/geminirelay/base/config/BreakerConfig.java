package io.geminirelay.base.config;

import java.time.Duration;

/**
 * When a target that keeps failing is left alone.
 *
 * @param failureThreshold failures in a row that open the breaker
 * @param recovery how long it then refuses
 * @param successThreshold successes in a row that close it again
 * @param trials requests let through at once while it is half-open
 */
public record BreakerConfig(
    int failureThreshold, Duration recovery, int successThreshold, int trials) {

  /** Used where nothing is set: 5 failures, one minute, 3 successes, 3 trials. */
  public static final BreakerConfig STANDARD = new BreakerConfig(5, Duration.ofSeconds(60), 3, 3);
}
