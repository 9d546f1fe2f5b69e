package io.geminirelay.base.telemetry;

/**
 * What a number of exchanges came to. {@code requests} is the sum of {@code served}, {@code
 * refused}, {@code failed} and {@code abandoned}. Immutable.
 *
 * @param requests exchanges that ended
 * @param served those whose answer reached the client whole and was no failure
 * @param refused those refused for a reason that is the client's or a limit: any status below 500
 *     of the gateway's own
 * @param failed those that failed for no fault of the client: an answer of 500 and above, whoever
 *     gave it, or one that broke off
 * @param abandoned those whose client left first
 * @param attempts attempts made upstream
 * @param upstreamRefusals attempts that Google refused for a quota or rate limit
 * @param promptTokens tokens of prompts, as Google counted them
 * @param cachedTokens those of the prompt's that came from a cache
 * @param outputTokens tokens of answers, without thoughts
 * @param thoughtTokens tokens of thoughts
 */
public record Sum(
    long requests,
    long served,
    long refused,
    long failed,
    long abandoned,
    long attempts,
    long upstreamRefusals,
    long promptTokens,
    long cachedTokens,
    long outputTokens,
    long thoughtTokens) {

  /** Of no exchange at all. */
  public static final Sum NONE = new Sum(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  /** What came since {@code earlier}. */
  Sum since(Sum earlier) {
    return new Sum(
        requests - earlier.requests,
        served - earlier.served,
        refused - earlier.refused,
        failed - earlier.failed,
        abandoned - earlier.abandoned,
        attempts - earlier.attempts,
        upstreamRefusals - earlier.upstreamRefusals,
        promptTokens - earlier.promptTokens,
        cachedTokens - earlier.cachedTokens,
        outputTokens - earlier.outputTokens,
        thoughtTokens - earlier.thoughtTokens);
  }
}
