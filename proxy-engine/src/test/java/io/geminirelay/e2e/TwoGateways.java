package io.geminirelay.e2e;

import io.geminirelay.base.config.Secret;
import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Gateways with the same keys in front of one simulator, which share what a setting names. */
final class TwoGateways implements AutoCloseable {
  static final String TOKEN = "operators-own-token-0000";
  static final String CLIENT = "the-token-of-a-marked-client";

  final GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
  private final Path folder;
  private final String yaml;
  private Gateway one;
  private Gateway other;

  /** Two, with {@code state} as lines of YAML, and so many keys. */
  TwoGateways(Path folder, String state, int keys) throws Exception {
    this(folder, state, keys, "");
  }

  /** The same with settings of the client, each after a comma. */
  TwoGateways(Path folder, String state, int keys, String client) throws Exception {
    this.folder = folder;
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < keys; i++) {
      list.append(i == 0 ? "" : ", ").append(Rig.key(i));
    }
    this.yaml =
        "server: {port: 0, drain_timeout_secs: 5, admin_token: %s}\n%s\nclients: [{name: c, token: %s%s}]\ngroups:\n  - name: g\n    target_url: %s\n    api_keys: [%s]\n"
            .formatted(TOKEN, state, CLIENT, client, google.baseUrl(), list);
    this.one = started("one");
    this.other = started("other");
  }

  private Gateway started(String name) throws Exception {
    Path own = Files.createDirectories(folder.resolve(name));
    Path file = own.resolve("config.yaml");
    if (!Files.exists(file)) {
      Files.writeString(file, yaml);
    }
    return Gateway.stored(file);
  }

  Gateway one() {
    return one;
  }

  Gateway other() {
    return other;
  }

  /** Stops one and starts it again. */
  void restartOne() throws Exception {
    one.close();
    one = started("one");
  }

  /** Starts both anew. */
  void restartBoth() throws Exception {
    one.close();
    other.close();
    one = started("one");
    other = started("other");
  }

  static Response post(Gateway gateway) {
    return post(gateway.port());
  }

  static Response post(int port) {
    try (TestClient client = TestClient.connect(port)) {
      return client.post(Rig.UNARY, Rig.BODY, "Authorization", "Bearer " + CLIENT);
    }
  }

  static Map<String, Object> admin(Gateway gateway, String method, String path) {
    return admin(gateway.port(), method, path);
  }

  static Map<String, Object> admin(int port, String method, String path) {
    try (TestClient client = TestClient.connect(port)) {
      Response answer =
          client.exchange(
              method,
              "/admin/api/" + path,
              Header.list("Authorization", "Bearer " + TOKEN),
              method.equals("GET") ? null : new byte[0]);
      if (answer.status() != 200) {
        throw new AssertionError(method + " " + path + ": " + answer);
      }
      return Json.map(Json.parse(answer.body()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String print(int key) {
    return Secret.of(Rig.key(key)).fingerprint();
  }

  static String path(int key) {
    return "keys/" + print(key);
  }

  /** The state of a key as {@code gateway} sees it. */
  static String state(Gateway gateway, int key) {
    return String.valueOf(admin(gateway, "GET", path(key)).get("state"));
  }

  static boolean up(Gateway gateway) {
    return Boolean.TRUE.equals(Json.map(admin(gateway, "GET", "overview").get("store")).get("up"));
  }

  @Override
  public void close() {
    try {
      one.close();
      other.close();
    } finally {
      google.close();
    }
  }
}
