package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Reaction;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process itself: how it starts, and what it does when it is told something by a signal. */
class SignalTest {
  private static final int CLIENTS = 16;

  @Test
  void drainsOnSigtermWithoutAFailedRequest(@TempDir Path folder) throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime())) {
      google
          .script()
          .always(
              Reaction.usual(
                  answer -> answer.paced(Duration.ofMillis(20)).delayed(Duration.ofMillis(20))));
      try (GatewayProcess gateway =
          GatewayProcess.serve(folder, GatewayProcess.config(google.baseUrl()))) {
        Process process = gateway.process();
        int port = gateway.port();
        AtomicInteger served = new AtomicInteger();
        List<CompletableFuture<Void>> load = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
          load.add(CompletableFuture.runAsync(() -> askOn(port, served), task -> start(task)));
        }
        google.journal().awaitRequests(10 * CLIENTS);
        process.destroy();
        for (CompletableFuture<Void> client : load) {
          client.get(30, TimeUnit.SECONDS);
        }
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), "still running");
        assertEquals(0, process.exitValue());
        assertEquals(google.journal().requestCount(), served.get());
        assertTrue(google.journal().cancelled().isEmpty(), google.journal()::toString);
      }
    }
  }

  @Test
  void readsTheConfigurationAnewOnSighup(@TempDir Path folder) throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
        GatewayProcess gateway =
            GatewayProcess.serve(folder, GatewayProcess.config(google.baseUrl()))) {
      int port = gateway.port();
      assertEquals(2, Scrape.of(port).value("gemini_relay_usable_keys"));
      gateway.write("server: {port: 0}\nservr: {}\n");
      gateway.signal("HUP");
      gateway.awaitLine("nothing has changed");
      gateway.awaitLine("did you mean server?");
      assertEquals(2, Scrape.of(port).value("gemini_relay_usable_keys"));
      gateway.write(
          "server: {port: 0}\ngroups: [{name: g, target_url: \"%s\", api_keys: [%s]}]\n"
              .formatted(google.baseUrl(), Rig.key(3)));
      gateway.signal("HUP");
      gateway.awaitLine("the configuration was read anew");
      assertEquals(1, Scrape.of(port).value("gemini_relay_usable_keys"));
      try (TestClient client = TestClient.connect(port)) {
        assertEquals(200, client.post(Rig.UNARY, Rig.BODY).status());
      }
      assertEquals(1, google.journal().countOf(Rig.key(3)));
      gateway.process().destroy();
      assertTrue(gateway.process().waitFor(30, TimeUnit.SECONDS), "still running");
      assertEquals(0, gateway.process().exitValue());
    }
  }

  /** A store that never answers has the start wait: only then is it sure to be going on. */
  @Test
  void aSighupDuringTheStartIsDoneAfterIt(@TempDir Path folder) throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        GatewayProcess gateway =
            GatewayProcess.serve(
                folder,
                "redis_url: redis://127.0.0.1:%d\n".formatted(silent.getLocalPort())
                    + GatewayProcess.config("http://127.0.0.1:1"))) {
      silent.setSoTimeout(30_000);
      try (Socket waiting = silent.accept()) {
        assertTrue(waiting.isConnected());
        gateway.signal("HUP");
        gateway.awaitLine("the configuration was read anew, as a signal asked for it");
        assertTrue(gateway.port() > 0);
      }
    }
  }

  /** As above the start waits, so that it is known to be going on. */
  @Test
  void aStopDuringTheStartEndsItAsAStopThatWasAskedFor(@TempDir Path folder) throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        GatewayProcess gateway =
            GatewayProcess.serve(
                folder,
                "redis_url: redis://127.0.0.1:%d\n".formatted(silent.getLocalPort())
                    + GatewayProcess.config("http://127.0.0.1:1"))) {
      silent.setSoTimeout(30_000);
      try (Socket waiting = silent.accept()) {
        assertTrue(waiting.isConnected());
        gateway.signal("TERM");
        assertEquals(0, gateway.awaitEnd());
        assertFalse(gateway.log().contains("listening on"), gateway.log());
        assertFalse(gateway.log().contains("cannot listen"), gateway.log());
      }
    }
  }

  private static void start(Runnable task) {
    new Thread(task, "client").start();
  }

  /** Asks one thing after the other until an answer says that it is the last. */
  private static void askOn(int port, AtomicInteger served) {
    try (TestClient client = TestClient.connect(port)) {
      boolean last = false;
      for (int i = 0; !last; i++) {
        Response answer = client.post(i % 2 == 0 ? Rig.UNARY : Rig.STREAM, Rig.BODY);
        assertEquals(200, answer.status(), answer::toString);
        assertTrue(answer.whole() && answer.text().contains("finishReason"), answer::toString);
        served.incrementAndGet();
        last = "close".equals(answer.header("connection"));
      }
    }
  }
}
