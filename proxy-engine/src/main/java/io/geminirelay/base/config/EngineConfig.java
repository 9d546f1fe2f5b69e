package io.geminirelay.base.config;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The whole configuration: immutable, checked, complete. Each part of the program gets its own
 * record, not this one.
 */
public record EngineConfig(
    ServerConfig server,
    List<ClientConfig> clients,
    boolean openToAll,
    List<GroupConfig> groups,
    KeysConfig keys,
    OutboundConfig outbound,
    BreakerConfig breaker,
    GuardConfig guard,
    StateConfig state,
    DialectConfig dialects,
    TelemetryConfig telemetry,
    AdminConfig admin) {

  /** The same with another listening side. */
  public EngineConfig with(ServerConfig other) {
    return new EngineConfig(
        other, clients, openToAll, groups, keys, outbound, breaker, guard, state, dialects,
        telemetry, admin);
  }

  /** Every credential in it, for those who see to it that none is shown. */
  public Set<Secret> secrets() {
    Set<Secret> all = new LinkedHashSet<>();
    for (GroupConfig group : groups) {
      group.egresses().forEach(exit -> add(all, exit.password()));
      for (GroupConfig.KeyConfig key : group.keys()) {
        all.add(key.key());
        EgressConfig exit = key.egress();
        add(all, exit == null ? null : exit.password());
      }
    }
    add(all, server.adminToken());
    add(all, server.metricsToken());
    add(all, state.redisUrl());
    add(all, dialects.generatePassword());
    return all;
  }

  private static void add(Set<Secret> all, @Nullable Secret one) {
    if (one != null) {
      all.add(one);
    }
  }
}
