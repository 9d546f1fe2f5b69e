package io.geminirelay.base.config;

import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Set;

/**
 * How keys are rested and retried.
 *
 * @param behavior what a rate-limit refusal means
 * @param resetTime local time at which daily quotas start anew
 * @param resetZone zone of {@code resetTime}
 * @param maxFailures failures in a row after which a key rests
 * @param temporaryBlock upper end of the ladder of rests
 * @param maxWait how long a request may wait for a key to come back; zero for not at all
 * @param maxWaiting requests that may wait at once
 * @param disabled fingerprints of the keys that are put aside by hand
 */
public record KeysConfig(
    RateLimitBehavior behavior,
    LocalTime resetTime,
    ZoneId resetZone,
    int maxFailures,
    Duration temporaryBlock,
    Duration maxWait,
    int maxWaiting,
    Set<String> disabled) {

  /**
   * Used where nothing is set: quotas are read, Google's day, 3 failures, 5 minutes, 20 seconds for
   * at most 10,000 requests, every key in use.
   */
  public static final KeysConfig STANDARD =
      new KeysConfig(
          RateLimitBehavior.QUOTA_AWARE,
          LocalTime.MIDNIGHT,
          ZoneId.of("America/Los_Angeles"),
          3,
          Duration.ofMinutes(5),
          Duration.ofSeconds(20),
          10_000,
          Set.of());

  /** What a rate-limit refusal means for the key. */
  public enum RateLimitBehavior {
    /** Read the quota from Google's error details: a day's quota rests until the reset. */
    QUOTA_AWARE,
    /** Every refusal rests the key and its project, with all models, until the daily reset. */
    BLOCK_UNTIL_RESET,
    /** A refusal only moves this request to the next key. */
    RETRY_NEXT_KEY
  }
}
