package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Reaction;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More connections than the process has file descriptors for. */
class DescriptorShortageTest {
  private static final byte[] BODY = Rig.BODY.getBytes(StandardCharsets.UTF_8);
  private static final int DESCRIPTORS = 256;

  @TempDir Path folder;

  private static Scrape scrape(TestClient open) {
    return Scrape.parse(open.exchange("GET", "/metrics", List.of(), null).text());
  }

  @Test
  void aFloodIsSurvivedAndBlamedOnNoKeyAndNoTarget() throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
        GatewayProcess gateway =
            GatewayProcess.scarce(
                folder,
                GatewayProcess.config(google.baseUrl())
                    .replace("port: 0", "port: 0, overload: {descriptors: 0}"),
                DESCRIPTORS);
        TestClient operator = TestClient.connect(gateway.port())) {
      assertTrue(gateway.log().contains("max_connections is 65536, but"), gateway::log);
      google
          .script()
          .when(request -> request.uri().contains("stream"), Reaction.of(Answer.never()));
      assertEquals(1, scrape(operator).value("gemini_relay_client_connections"));
      List<TestClient> flood = new ArrayList<>();
      for (int i = 0; i < DESCRIPTORS; i++) {
        try {
          TestClient client = TestClient.connect(gateway.port());
          flood.add(client);
          client.request("POST", Rig.STREAM, List.of(), BODY);
        } catch (UncheckedIOException e) {
          // Turned away before it could ask.
        }
      }
      Rig.await(
          () -> scrape(operator).value("api_requests_total{route=\"native\",status=\"503\"}") > 0,
          "requests that found no descriptor to be refused");
      flood.forEach(TestClient::close);
      Rig.await(
          () -> scrape(operator).value("gemini_relay_client_connections") == 1, "the flood's end");
      for (int i = 0; i < 4; i++) {
        try (TestClient good = TestClient.connect(gateway.port())) {
          Response served = good.post(Rig.UNARY, Rig.BODY);
          assertEquals(200, served.status(), served::toString);
        }
      }
      Scrape after = scrape(operator);
      assertEquals(2, after.sum("gemini_relay_keys", "state=\"available\""));
      assertEquals(1, after.sum("gemini_relay_breaker_state", "state=\"admitting\""), after::text);
      assertEquals(0, after.sum("gemini_relay_attempts_total", "cause=\"connect\""), after::text);
      Rig.await(
          () -> scrape(operator).value("gemini_relay_requests_in_flight") <= 1, "all to be over");
      assertFalse(gateway.log().contains("Exception"), gateway::log);
      assertTrue(gateway.process().isAlive());
    }
  }
}
