package io.geminirelay.e2e;

import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Journal;
import io.geminirelay.testing.sim.Script;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A gateway in front of a simulator of its own. */
final class Rig implements AutoCloseable {
  static final String UNARY = "/v1beta/models/gemini-2.5-flash:generateContent";
  static final String STREAM = "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse";
  static final String CHAT = "/v1/chat/completions";
  static final String BODY = "{\"contents\":[{\"parts\":[{\"text\":\"Hello\"}]}]}";
  static final String CHAT_BODY =
      "{\"model\":\"gemini-2.5-flash\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
  static final String CHAT_STREAM_BODY =
      CHAT_BODY.replace("\"model\"", "\"stream\":true,\"model\"");

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  private final GeminiSimulator google;
  private final Gateway gateway;

  private Rig(GeminiSimulator google, Gateway gateway) {
    this.google = google;
    this.gateway = gateway;
  }

  /** So many keys; {@code settings} are lines of YAML at the root, "server." at its section. */
  static Rig of(int keys, String... settings) throws Exception {
    return of(GeminiSimulator.plain(new FakeTime()), "", keys, settings);
  }

  /** The same with settings of the group, each followed by a comma. */
  static Rig of(GeminiSimulator google, String group, int keys, String... settings)
      throws Exception {
    return of(google, TimeSource.SYSTEM, group, keys, settings);
  }

  static Rig of(GeminiSimulator google, TimeSource time, String group, int keys, String... settings)
      throws Exception {
    StringBuilder server = new StringBuilder("port: 0");
    StringBuilder root = new StringBuilder();
    if (String.join(" ", settings).indexOf("drain_timeout_secs") < 0) {
      server.append(", drain_timeout_secs: 5");
    }
    for (String setting : settings) {
      if (setting.startsWith("server.")) {
        server.append(", ").append(setting.substring("server.".length()));
      } else {
        root.append(setting).append('\n');
      }
    }
    String list = IntStream.range(0, keys).mapToObj(Rig::key).collect(Collectors.joining(", "));
    String yaml =
        "server: {%s}\ngroups: [{name: g, target_url: \"%s\", %s api_keys: [%s]}]\n%s"
            .formatted(server, google.baseUrl(), group, list, root);
    try {
      return new Rig(google, Gateway.start(yaml, time));
    } catch (Exception | Error e) {
      google.close();
      throw e;
    }
  }

  /** The text of key {@code n}, from 0. */
  static String key(int n) {
    return "AIzaTestKeyNumber%02d00000000000000000000".formatted(n);
  }

  Script script() {
    return google.script();
  }

  Journal journal() {
    return google.journal();
  }

  Gateway gateway() {
    return gateway;
  }

  int port() {
    return gateway.port();
  }

  /** Posts on a connection of its own. */
  Response post(String path, String json, String... headers) {
    try (TestClient client = TestClient.connect(port())) {
      return client.post(path, json, headers);
    }
  }

  /**
   * Waits for a condition that nobody signals: as long as a busy machine may need, and without
   * keeping it busy.
   */
  static void await(BooleanSupplier condition, String what) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("waited in vain for " + what);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  @Override
  public void close() {
    try {
      gateway.close();
    } finally {
      google.close();
    }
  }
}
