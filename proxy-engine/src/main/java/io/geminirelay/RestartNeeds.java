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
  private final boolean handed;

  private RestartNeeds(boolean handed) {
    this.handed = handed;
  }

  /**
   * Names of the settings in which {@code next} differs and that need a restart.
   *
   * @param handed whether the service manager has opened what is listened on
   */
  static List<String> of(EngineConfig started, EngineConfig next, boolean handed) {
    RestartNeeds needs = new RestartNeeds(handed);
    needs.server(started.server(), next.server());
    needs.outbound(started.outbound(), next.outbound());
    needs.state(started.state(), next.state());
    return List.copyOf(needs.names);
  }

  private void server(ServerConfig a, ServerConfig b) {
    if (handed) {
      look("server.host", a.host(), b.host());
      look("server.port", a.port(), b.port());
    }
    look("server.reuse_port", a.reusePort(), b.reusePort());
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
    look("upstream.dns_servers", a.dnsServers(), b.dnsServers());
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
