package io.geminirelay.base.config;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A group of API keys that share a target.
 *
 * @param name shown in logs and metrics
 * @param target where requests go
 * @param egresses proxies on the way, in order of preference; empty for a direct connection
 * @param modelAliases names of models that select this group, each with the model it is sent as,
 *     mostly the same; none with a {@code models/} prefix; empty when the group serves any
 * @param keys at least one
 * @param topP 0.0 to 1.0, added where a request has none; null for the {@link GuardConfig}'s
 * @param limits known quota by model pattern
 */
public record GroupConfig(
    String name,
    TargetConfig target,
    List<EgressConfig> egresses,
    Map<String, String> modelAliases,
    List<KeyConfig> keys,
    @Nullable Double topP,
    Map<String, QuotaLimits> limits) {

  /**
   * One API key.
   *
   * @param key the credential
   * @param project the Google project it belongs to, or null when unknown
   * @param weight 1 to 100
   * @param egress this key's own proxy, or null for the group's
   * @param limits tables of known quota by model pattern, asked in order and before the group's
   */
  public record KeyConfig(
      Secret key,
      @Nullable String project,
      int weight,
      @Nullable EgressConfig egress,
      List<Map<String, QuotaLimits>> limits) {

    /** A key with no limits but its group's. */
    public KeyConfig(
        Secret key, @Nullable String project, int weight, @Nullable EgressConfig egress) {
      this(key, project, weight, egress, List.of());
    }
  }

  /**
   * What Google allows a (project, model): 0 where unknown.
   *
   * @param requestsPerMinute requests a minute
   * @param tokensPerMinute input tokens a minute
   * @param requestsPerDay requests a day
   */
  public record QuotaLimits(long requestsPerMinute, long tokensPerMinute, long requestsPerDay) {}
}
