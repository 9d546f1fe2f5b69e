package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.ConfigLoader;
import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Http2Exchange;
import io.geminirelay.testing.Reading;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.TestHttp2Client;
import io.geminirelay.testing.sim.Reaction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The listening side of a running gateway follows the configuration. */
class ListenerChangesTest {
  private static final byte[] BODY = Rig.BODY.getBytes(StandardCharsets.UTF_8);
  private static final byte[] LONG =
      Rig.BODY.replace("Hello", "Hello ".repeat(20)).getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;
  private final GeminiSimulator google = GeminiSimulator.plain(new FakeTime());

  @AfterEach
  void stop() {
    google.close();
  }

  private String yaml(String server) {
    return "server: {%s}\ngroups: [{name: g, target_url: \"%s\", api_keys: [%s]}]\n"
        .formatted(server, google.baseUrl(), Rig.key(0));
  }

  private EngineConfig config(String yaml) throws Exception {
    Path file = Files.writeString(folder.resolve("next.yaml"), yaml);
    return ConfigLoader.load(new ConfigSource(file, Path.of(""), Map.of())).config();
  }

  private void apply(Gateway gateway, String server) throws Exception {
    assertEquals(List.of(), gateway.engine().apply(config(yaml(server))));
  }

  private void pace() {
    google.script().always(Reaction.usual(answer -> answer.paced(Duration.ofMillis(50))));
  }

  private static boolean refusesConnections(int port) {
    try {
      TestClient.connect(port).close();
      return false;
    } catch (UncheckedIOException e) {
      return true;
    }
  }

  private static int status(int port) {
    try (TestClient client = TestClient.connect(port)) {
      return client.post(Rig.UNARY, Rig.BODY).status();
    }
  }

  private static void assertServed(Response answer) {
    assertEquals(200, answer.status(), answer::toString);
    assertTrue(answer.whole() && answer.text().contains("finishReason"), answer::toString);
  }

  @Test
  void anotherAddressTakesOverAndWhatIsUnderWayEndsWell() throws Exception {
    pace();
    try (Gateway gateway = Gateway.start(yaml("port: 0, drain_timeout_secs: 20"));
        TestClient idle = TestClient.connect(gateway.port());
        TestClient busy = TestClient.connect(gateway.port());
        TestHttp2Client http2 = TestHttp2Client.plain(gateway.port())) {
      int old = gateway.port();
      assertEquals(200, idle.exchange("GET", "/health", List.of(), null).status());
      busy.request("POST", Rig.STREAM, List.of(), LONG);
      Http2Exchange stream = http2.request("POST", Rig.STREAM, List.of(), LONG);
      google.journal().awaitRequests(2);
      apply(gateway, "port: 0, host: localhost, drain_timeout_secs: 20");
      assertEquals(200, status(gateway.port()));
      Rig.await(() -> refusesConnections(old), "the end of the old listener");
      assertServed(busy.read());
      assertTrue(busy.seesClose());
      assertServed(stream.response());
      http2.awaitClosed();
      assertTrue(idle.seesClose());
      assertTrue(google.journal().cancelled().isEmpty(), google.journal()::toString);
    }
  }

  @Test
  void whoStaysTooLongAtTheOldAddressIsCutOff() throws Exception {
    pace();
    try (Gateway gateway = Gateway.start(yaml("port: 0, drain_timeout_secs: 60"));
        TestClient stuck = TestClient.connect(gateway.port())) {
      stuck.request("POST", Rig.STREAM, List.of(), LONG);
      google.journal().awaitRequests(1);
      apply(gateway, "port: 0, host: localhost, drain_timeout_secs: 0.1");
      google.journal().awaitCancelled(1);
      assertEquals(200, status(gateway.port()));
    }
  }

