package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Reading;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Reaction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the service manager is told of a process (sd_notify(3)), from its begin to its end. */
class ServiceManagerTest {
  private static final byte[] BODY = Rig.BODY.getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;

  private GatewayProcess serve(String config, Map<String, String> environment) throws Exception {
    Path file = Files.writeString(folder.resolve("relay.yaml"), config);
    return GatewayProcess.run(folder, environment, "serve", "-c", file.toString());
  }

  @Test
  void isToldOfTheStartOfAReloadOfTheEndAndMeanwhileOfLife() throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
        NotifySocket manager = new NotifySocket(folder.resolve("notify").toString());
        GatewayProcess gateway =
            serve(
                GatewayProcess.config(google.baseUrl()),
                Map.of("NOTIFY_SOCKET", manager.name(), "WATCHDOG_USEC", "100000"))) {
      google.script().always(Reaction.usual(answer -> answer.stallAfter(20)));
      String ready = manager.await("READY=1", 1);
      assertEquals(
          String.valueOf(gateway.process().pid()), NotifySocket.value(ready, "MAINPID"), ready);
      assertEquals(
          "serving; 0 connections, 2 usable keys", NotifySocket.value(ready, "STATUS"), ready);
      assertEquals(ready, manager.messages().get(0), "nothing before it listens");
      manager.await("WATCHDOG=1", 3);

      gateway.signal("HUP");
      String reloading = manager.await("RELOADING=1", 1);
      long since = Long.parseLong(NotifySocket.value(reloading, "MONOTONIC_USEC"));
      long now = System.nanoTime() / 1_000;
      assertTrue(since > 0 && since <= now && since > now - 60_000_000, reloading);
      manager.await("READY=1", 2);

      try (TestClient client = TestClient.connect(gateway.port())) {
        client.request("POST", Rig.STREAM, List.of(), BODY);
        google.journal().awaitRequests(1);
        gateway.signal("TERM");
        String stopping = manager.await("STOPPING=1", 1);
        assertEquals(
            "draining; 1 connections, 2 usable keys", NotifySocket.value(stopping, "STATUS"));
        assertTrue(
            Long.parseLong(NotifySocket.value(stopping, "EXTEND_TIMEOUT_USEC")) >= 5_000_000);
        long alive = manager.count("WATCHDOG=1");
        manager.await("WATCHDOG=1", (int) alive + 2);
      }
      assertEquals(0, gateway.awaitEnd());
      assertEquals(2, manager.count("READY=1"), manager.messages()::toString);
    }
  }

  @Test
  void anAbstractSocketWillDoAndAFailedStartIsExplained() throws Exception {
    try (NotifySocket manager = new NotifySocket("@gemini-relay-test-" + UUID.randomUUID());
        java.net.ServerSocket taken =
            new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress());
        GatewayProcess gateway =
            serve(
                GatewayProcess.config("http://127.0.0.1:1")
                    .replace("port: 0", "port: " + taken.getLocalPort()),
                Map.of("NOTIFY_SOCKET", manager.name()))) {
      assertEquals(1, gateway.awaitEnd());
      Rig.await(() -> !manager.messages().isEmpty(), "a message");
      String told = NotifySocket.value(manager.messages().get(0), "STATUS");
      assertTrue(told.startsWith("cannot listen: "), told);
      assertEquals(0, manager.count("READY=1"));
      // What was logged last is written, too.
      assertTrue(gateway.log().contains("gemini-relay: cannot listen"), gateway::log);
      assertTrue(gateway.log().contains("\"message\":\"stopped\""), gateway::log);
    }
  }

  @Test
  void theSecondSignalEndsAtOnceAndWhatIsCutIsSeenToBe() throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
        GatewayProcess gateway = serve(GatewayProcess.config(google.baseUrl()), Map.of());
        TestClient client = TestClient.connect(gateway.port())) {
      google.script().always(Reaction.usual(answer -> answer.stallAfter(20)));
      Reading answer = client.request("POST", Rig.UNARY, List.of(), BODY).begin();
      assertEquals(200, answer.status());
      gateway.signal("TERM");
      gateway.awaitLine("draining, 1 connections open");
      // Not SIGINT, which a process that was started in the background by a shell ignores.
      gateway.signal("TERM");
      assertEquals(128 + 15, gateway.awaitEnd());
      assertFalse(answer.response().whole());
    }
  }
}
