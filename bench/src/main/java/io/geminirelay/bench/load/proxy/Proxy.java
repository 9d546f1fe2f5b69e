package io.geminirelay.bench.load.proxy;

import io.geminirelay.bench.load.plan.Route;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What is compared: no proxy at all, two bare ones, and the gateway at its whole work. */
public enum Proxy {
  /** The upstream itself: what the clients and it cost in time is in everybody's latency. */
  DIRECT("", "direct") {
    @Override
    public boolean supports(Route route) {
      return route == Route.PLAIN || route == Route.HTTP2_CLIENTS;
    }

    @Override
    String config(Setup setup) {
      throw new IllegalStateException("nothing to configure");
    }

    @Override
    List<String> command(Path config) {
      throw new IllegalStateException("nothing to start");
    }
  },
  /** See {@link NginxConfig}. */
  NGINX("nginx", "nginx") {
    @Override
    public boolean supports(Route route) {
      return route != Route.HTTP2_UPSTREAM;
    }

    @Override
    String config(Setup setup) {
      return NginxConfig.text(setup);
    }

    @Override
    List<String> command(Path config) {
      return List.of("nginx", "-e", "/dev/null", "-c", config.toString());
    }
  },
  /** See {@link HaproxyConfig}. */
  HAPROXY("haproxy", "HAProxy") {
    @Override
    public boolean supports(Route route) {
      return true;
    }

    @Override
    String config(Setup setup) {
      return HaproxyConfig.text(setup);
    }

    @Override
    List<String> command(Path config) {
      return List.of("haproxy", "-db", "-f", config.toString());
    }
  },
  /** See {@link GatewayConfig}; started as operators start it. */
  GATEWAY("scripts/run", "gateway") {
    @Override
    public boolean supports(Route route) {
      return true;
    }

    @Override
    String config(Setup setup) {
      return GatewayConfig.text(setup);
    }

    @Override
    List<String> command(Path config) {
      return List.of("scripts/run", "--config", config.toString());
    }
  };

  private final String program;
  private final String title;

  Proxy(String program, String title) {
    this.program = program;
    this.title = title;
  }

  /** Whether it can speak these protocols. */
  public abstract boolean supports(Route route);

  /** What its configuration file holds. */
  abstract String config(Setup setup);

  /** How it is started with {@code config}. */
  abstract List<String> command(Path config);

  /** Its name in options and JSON. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Its name for people. */
  public String title() {
    return title;
  }

  /** First line of what it says of its version, or empty if it is not installed. */
  public String version() throws IOException, InterruptedException {
    if (this == DIRECT) {
      return "clients straight to the upstream";
    }
    try {
      String option = this == GATEWAY ? "--version" : "-v";
      Process process = builder(List.of(program, option)).redirectErrorStream(true).start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? text.lines().findFirst().orElse(label()) : "";
    } catch (IOException e) {
      return "";
    }
  }

  /** Writes its configuration and tells where. */
  Path configure(Setup setup) throws IOException {
    Path config = setup.folder().resolve(label() + (this == GATEWAY ? ".yaml" : ".cfg"));
    return Files.writeString(config, config(setup));
  }

  /** What starts {@code line}, in this process's surroundings. */
  static ProcessBuilder builder(List<String> line) {
    ProcessBuilder builder = new ProcessBuilder(line);
    // Debian keeps both servers where an ordinary user's path does not lead.
    Map<String, String> environment = builder.environment();
    environment.merge("PATH", "/usr/sbin:/sbin", (path, more) -> path + ":" + more);
    // The gateway's settings are those of its file.
    environment.keySet().removeIf(name -> name.startsWith("GEMINI_") || name.equals("API_KEYS"));
    return builder;
  }
}
