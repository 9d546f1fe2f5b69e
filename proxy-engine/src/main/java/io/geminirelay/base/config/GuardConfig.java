package io.geminirelay.base.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Admission rules beside credentials.
 *
 * @param maxTokensPerRequest tokens in a request at most; 0 for no limit
 * @param topP value added where a request has none, or null
 * @param requestsPerMinute per client address; 0 for no limit
 * @param burst requests an address may send at once
 * @param cors what pages of other origins may do
 * @param vocabulary {@code tokenizer.json} to count tokens exactly with, or null to estimate them
 */
public record GuardConfig(
    long maxTokensPerRequest,
    @Nullable Double topP,
    long requestsPerMinute,
    int burst,
    CorsRules cors,
    @Nullable Path vocabulary) {

  /** Used where nothing is set: no limit; a burst of 100 once there is one; CORS off; estimates. */
  public static final GuardConfig STANDARD =
      new GuardConfig(0, null, 0, 100, CorsRules.STANDARD, null);
}
