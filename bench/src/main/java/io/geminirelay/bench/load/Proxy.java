package io.geminirelay.bench.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The proxies that are compared, each configured as a bare proxy for one core. */
enum Proxy {
  /** One worker, keep-alive upstream, no log, answers passed on as they come. */
  NGINX("nginx", "-v") {
    @Override
    String config(int port, int upstream, Path folder) {
      return """
          daemon off;
          master_process off;
          pid %3$s/nginx.pid;
          error_log /dev/null crit;
          events { worker_connections 8192; }
          http {
            access_log off;
            keepalive_requests 1000000000;
            client_body_temp_path %3$s/body;
            proxy_temp_path %3$s/proxy;
            fastcgi_temp_path %3$s/fastcgi;
            uwsgi_temp_path %3$s/uwsgi;
            scgi_temp_path %3$s/scgi;
            upstream target {
              server 127.0.0.1:%2$d;
              keepalive 1024;
              keepalive_requests 1000000000;
            }
            server {
              listen 127.0.0.1:%1$d backlog=4096;
              location / {
                proxy_pass http://target;
                proxy_http_version 1.1;
                proxy_set_header Connection "";
                proxy_buffering off;
              }
            }
          }
          """
          .formatted(port, upstream, folder);
    }

    @Override
    List<String> command(Path config) {
      return List.of("nginx", "-e", "/dev/null", "-c", config.toString());
    }
  },
  /** One thread, connections shared whenever possible, no log. */
  HAPROXY("haproxy", "-v") {
    @Override
    String config(int port, int upstream, Path folder) {
      return """
          global
            nbthread 1
            maxconn 8192
          defaults
            mode http
            timeout connect 5s
            timeout client 60s
            timeout server 60s
            option http-keep-alive
            http-reuse always
          listen proxy
            bind 127.0.0.1:%d backlog 4096
            server target 127.0.0.1:%d
          """
          .formatted(port, upstream);
    }

    @Override
    List<String> command(Path config) {
      return List.of("haproxy", "-db", "-f", config.toString());
    }
  },
  /** The gateway, started as operators start it: all stages on, three keys. */
  GATEWAY("scripts/run", "--version") {
    @Override
    String config(int port, int upstream, Path folder) {
      return """
          server: {port: %d}
          groups:
            - name: default
              target_url: http://127.0.0.1:%d
              api_keys: [upstream-key-number-one, upstream-key-number-two, upstream-key-number-three]
          log_level: warn
          """
          .formatted(port, upstream);
    }

    @Override
    List<String> command(Path config) {
      return List.of("scripts/run", "--config", config.toString());
    }
  };

  private final String program;
  private final String versionOption;

  Proxy(String program, String versionOption) {
    this.program = program;
    this.versionOption = versionOption;
  }

  /** What its configuration file holds. */
  abstract String config(int port, int upstream, Path folder);

  /** How it is started with {@code config}. */
  abstract List<String> command(Path config);

  /** Its name in options and tables. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** First line of what it says of its version, or empty if it is not installed. */
  String version() throws IOException, InterruptedException {
    try {
      Process process = builder(List.of(program, versionOption)).redirectErrorStream(true).start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? text.lines().findFirst().orElse(label()) : "";
    } catch (IOException e) {
      return "";
    }
  }

  /** Starts it on {@code core}; its files go to {@code folder}. */
  RunningProxy start(int core, int upstream, Path folder) throws IOException, InterruptedException {
    int port = RunningProxy.freePort();
    Path config = folder.resolve(label() + (this == GATEWAY ? ".yaml" : ".cfg"));
    Files.writeString(config, config(port, upstream, folder));
    List<String> line = new ArrayList<>(List.of("taskset", "-c", Integer.toString(core)));
    line.addAll(command(config));
    return new RunningProxy(builder(line).inheritIO().start(), port);
  }

  private static ProcessBuilder builder(List<String> line) {
    ProcessBuilder builder = new ProcessBuilder(line);
    // Debian keeps both servers where an ordinary user's path does not lead.
    Map<String, String> environment = builder.environment();
    environment.merge("PATH", "/usr/sbin:/sbin", (path, more) -> path + ":" + more);
    return builder;
  }
}
