package io.geminirelay.bench.quota;

import java.util.random.RandomGenerator;

/**
 * What Google allows one (project, model).
 *
 * @param rpm requests in any 60 s
 * @param tpm input tokens in any 60 s
 * @param rpd requests from one midnight, Pacific time, to the next
 */
record Quota(long rpm, long tpm, long rpd) {
  private static final double SECONDS_A_DAY = 86_400;

  /** Requests a second of so many tokens on average that it carries for long. */
  double perSecond(double meanTokens) {
    return Math.min(Math.min((double) rpm, tpm / meanTokens) / 60, (double) rpd / SECONDS_A_DAY);
  }

  /** Each limit wrong by up to {@code share} either way. */
  Quota wrongBy(double share, RandomGenerator random) {
    return new Quota(
        wrong(rpm, share, random), wrong(tpm, share, random), wrong(rpd, share, random));
  }

  private static long wrong(long limit, double share, RandomGenerator random) {
    return Math.max(1, Math.round(limit * random.nextDouble(1 - share, 1 + share)));
  }
}
