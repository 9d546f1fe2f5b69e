package io.geminirelay.base.config;

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
 */
public record GuardConfig(
    long maxTokensPerRequest,
    @Nullable Double topP,
    long requestsPerMinute,
    int burst,
    List<String> corsOrigins) {

  /** Used where nothing is set: no limit; a burst of 100 once there is one; CORS off. */
  public static final GuardConfig STANDARD = new GuardConfig(0, null, 0, 100, List.of());
}
