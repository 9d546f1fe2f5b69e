package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.TestClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The file is gone while the gateway runs. That the environment alone would do for a start must not
 * let anybody in whom the file kept out.
 */
class LostConfigTest {
  private static final String ADMIN = "token-of-a-marked-client-admin";
  private static final String CLIENT = "token-of-a-marked-client-one";
  private static final String LOST = "no readable file ";

  @TempDir Path folder;

  private String yaml(GeminiSimulator google) {
    return """
    server: {port: 0, admin_token: %s}
    clients: [{name: one, token: %s}]
    groups: [{name: g, target_url: "%s", api_keys: [%s]}]
    """
        .formatted(ADMIN, CLIENT, google.baseUrl(), Rig.key(0));
  }

  private static int ask(int port, String... headers) {
    try (TestClient client = TestClient.connect(port)) {
      return client.post(Rig.UNARY, Rig.BODY, headers).status();
    }
  }

  private static void assertKeepsStrangersOut(int port) {
    assertEquals(401, ask(port));
    assertEquals(200, ask(port, "x-goog-api-key", CLIENT));
  }

  private static int reload(int port) {
    try (TestClient client = TestClient.connect(port)) {
      String[] headers = {"Authorization", "Bearer " + ADMIN};
      return client.post("/admin/api/config/reload", "", headers).status();
    }
  }

  private static long times(GatewayProcess gateway, String part) {
    return gateway.log().lines().filter(line -> line.contains(part)).count();
  }

  private GatewayProcess start() throws Exception {
    return GatewayProcess.run(folder, Map.of("GEMINI_API_KEY_LIST", Rig.key(1), "PORT", "0"));
  }

  @Test
  void aFileThatIsGoneIsAMistakeWhicheverWayItIsReadAnew() throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime())) {
      Path file = Files.writeString(folder.resolve("config.yaml"), yaml(google));
      try (GatewayProcess gateway = start()) {
        int port = gateway.port();
        assertKeepsStrangersOut(port);
        Files.delete(file);
        Rig.await(() -> times(gateway, LOST) == 1, "the watch to refuse it");
        assertKeepsStrangersOut(port);
        gateway.signal("HUP");
        Rig.await(() -> times(gateway, LOST) == 2, "the signal to be refused");
        assertEquals(422, reload(port));
        assertKeepsStrangersOut(port);
        Files.writeString(file, yaml(google).replace("[{name: one", "[{name: other"));
        gateway.awaitLine("the configuration was read anew, as its files have changed");
        assertKeepsStrangersOut(port);
      }
    }
  }

  @Test
  void aFileThatIsEmptiedIsAMistake() throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime())) {
      Path file = Files.writeString(folder.resolve("config.yaml"), yaml(google));
      try (GatewayProcess gateway = start()) {
        int port = gateway.port();
        Files.writeString(file, "\n");
        gateway.signal("HUP");
        gateway.awaitLine("an empty file");
        assertEquals(422, reload(port));
        assertKeepsStrangersOut(port);
        Files.writeString(file, yaml(google));
        assertEquals(200, reload(port));
        assertKeepsStrangersOut(port);
      }
    }
  }

  @Test
  void anOlderFileOfAnotherUsualNameIsNotTakenInItsPlace() throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime())) {
      Path file = Files.writeString(folder.resolve("config.yaml"), yaml(google));
      Files.writeString(folder.resolve("proxy.yaml"), "server: {port: 0}\n");
      try (GatewayProcess gateway = start()) {
        int port = gateway.port();
        Files.delete(file);
        Rig.await(() -> times(gateway, LOST) == 1, "the watch to refuse it");
        assertKeepsStrangersOut(port);
      }
    }
  }

  @Test
  void aFileThatComesToTheEnvironmentIsReadAndStays() throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
        GatewayProcess gateway =
            GatewayProcess.run(
                folder, Map.of("GEMINI_API_KEY_LIST", Rig.key(1), "PORT", "0"), "serve")) {
      int port = gateway.port();
      Path other = Files.writeString(folder.resolve("other"), yaml(google));
      Path file = Files.move(other, folder.resolve("config.yaml"));
      gateway.awaitLine("the configuration was read anew, as its files have changed");
      assertKeepsStrangersOut(port);
      Files.delete(file);
      Rig.await(() -> times(gateway, LOST) == 1, "the watch to refuse it");
      assertKeepsStrangersOut(port);
    }
  }
}
