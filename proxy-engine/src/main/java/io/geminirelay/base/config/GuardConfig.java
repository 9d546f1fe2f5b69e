package io.geminirelay.base.config;

import org.jspecify.annotations.Nullable;

/**
 * Admission rules beside credentials.
 *
 * @param maxTokensPerRequest tokens in a request at most; 0 for no limit
 * @param topP value added where a request has none, or null
 * @param requestsPerMinute per client address; 0 for no limit
 * @param burst requests an address may send at once
 * @param cors what pages of other origins may do
 */
public record GuardConfig(
    long maxTokensPerRequest,
    @Nullable Double topP,
    long requestsPerMinute,
    int burst,
    CorsRules cors) {

  /** Used where nothing is set: no limit; a burst of 100 once there is one; CORS off. */
  public static final GuardConfig STANDARD = new GuardConfig(0, null, 0, 100, CorsRules.STANDARD);
}
