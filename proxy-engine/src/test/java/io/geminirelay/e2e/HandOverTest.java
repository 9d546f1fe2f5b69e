package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Reading;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Reaction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One process takes over from another at the same port, and nobody notices. */
class HandOverTest {
  private static final byte[] LONG =
      Rig.BODY.replace("Hello", "Hello ".repeat(30)).getBytes(StandardCharsets.UTF_8);

  private static final int HAND_OVERS = 3;

  @TempDir Path folder;
  private final GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
  private final List<GatewayProcess> started = new ArrayList<>();

  @AfterEach
  void stop() {
    started.forEach(GatewayProcess::close);
    google.close();
  }

  private GatewayProcess serve(String name, int port) throws Exception {
    String server = "port: %d, reuse_port: true, drain_timeout_secs: 20".formatted(port);
    GatewayProcess next =
        GatewayProcess.serve(
            Files.createDirectories(folder.resolve(name)),
            GatewayProcess.config(google.baseUrl()).replace("port: 0", server));
    started.add(next);
    return next;
  }

  /** Two at a time is what a hand-over is; more than one after the other, as in a year. */
  @Test
  void nobodyIsRefusedOrResetAndWhatBeganEndsWell() throws Exception {
    GatewayProcess present = serve("0", 0);
    int port = present.port();
    Newcomers newcomers = new Newcomers(port, 2);
    try {
      newcomers.awaitMore(50);
      for (int i = 1; i <= HAND_OVERS; i++) {
        try (TestClient streaming = TestClient.connect(port);
            TestClient kept = TestClient.connect(port)) {
          assertServed(kept.post(Rig.UNARY, Rig.BODY));
          google.script().next(1, request -> request.path().contains(":stream"), slowly());
          Reading stream = streaming.request("POST", Rig.STREAM, List.of(), LONG).begin();
          GatewayProcess next = serve(String.valueOf(i), port);
          assertEquals(port, next.port());
          present.signal("TERM");
          present.awaitLine("draining, ");
          assertAllComeToTheNext(port);
          newcomers.awaitMore(50);
          assertServed(stream.response());
          assertTrue(kept.seesClose());
          assertEquals(0, present.awaitEnd());
          present = next;
        }
      }
    } finally {
      List<String> failures = newcomers.stop();
      assertEquals(List.of(), failures);
    }
  }

  /** As when the next one does not do: the one before goes on, and another may come later. */
  @Test
  void theNewerMayEndFirst() throws Exception {
    GatewayProcess first = serve("first", 0);
    int port = first.port();
    Newcomers newcomers = new Newcomers(port, 6);
    try {
      newcomers.awaitMore(50);
      GatewayProcess second = serve("second", port);
      assertEquals(port, second.port());
      newcomers.awaitMore(50);
      second.signal("TERM");
      assertEquals(0, second.awaitEnd());
      newcomers.awaitMore(50);
      GatewayProcess third = serve("third", port);
      assertEquals(port, third.port());
      first.signal("TERM");
      first.awaitLine("draining, ");
      assertAllComeToTheNext(port);
      assertEquals(0, first.awaitEnd());
      newcomers.awaitMore(50);
    } finally {
      List<String> failures = newcomers.stop();
      assertEquals(List.of(), failures);
    }
  }

  /** While the one before still listens, for handshakes under way: it would say that it ends. */
  private static void assertAllComeToTheNext(int port) {
    for (int i = 0; i < 20; i++) {
      try (TestClient client = TestClient.connect(port)) {
        Response health = client.exchange("GET", "/health", List.of(), null);
        assertEquals(200, health.status(), health::toString);
      }
    }
  }

  private static Reaction slowly() {
    return Reaction.usual(answer -> answer.paced(Duration.ofMillis(30)));
  }

  private static void assertServed(Response answer) {
    assertEquals(200, answer.status(), answer::toString);
    assertTrue(answer.whole() && answer.text().contains("finishReason"), answer::toString);
  }
}
