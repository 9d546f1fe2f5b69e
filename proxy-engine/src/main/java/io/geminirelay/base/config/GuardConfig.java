package io.geminirelay.base.config;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Admission rules beside credentials.
 *
 * @param maxTokensPerRequest tokens in a request at most; 0 for no limit
 * @param topP value added where a request has none, or null
 * @param requestsPerMinute per client address; 0 for no limit
 * @param burst requests an address may send at once
 * @param corsOrigins origins that browsers may call from; empty when CORS is off
 * @param vocabulary {@code tokenizer.json} to count tokens exactly with, or null to estimate them
 */
public record GuardConfig(
    long maxTokensPerRequest,
    @Nullable Double topP,
    long requestsPerMinute,
    int burst,
    List<String> corsOrigins,
    @Nullable Path vocabulary) {

  /** Used where nothing is set: no limit; a burst of 100 once there is one; CORS off; estimates. */
  public static final GuardConfig STANDARD = new GuardConfig(0, null, 0, 100, List.of(), null);
}
