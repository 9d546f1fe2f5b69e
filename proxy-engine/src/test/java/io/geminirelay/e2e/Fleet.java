package io.geminirelay.e2e;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.RedisServer;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.SimulatorOptions;
import io.geminirelay.testing.TestClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Gateways with the same keys and one Redis, each a process of its own, before one simulator. */
final class Fleet implements AutoCloseable {
  /** How many patiences a start may take. */
  private static final int STARTS = 3;

  final GeminiSimulator google =
      GeminiSimulator.start(SimulatorOptions.with(new FakeTime()).countingOnly());
  private final Path folder;
  private final String yaml;
  private final List<GatewayProcess> gateways = new ArrayList<>();

  /** Starts {@code count} of them with {@code keys} keys, and waits until all listen. */
  Fleet(Path folder, RedisServer redis, int count, int keys) throws IOException {
    this.folder = folder;
    String list = IntStream.range(0, keys).mapToObj(Rig::key).collect(Collectors.joining(", "));
    this.yaml =
        """
        server: {port: 0, admin_token: %s}
        redis_url: %s
        clients: [{name: c, token: %s}]
        groups: [{name: g, target_url: "%s", api_keys: [%s]}]
        """
            .formatted(TwoGateways.TOKEN, redis.url(), TwoGateways.CLIENT, google.baseUrl(), list);
    try {
      for (int i = 0; i < count; i++) {
        gateways.add(start(i));
      }
      gateways.forEach(Fleet::awaitListening);
    } catch (IOException | RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private GatewayProcess start(int gateway) throws IOException {
    return GatewayProcess.serve(
        Files.createDirectories(folder.resolve("gateway-" + gateway)), yaml);
  }

  /** Several processes that start at once on a busy machine need longer than one. */
  private static void awaitListening(GatewayProcess gateway) {
    for (int i = 0; i < STARTS && !gateway.log().contains("listening on "); i++) {
      try {
        RedisServer.await("to listen", () -> gateway.log().contains("listening on "));
      } catch (AssertionError e) {
        if (i == STARTS - 1 || !gateway.process().isAlive()) {
          throw new AssertionError("does not listen; its log: " + gateway.log(), e);
        }
      }
    }
  }

  /** Ends one as a crash does and starts it again. */
  void crashAndRestart(int gateway) throws Exception {
    Process process = gateways.get(gateway).process();
    process.destroyForcibly();
    process.waitFor();
    gateways.set(gateway, start(gateway));
    awaitListening(gateways.get(gateway));
  }

  int port(int gateway) {
    return gateways.get(gateway).port();
  }

  /** Asks a gateway, on a connection of its own. */
  Response post(int gateway) {
    try (TestClient client = TestClient.connect(port(gateway))) {
      return Askers.ask(client, gateway);
    }
  }

  /** Calls the admin interface of a gateway. */
  Map<String, Object> admin(int gateway, String method, String path) {
    return TwoGateways.admin(port(gateway), method, path);
  }

  /** Waits until every gateway sees {@code key} in this state. */
  void awaitState(int key, String state) {
    for (int i = 0; i < gateways.size(); i++) {
      int gateway = i;
      RedisServer.await(
          key + " to be " + state + " for " + gateway, () -> state(gateway, key).equals(state));
    }
  }

  /** The state of a key as a gateway sees it. */
  String state(int gateway, int key) {
    return String.valueOf(admin(gateway, "GET", TwoGateways.path(key)).get("state"));
  }

  /** Fails where a key or token is in what they have written. */
  void assertLogsHoldNoSecret() {
    for (GatewayProcess each : gateways) {
      RedisServer.assertNoSecret(each.log());
    }
  }

  @Override
  public void close() {
    gateways.forEach(GatewayProcess::close);
    google.close();
  }
}
