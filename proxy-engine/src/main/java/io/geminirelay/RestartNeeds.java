package io.geminirelay;

import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.OutboundConfig;
import io.geminirelay.base.config.ServerConfig;
import io.geminirelay.base.config.StateConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Which changed settings a running engine cannot take over. Pure. */
final class RestartNeeds {
  private final List<String> names = new ArrayList<>();

  private RestartNeeds() {}

  /** Names of the settings in which {@code next} differs and that need a restart. */
  static List<String> of(EngineConfig started, EngineConfig next) {
    RestartNeeds needs = new RestartNeeds();
    needs.server(started.server(), next.server());
    needs.outbound(started.outbound(), next.outbound());
    needs.state(started.state(), next.state());
    return List.copyOf(needs.names);
  }

  private void server(ServerConfig a, ServerConfig b) {
    look("server.transport", a.transport(), b.transport());
    look("server.allocator", a.allocator(), b.allocator());
    look("server.workers", a.workers(), b.workers());
    // Other files are taken over; with TLS or without is a matter of the listener.
    look("server.tls", a.tls() != null, b.tls() != null);
    look("server.proxy_protocol", a.trust().proxyProtocol(), b.trust().proxyProtocol());
  }

  private void outbound(OutboundConfig a, OutboundConfig b) {
    look("server.connect_timeout_secs", a.connect(), b.connect());
    look("upstream.tls_timeout_secs", a.tlsHandshake(), b.tlsHandshake());
    look("upstream.exit_check_secs", a.exitCheck(), b.exitCheck());
    look("upstream.pool", a.pool(), b.pool());
  }

  private void state(StateConfig a, StateConfig b) {
    look("redis_url", a.redisUrl(), b.redisUrl());
    look("redis_key_prefix", a.redisKeyPrefix(), b.redisKeyPrefix());
    look("state_dir", a.directory(), b.directory());
  }

  private void look(String name, @Nullable Object before, @Nullable Object after) {
    if (!Objects.equals(before, after)) {
      names.add(name);
    }
  }
}
