package io.geminirelay;

import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.ServiceVariables;
import io.geminirelay.base.config.edit.ConfigStore;
import io.geminirelay.base.exchange.TimeSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Serves with a simulated Google behind it: no key and no network needed. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "Serve with a simulator in place of Google: no keys needed.",
      "The simulator comes with the sources (scripts/run --demo), not with the packaged gateway."
    })
final class DemoCommand implements Callable<Integer> {
  /** Known to everybody; the demo serves this machine alone. */
  private static final String ADMIN_TOKEN = "demo-admin-token";

  private static final String CONFIG =
      """
      server: {host: 127.0.0.1, port: %d, admin_token: %s}
      log_format: text
      groups:
        - name: demo
          target_url: %s
          api_keys: [%s]
      """;

  @ParentCommand private @Nullable RelayCommand main;

  @Option(
      names = "--port",
      defaultValue = "8080",
      description = "Port to listen on (default: ${DEFAULT-VALUE}); 0 takes a free one.")
  private int port;

  @Override
  public Integer call() throws Exception {
    ProcessSignals signals = ProcessSignals.listen();
    PrintWriter out = Objects.requireNonNull(main).out();
    DemoUpstream upstream =
        ServiceLoader.load(DemoUpstream.class)
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "the simulator is not part of the packaged gateway: in its sources, run"
                            + " scripts/run --demo"));
    Path folder = Files.createTempDirectory("gemini-relay-demo");
    Path file = folder.resolve("config.yaml");
    try (upstream) {
      Files.writeString(file, text(upstream));
      ConfigStore store = new ConfigStore(new ConfigSource(file, folder, logSettings()));
      EngineConfig config = store.load().config();
      LogLevel.set(config.telemetry());
      Engine engine = Engine.of(config, store, TimeSource.SYSTEM);
      ServiceLink nobody = ServiceLink.of(engine, ServiceVariables.NONE);
      return Serving.run(engine, nobody, signals, () -> greet(out, engine));
    } finally {
      remove(file);
    }
  }

  private String text(DemoUpstream upstream) throws Exception {
    String url = upstream.start();
    return CONFIG.formatted(port, ADMIN_TOKEN, url, String.join(", ", upstream.keys()));
  }

  /** What was changed in the demo ends with it. */
  private static void remove(Path file) {
    try {
      Files.deleteIfExists(file);
      Files.deleteIfExists(Objects.requireNonNull(file.getParent()));
    } catch (IOException e) {
      file.toFile().deleteOnExit();
    }
  }

  /** Of the surroundings the demo only asks how to log. */
  private static Map<String, String> logSettings() {
    Map<String, String> all = new HashMap<>(ConfigSource.ofProcess(null).environment());
    all.keySet().retainAll(Set.of("LOG_LEVEL", "LOG_FORMAT"));
    return all;
  }

  private static void greet(PrintWriter out, Engine engine) {
    out.printf(
        """

        gemini-relay is serving on http://127.0.0.1:%1$d with a simulated Google behind it. Try:

          curl -s http://127.0.0.1:%1$d/health
          curl -s http://127.0.0.1:%1$d/v1beta/models/gemini-2.5-flash:generateContent \\
            -H 'content-type: application/json' -d '{"contents":[{"parts":[{"text":"Hello"}]}]}'
          curl -sN 'http://127.0.0.1:%1$d/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse' \\
            -H 'content-type: application/json' -d '{"contents":[{"parts":[{"text":"Tell me a story"}]}]}'
          curl -s http://127.0.0.1:%1$d/v1/chat/completions \\
            -H 'content-type: application/json' \\
            -d '{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"Hello"}]}'
          curl -sN http://127.0.0.1:%1$d/generate \\
            -H 'content-type: application/json' -d '{"contents":[{"parts":[{"text":"Tell me a story"}]}]}'
          curl -s http://127.0.0.1:%1$d/gemini-proxy \\
            -H 'content-type: application/json' -d '{"prompt":"Hello"}'

        The dashboard is at http://127.0.0.1:%1$d/admin/ (token: %2$s).
        Ctrl-C stops it.
        """,
        engine.port(), ADMIN_TOKEN);
    out.flush();
  }
}