  @Test
  void theSamePortCanBeKeptWithAnotherHost() throws Exception {
    try (Gateway gateway = Gateway.start(yaml("port: 0, drain_timeout_secs: 5"))) {
      int port = gateway.port();
      AtomicBoolean over = new AtomicBoolean();
      CompletableFuture<Integer> load =
          CompletableFuture.supplyAsync(
              () -> {
                int served = 0;
                try (TestClient client = TestClient.connect(port)) {
                  for (boolean last = false; !last && !over.get(); served++) {
                    Response answer = client.post(Rig.UNARY, Rig.BODY);
                    assertServed(answer);
                    last = "close".equals(answer.header("connection"));
                  }
                }
                return served;
              });
      google.journal().awaitRequests(5);
      String to = "port: %d, host: %s, drain_timeout_secs: 5";
      gateway.engine().apply(config("auth: none\n" + yaml(to.formatted(port, "0.0.0.0"))));
      assertEquals(port, gateway.port());
      assertEquals(200, status(port));
      assertTrue(load.get(30, TimeUnit.SECONDS) >= 5);
      apply(gateway, to.formatted(port, "127.0.0.1"));
      assertEquals(port, gateway.port());
      assertEquals(200, status(port));
      over.set(true);
    }
  }

  @Test
  void nothingChangesWhereTheNewAddressCannotBeBound() throws Exception {
    try (AdminCalls calls = new AdminCalls(folder, "", Rig.key(0));
        ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      int port = calls.gateway().port();
      String before = Files.readString(calls.file);
      String change = "{\"set\":{\"server.port\":" + taken.getLocalPort() + "}}";
      Map<String, Object> refused = calls.ask(422, "PATCH", "config", change);
      assertTrue(refused.toString().contains("cannot be bound"), refused::toString);
      assertEquals(before, Files.readString(calls.file));
      Files.writeString(
          calls.file, before.replace("port: 0", "port: " + taken.getLocalPort()) + "top_p: 0.5\n");
      calls.ask(422, "POST", "config/reload", null);
      assertEquals(port, calls.gateway().port());
      assertFalse(calls.get("config").toString().contains("top_p"));
      assertThrows(
          IOException.class,
          () -> calls.gateway().engine().apply(config(yaml("port: " + taken.getLocalPort()))));
      assertEquals(port, calls.gateway().port());
      assertEquals(2, refusals(port), "each that the operator asked for, counted once");
    }
  }

  private static double refusals(int port) {
    return Scrape.of(port).value("gemini_relay_config_changes_total{result=\"refused\"}");
  }

  @Test
  void moreOrFewerConnectionsAreAllowed() throws Exception {
    try (Gateway gateway = Gateway.start(yaml("port: 0, max_connections: 1"));
        TestClient first = TestClient.connect(gateway.port())) {
      assertEquals(200, first.post(Rig.UNARY, Rig.BODY).status());
      assertTrue(TestClient.isTurnedAway(gateway.port()));
      apply(gateway, "port: 0, max_connections: 2");
      try (TestClient second = TestClient.connect(gateway.port())) {
        assertEquals(200, second.post(Rig.UNARY, Rig.BODY).status());
        apply(gateway, "port: 0, max_connections: 1");
        assertEquals(200, second.post(Rig.UNARY, Rig.BODY).status(), "who is in may stay");
        assertTrue(TestClient.isTurnedAway(gateway.port()));
      }
    }
  }

  @Test
  void newConnectionsKeepNewLimits() throws Exception {
    List<Header> large = Header.list("x-large", "x".repeat(3_000));
    try (Gateway gateway = Gateway.start(yaml("port: 0"));
        TestClient old = TestClient.connect(gateway.port())) {
      assertEquals(200, old.exchange("POST", Rig.UNARY, large, BODY).status());
      apply(gateway, "port: 0, limits: {header_bytes: 2KiB, body_bytes: 10}");
      try (TestClient client = TestClient.connect(gateway.port())) {
        assertEquals(431, client.exchange("POST", Rig.UNARY, large, BODY).status());
      }
      assertEquals(413, status(gateway.port()));
    }
  }

  @Test
  void theTimeToFinishIsTheNewOne() throws Exception {
    pace();
    try (Gateway gateway = Gateway.start(yaml("port: 0, drain_timeout_secs: 3600"));
        TestClient client = TestClient.connect(gateway.port())) {
      Reading reading = client.request("POST", Rig.STREAM, List.of(), LONG).begin();
      assertEquals(200, reading.status());
      apply(gateway, "port: 0, drain_timeout_secs: 0");
      assertFalse(
          gateway.engine().drain().toCompletableFuture().get(30, TimeUnit.SECONDS), "cut off");
    }
  }
}
