package io.geminirelay.base.config;

import java.util.List;

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
    AdminConfig admin) {}
