package io.geminirelay.bench.load.proxy;

import io.geminirelay.bench.load.plan.Route;

/** HAProxy as a bare proxy: one thread, connections shared whenever possible, no log. */
final class HaproxyConfig {
  private static final String TEXT =
      """
      global
        nbthread 1
        maxconn %1$d
      defaults
        mode http
        timeout connect 5s
        timeout client 600s
        timeout server 600s
        option http-keep-alive
        http-reuse always
      listen plain
        bind 127.0.0.1:%2$d backlog 16384
        server target 127.0.0.1:%3$d
      listen http2clients
        bind 127.0.0.1:%4$d proto h2 backlog 16384
        server target 127.0.0.1:%3$d
      listen secure
        bind 127.0.0.1:%5$d backlog 16384
        server target 127.0.0.1:%6$d ssl verify required ca-file %8$s sni str(localhost)
      listen http2upstream
        bind 127.0.0.1:%7$d backlog 16384
        server target 127.0.0.1:%6$d ssl verify required ca-file %8$s sni str(localhost) alpn h2
      """;

  private HaproxyConfig() {}

  /** The file's text. */
  static String text(Setup setup) {
    return TEXT.formatted(
        setup.connections(),
        setup.port(Route.PLAIN),
        setup.upstream().port(),
        setup.port(Route.HTTP2_CLIENTS),
        setup.port(Route.TLS),
        setup.upstream().tlsPort(),
        setup.port(Route.HTTP2_UPSTREAM),
        setup.upstream().tls().authority());
  }
}
