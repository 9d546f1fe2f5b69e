package io.geminirelay.flow.keys.verdict;

/**
 * One limit that a refusal says was exceeded.
 *
 * @param quotaId Google's name of the limit, or empty
 * @param limit what the limit allows ({@code quotaValue}), or -1 when it is not told
 * @param model the model that it counts for ({@code quotaDimensions.model}), which can be another
 *     than the one asked for; empty when it is not told
 */
public record QuotaViolation(String quotaId, long limit, String model) {
  /** A limit that is not told. */
  public static final long UNKNOWN = -1;
}
