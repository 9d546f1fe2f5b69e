package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.TestClient;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a client writes into its request puts no credential into the log of the process. */
class LogSecrecyTest {
  private static final String FIRST = "open-sesame-open-sesame";
  private static final String SECOND = "another-word-another-word";

  private static void ask(int port, String model, String id) {
    try (TestClient client = TestClient.connect(port)) {
      client.exchange(
          "POST",
          "/v1beta/models/" + model + ":generateContent",
          Header.list("X-Request-Id", id, "Content-Type", "application/json"),
          Rig.BODY.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
  }

  @Test
  void theLogHasNoKeyAndNoToken(@TempDir Path folder) throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime())) {
      String config = GatewayProcess.config(google.baseUrl());
      String first =
          config.replace("port: 0", "port: 0, reload_on_change: false, admin_token: " + FIRST);
      try (GatewayProcess gateway = GatewayProcess.serve(folder, first)) {
        int port = gateway.port();
        String foreign = "AIza" + "x".repeat(35);
        ask(port, foreign, "r1-foreign");
        ask(port, Rig.key(0), "r2-own");
        ask(port, FIRST, "r3-first");
        gateway.write(
            config.replace("port: 0", "port: 0, reload_on_change: false, admin_token: " + SECOND));
        try (TestClient client = TestClient.connect(port)) {
          String[] bearer = {"Authorization", "Bearer " + FIRST};
          String reload = "/admin/api/config/reload";
          assertEquals(200, client.exchange("POST", reload, Header.list(bearer), null).status());
        }
        ask(port, FIRST, "r4-first");
        ask(port, SECOND, "r5-second");
        for (String id : new String[] {"r1-foreign", "r2-own", "r3-first", "r4-first"}) {
          gateway.awaitLine(id);
        }
        gateway.awaitLine("r5-second");
        String log = gateway.log();
        for (String secret : new String[] {foreign, Rig.key(0), FIRST, SECOND}) {
          assertFalse(log.contains(secret), log);
        }
        assertEquals(5, log.split("\"model\":\"\\*\\*\\*\"", -1).length - 1, log);
      }
    }
  }
}
