package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Reaction;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Big slow bodies and slow readers of huge answers, in little memory. */
class ScarceMemoryTest {
  private static final int MIB = 1 << 20;
  private static final byte[] BODY = Rig.BODY.getBytes(StandardCharsets.UTF_8);
  private static final byte[] PIECE = "x".repeat(64 << 10).getBytes(StandardCharsets.UTF_8);
  private static final byte[] BLOCK =
      ("data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\""
              + "x".repeat(900)
              + "\"}]}}]}\r\n\r\n")
          .repeat(64)
          .getBytes(StandardCharsets.UTF_8);
  private static final int UPLOADS = 16;
  private static final int READERS = 16;

  @TempDir Path folder;

  private final List<TestClient> attackers = new ArrayList<>();

  private void attack(int port) {
    for (int i = 0; i < READERS; i++) {
      begin(port, Header.list(), BODY);
    }
    for (int i = 0; i < UPLOADS; i++) {
      TestClient client =
          begin(port, Header.list("content-length", "" + 12 * MIB), "{\"x\":\"".getBytes(UTF_8));
      for (int piece = 0; client != null && piece < 48; piece++) {
        try {
          client.send(PIECE);
        } catch (UncheckedIOException e) {
          break; // Refused, which is as good.
        }
      }
    }
  }

  private static final java.nio.charset.Charset UTF_8 = StandardCharsets.UTF_8;

  private TestClient begin(int port, List<Header> headers, byte[] body) {
    try {
      TestClient client = TestClient.connect(port, 8_192);
      attackers.add(client);
      client.request("POST", Rig.STREAM, headers, body);
      return client;
    } catch (UncheckedIOException e) {
      return null;
    }
  }

  /** Served, told to come back, or turned away at the door: 0, however the client sees it. */
  private static int ask(int port) {
    try (TestClient good = TestClient.connect(port)) {
      Response answer = good.post(Rig.UNARY, Rig.BODY);
      if (answer.status() != 0 && answer.status() != 200) {
        assertEquals(503, answer.status(), answer::toString);
        assertNotNull(answer.header("retry-after"), answer::toString);
      }
      return answer.status();
    } catch (UncheckedIOException e) {
      return 0;
    }
  }

  @Test
  void aGoodClientIsServedOrToldToWaitAndMemoryComesBack() throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
        GatewayProcess gateway =
            GatewayProcess.scarce(
                folder,
                // A bound that the attack comes to.
                GatewayProcess.config(google.baseUrl())
                    .replace("port: 0", "port: 0, overload: {direct_memory: 0.25}"),
                4096,
                "-Xmx48m",
                "-XX:MaxDirectMemorySize=24m")) {
      google
          .script()
          .when(
              request -> request.uri().contains("stream"),
              Reaction.of(
                  Answer.flood(
                      Header.list("content-type", "text/event-stream"),
                      BLOCK,
                      100_000,
                      new byte[0])));
      int port = gateway.port();
      Map<Integer, Integer> statuses = new TreeMap<>();
      Thread attack = new Thread(() -> attack(port));
      attack.start();
      for (int i = 0; i < 20 || attack.isAlive(); i++) {
        statuses.merge(ask(port), 1, Integer::sum);
      }
      attack.join();
      attackers.forEach(TestClient::abort);
      Rig.await(() -> Scrape.of(port).value("gemini_relay_load_level") == 0, "memory to come back");
      try (TestClient good = TestClient.connect(port)) {
        assertEquals(200, good.post(Rig.UNARY, Rig.BODY).status());
      }
      assertTrue(statuses.getOrDefault(200, 0) > 0, statuses::toString);
      Scrape after = Scrape.of(port);
      double shed = after.sum("gemini_relay_requests_shed_total");
      double turnedAway =
          after.value("gemini_relay_client_connections_refused_total{reason=\"overloaded\"}");
      assertTrue(shed + turnedAway > 0, () -> statuses + " " + gateway.log());
      // Who got no answer was not taken in the first place, as the gateway's own count says.
      assertTrue(statuses.getOrDefault(0, 0) <= turnedAway, () -> statuses + " of " + turnedAway);
      assertTrue(statuses.getOrDefault(503, 0) <= shed, () -> statuses + " of " + shed);
      assertFalse(gateway.log().contains("OutOf"), gateway::log);
    } finally {
      attackers.forEach(TestClient::close);
    }
  }
}
