package io.geminirelay.bench.load.proxy;

import io.geminirelay.bench.load.plan.Route;

/**
 * nginx as a bare proxy: one worker, connections to the upstream kept, no log, bodies and answers
 * passed on as they come. Its version has no HTTP/2 to an upstream.
 */
final class NginxConfig {
  private static final String TEXT =
      """
      daemon off;
      master_process off;
      pid %1$s/nginx.pid;
      error_log /dev/null crit;
      worker_rlimit_nofile 20000;
      events { worker_connections 20000; }
      http {
        access_log off;
        keepalive_requests 1000000000;
        keepalive_timeout 3600s;
        client_max_body_size 0;
        client_body_temp_path %1$s/body;
        proxy_temp_path %1$s/proxy;
        fastcgi_temp_path %1$s/fastcgi;
        uwsgi_temp_path %1$s/uwsgi;
        scgi_temp_path %1$s/scgi;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_buffering off;
        proxy_request_buffering off;
        upstream plain {
          server 127.0.0.1:%2$d;
          keepalive 1024;
          keepalive_requests 1000000000;
          keepalive_time 24h;
        }
        upstream secure {
          server 127.0.0.1:%3$d;
          keepalive 1024;
          keepalive_requests 1000000000;
          keepalive_time 24h;
        }
        server {
          listen 127.0.0.1:%4$d backlog=16384;
          location / { proxy_pass http://plain; }
        }
        server {
          listen 127.0.0.1:%5$d http2 backlog=16384;
          location / { proxy_pass http://plain; }
        }
        server {
          listen 127.0.0.1:%6$d backlog=16384;
          proxy_ssl_trusted_certificate %7$s;
          proxy_ssl_verify on;
          proxy_ssl_name localhost;
          proxy_ssl_protocols TLSv1.3;
          location / { proxy_pass https://secure; }
        }
      }
      """;

  private NginxConfig() {}

  /** The file's text. */
  static String text(Setup setup) {
    return TEXT.formatted(
        setup.folder(),
        setup.upstream().port(),
        setup.upstream().tlsPort(),
        setup.port(Route.PLAIN),
        setup.port(Route.HTTP2_CLIENTS),
        setup.port(Route.TLS),
        setup.upstream().tls().authority());
  }
}
