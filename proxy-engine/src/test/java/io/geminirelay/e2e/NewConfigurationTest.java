package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.base.config.ConfigLoader;
import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Reaction;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A running gateway goes on with another configuration. */
class NewConfigurationTest {
  private final FakeTime time = new FakeTime();

  private static EngineConfig config(String yaml) throws Exception {
    Path file = Files.createTempFile("gateway", ".yaml");
    try {
      Files.writeString(file, yaml);
      return ConfigLoader.load(new ConfigSource(file, Path.of(""), Map.of())).config();
    } finally {
      Files.delete(file);
    }
  }

  private static String yaml(GeminiSimulator google, String root, String... keys) {
    return "server: {port: 0, drain_timeout_secs: 5}\ngroups: [{name: g, target_url: \"%s\", api_keys: [%s]}]\n%s\n"
        .formatted(google.baseUrl(), String.join(", ", keys), root);
  }

  @Test
  void anOpenConnectionFollowsItWithItsNextRequest() throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(time);
        Gateway gateway = Gateway.start(yaml(google, "", Rig.key(0)));
        TestClient client = TestClient.connect(gateway.port())) {
      assertEquals(200, client.post(Rig.UNARY, Rig.BODY).status());
      String clients = "clients: [{name: c, token: token-of-the-client-0}]";
      assertEquals(List.of(), gateway.engine().apply(config(yaml(google, clients, Rig.key(0)))));
      String[] token = {"Authorization", "Bearer token-of-the-client-0"};
      assertEquals(200, client.post(Rig.UNARY, Rig.BODY, token).status());
      assertEquals(401, client.post(Rig.UNARY, Rig.BODY).status());
    }
  }

  @Test
  void howMuchMayBeUnderWayAndWhoIsRefusedFirstFollowIt() throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(time);
        Gateway gateway = Gateway.start(yaml(google, "", Rig.key(0)));
        TestClient holder = TestClient.connect(gateway.port())) {
      google.script().next(1, Reaction.of(Answer.never()));
      String clients = "clients: [{name: c, token: token-of-the-client-0, priority: %s}]";
      String[] token = {"Authorization", "Bearer token-of-the-client-0"};
      holder.request("POST", Rig.UNARY, List.of(), Rig.BODY.getBytes(StandardCharsets.UTF_8));
      google.journal().awaitRequests(1);
      for (String priority : List.of("low", "normal")) {
        String next = yaml(google, clients.formatted(priority), Rig.key(0));
        String bound = next.replace("port: 0", "port: 0, overload: {max_requests: 1}");
        assertEquals(List.of(), gateway.engine().apply(config(bound)));
        int port = gateway.port();
        // New connections may be turned away already, but for a few.
        Rig.await(() -> isRefused(port, token), "the bound to hold for " + priority);
        Rig.await(() -> shed(port, priority) == 1, "it to be counted for " + priority);
      }
    }
  }

  private static boolean isRefused(int port, String... token) {
    try (TestClient client = TestClient.connect(port)) {
      return client.post(Rig.UNARY, Rig.BODY, token).status() == 503;
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  private static double shed(int port, String priority) {
    try {
      return Scrape.of(port)
          .sum("gemini_relay_requests_shed_total", "priority=\"" + priority + "\"");
    } catch (UncheckedIOException | AssertionError e) {
      return 0;
    }
  }

  @Test
  void aKeyThatStaysKeepsItsRestAndANewOneServes() throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(time);
        Gateway gateway = Gateway.start(yaml(google, "max_wait_secs: 0", Rig.key(0)))) {
      google.script().always(Errors.tooManyRequestsPerDay());
      try (TestClient client = TestClient.connect(gateway.port())) {
        client.post(Rig.UNARY, Rig.BODY);
        google.script().clear();
        gateway.engine().apply(config(yaml(google, "max_wait_secs: 0", Rig.key(0), Rig.key(1))));
        assertEquals(200, client.post(Rig.UNARY, Rig.BODY).status());
        assertEquals(1, google.journal().countOf(Rig.key(0)));
        assertEquals(1, google.journal().countOf(Rig.key(1)));
      }
    }
  }

  @Test
  void whoMayAskIsDecidedByTheAddressThatIsBound() throws Exception {
    String clients = "clients: [{name: c, token: token-of-the-client-0}]";
    try (GeminiSimulator google = GeminiSimulator.plain(time);
        Gateway gateway = Gateway.start(yaml(google, "", Rig.key(0)))) {
      assertEquals(200, status(gateway.port()));
      String open = yaml(google, clients, Rig.key(0)).replace("port: 0", "port: 0, host: 0.0.0.0");
      assertEquals(List.of(), gateway.engine().apply(config(open)));
      assertEquals(401, status(gateway.port()));
      assertEquals(List.of(), gateway.engine().apply(config(yaml(google, "", Rig.key(0)))));
      assertEquals(200, status(gateway.port()));
      assertEquals(2, google.journal().countOf(Rig.key(0)));
    }
  }

  private static int status(int port) {
    try (TestClient client = TestClient.connect(port)) {
      return client.post(Rig.UNARY, Rig.BODY).status();
    }
  }

  @Test
  void whatOnlyARestartCanChangeIsNamed() throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(time);
        Gateway gateway = Gateway.start(yaml(google, "", Rig.key(0)))) {
      String next = yaml(google, "upstream: {pool: {max_idle: 3}}", Rig.key(0));
      assertEquals(
          List.of("server.workers", "upstream.pool"),
          gateway.engine().apply(config(next.replace("port: 0", "port: 0, workers: 3"))));
    }
  }
}
