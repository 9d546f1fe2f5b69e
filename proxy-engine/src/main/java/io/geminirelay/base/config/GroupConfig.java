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
   * @param tier of the key, whose limits come before the group's; null when it has none of its own
   * @param groupTier of the group, whose limits come after the group's; null when it has none
   */
  public record KeyConfig(
      Secret key,
      @Nullable String project,
      int weight,
      @Nullable EgressConfig egress,
      @Nullable Tier tier,
      @Nullable Tier groupTier) {

    /** A key without a tier. */
    public KeyConfig(
        Secret key, @Nullable String project, int weight, @Nullable EgressConfig egress) {
      this(key, project, weight, egress, null, null);
    }
  }

  /**
   * What Google allows projects of one kind.
   *
   * @param name as the operator calls it
   * @param limits known quota by model pattern
   */
  public record Tier(String name, Map<String, QuotaLimits> limits) {}

  /**
   * What Google allows a (project, model): 0 where unknown.
   *
   * @param requestsPerMinute requests a minute
   * @param tokensPerMinute input tokens a minute
   * @param requestsPerDay requests a day
   */
  public record QuotaLimits(long requestsPerMinute, long tokensPerMinute, long requestsPerDay) {}
}
