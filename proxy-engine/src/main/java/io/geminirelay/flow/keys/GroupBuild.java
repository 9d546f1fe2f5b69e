package io.geminirelay.flow.keys;

import io.geminirelay.base.config.Destination;
import io.geminirelay.base.config.EgressConfig;
import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.config.GroupConfig.KeyConfig;
import io.geminirelay.base.config.GroupConfig.QuotaLimits;
import io.geminirelay.base.config.GroupConfig.Tier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Makes the groups of a configuration, with the states that their keys have had before. */
final class GroupBuild {
  private final Set<String> disabled;
  private final RingStates states;
  private final long now;
  private final Map<ApiKey, LimitTable> limits = new HashMap<>();
  private int index;

  private GroupBuild(Set<String> disabled, RingStates states, long now) {
    this.disabled = disabled;
    this.states = states;
    this.now = now;
  }

  /**
   * The groups of {@code configs}, in their order.
   *
   * @param disabled fingerprints of the keys that are put aside by hand
   */
  static List<KeyGroup> of(
      List<GroupConfig> configs, Set<String> disabled, RingStates states, long now) {
    GroupBuild build = new GroupBuild(disabled, states, now);
    List<KeyGroup> built = configs.stream().map(build::group).toList();
    build.settle(built);
    build.setLimits();
    return built;
  }

  private KeyGroup group(GroupConfig group) {
    List<ApiKey> keys = new ArrayList<>();
    List<Destination> shared = shared(group);
    for (KeyConfig key : group.keys()) {
      ApiKey.Place place =
          new ApiKey.Place(index++, group.name(), keys.size() + 1, group.modelAliases());
      keys.add(key(place, group, key, shared));
    }
    List<Destination> ways = ways(group);
    return new KeyGroup(group.name(), group.modelAliases(), keys, ways, everyWay(keys, ways));
  }

  private ApiKey key(
      ApiKey.Place place, GroupConfig group, KeyConfig config, List<Destination> shared) {
    String target = group.target().authority();
    KeyState state = states.key(target, config.key());
    QuotaBucket configured = states.configured(target, config.project());
    ApiKey key = new ApiKey(place, config, destinations(group, config, shared), state, configured);
    limits.put(key, limitsOf(group, config));
    return key;
  }

  /** Brings the keys of {@code built} to the buckets of their projects, as one change. */
  private void settle(List<KeyGroup> built) {
    List<ApiKey> keys = built.stream().flatMap(group -> group.keys().stream()).toList();
    states.keepNamesOf(keys);
    states.keepFor(keys);
    states
        .version()
        .change(
            () -> {
              boolean changed = false;
              for (ApiKey key : keys) {
                changed |= adopted(key);
                changed |= putAside(key);
              }
              return states.projects().join(keys, states.keys(), now) || changed;
            });
  }

  /** Whether the configuration puts the key aside, and did not before, or takes it back. */
  private boolean putAside(ApiKey key) {
    return key.state().configured(disabled.contains(key.secret().fingerprint()));
  }

  /**
   * Where a key's project was written in afterwards, what is known of the key holds there too. Once
   * only: what ended there must not come back with the next configuration.
   */
  private boolean adopted(ApiKey key) {
    QuotaBucket own = key.state().bucket();
    if (key.project() == null || !key.state().project().isEmpty() || own == key.bucket()) {
      return false;
    }
    boolean changed = key.bucket().adopt(own, now);
    return own.clear() || changed;
  }

  private static LimitTable limitsOf(GroupConfig group, KeyConfig key) {
    List<Map<String, QuotaLimits>> tables = new ArrayList<>();
    Tier own = key.tier();
    if (own != null) {
      tables.add(own.limits());
    }
    tables.add(group.limits());
    Tier common = key.groupTier();
    if (common != null) {
      tables.add(common.limits());
    }
    return new LimitTable(tables);
  }

  /** Of all keys that draw on a bucket the lowest limit holds. */
  private void setLimits() {
    Map<QuotaBucket, Set<LimitTable>> byBucket = new HashMap<>();
    limits.forEach(
        (key, table) -> byBucket.computeIfAbsent(key.bucket(), x -> new HashSet<>()).add(table));
    byBucket.forEach(QuotaBucket::limits);
  }

  /** A key with an exit of its own has no other; the rest have an order of their own. */
  private static List<Destination> destinations(
      GroupConfig group, KeyConfig key, List<Destination> shared) {
    EgressConfig own = key.egress();
    return own == null
        ? ExitOrder.of(key.key(), shared)
        : List.of(new Destination(group.target(), own));
  }

  private static List<Destination> everyWay(List<ApiKey> keys, List<Destination> ways) {
    Set<Destination> all = new LinkedHashSet<>(ways);
    keys.forEach(key -> all.addAll(key.destinations()));
    return List.copyOf(all);
  }

  /** Where every key has an exit of its own, a direct connection would pass all of them by. */
  private static List<Destination> ways(GroupConfig group) {
    List<EgressConfig> own =
        group.keys().stream().map(KeyConfig::egress).filter(Objects::nonNull).distinct().toList();
    boolean none = group.keys().stream().anyMatch(key -> key.egress() == null);
    return none || !group.egresses().isEmpty()
        ? shared(group)
        : own.stream().map(exit -> new Destination(group.target(), exit)).toList();
  }

  private static List<Destination> shared(GroupConfig group) {
    if (group.egresses().isEmpty()) {
      return List.of(new Destination(group.target(), null));
    }
    return group.egresses().stream()
        .distinct()
        .map(exit -> new Destination(group.target(), exit))
        .toList();
  }
}
