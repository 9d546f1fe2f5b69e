package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fewer file descriptors than connections would take. */
class DescriptorShortageTest {
  private static final byte[] BODY = Rig.BODY.getBytes(StandardCharsets.UTF_8);
  private static final int DESCRIPTORS = 256;
  private static final int CLIENTS = 6;
  private static final Pattern ROOM = Pattern.compile("descriptors for (\\d+) connections");

  @TempDir Path folder;

  private final List<TestClient> clients = new ArrayList<>();

  private GatewayProcess gateway(GeminiSimulator google) throws Exception {
    // Nothing is shed: all goes on until there is none left.
    String config =
        GatewayProcess.config(google.baseUrl())
            .replace("port: 0", "port: 0, overload: {descriptors: 0}");
    return GatewayProcess.scarce(folder, config, DESCRIPTORS);
  }

  private static Scrape scrape(TestClient open) {
    return Scrape.parse(open.exchange("GET", "/metrics", List.of(), null).text());
  }

  private static void assertNobodyBlamed(Scrape page) {
    assertEquals(2, page.sum("gemini_relay_keys", "state=\"available\""), page::text);
    assertEquals(1, page.sum("gemini_relay_breaker_state", "state=\"admitting\""), page::text);
    assertEquals(0, page.sum("gemini_relay_attempts_total", "cause=\"connect\""), page::text);
    assertEquals(0, page.sum("gemini_relay_attempts_total", "cause=\"dns\""), page::text);
  }

  private static void assertServed(TestClient client) {
    Response answer = client.post(Rig.UNARY, Rig.BODY);
    assertEquals(200, answer.status(), answer::toString);
  }

  @Test
  void thoseInsideGetAnAnswerAndAllGoesOnWhenThereAreSomeAgain() throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
        GatewayProcess gateway = gateway(google);
        TestClient operator = TestClient.connect(gateway.port())) {
      enter(gateway, operator);
      assertNoneLeft(google, gateway, operator);
      leave(operator);
      enter(gateway, operator);
      assertFlooded(gateway, operator);
      leave(operator);
      try (TestClient good = TestClient.connect(gateway.port())) {
        assertServed(good);
      }
      Scrape after = scrape(operator);
      assertNobodyBlamed(after);
      assertEquals(0, after.value("gemini_relay_requests_in_flight"), after::text);
      assertFalse(gateway.log().contains("\"exception\""), gateway::log);
      assertFalse(gateway.log().contains("ERROR"), gateway::log);
    } finally {
      clients.forEach(TestClient::close);
    }
  }

  private void enter(GatewayProcess gateway, TestClient operator) {
    while (clients.size() < CLIENTS) {
      TestClient client = TestClient.connect(gateway.port());
      clients.add(client);
      assertEquals(200, client.exchange("GET", "/health", List.of(), null).status());
    }
    assertEquals(1 + CLIENTS, scrape(operator).value("gemini_relay_client_connections"));
  }

  private void leave(TestClient operator) {
    clients.forEach(TestClient::abort);
    clients.clear();
    Rig.await(
        () -> scrape(operator).value("gemini_relay_client_connections") == 1, "all to have left");
  }

  /** No connection can be opened, to neither side. */
  private void assertNoneLeft(GeminiSimulator google, GatewayProcess gateway, TestClient operator)
      throws Exception {
    gateway.allowDescriptors(1);
    try (TestClient late = TestClient.connect(gateway.port())) {
      late.request("POST", Rig.UNARY, List.of(), BODY); // The system holds it.
      gateway.awaitLine("connections cannot be accepted");
      for (TestClient each : clients) {
        Response refused = each.post(Rig.UNARY, Rig.BODY);
        assertEquals(503, refused.status(), refused::toString);
        assertNotNull(refused.header("retry-after"), refused::toString);
      }
      Scrape during = scrape(operator);
      assertEquals(CLIENTS, during.value("api_requests_total{route=\"native\",status=\"503\"}"));
      assertNobodyBlamed(during);
      assertEquals(0, google.journal().requestCount());

      gateway.allowDescriptors(DESCRIPTORS);
      assertEquals(200, late.read().status(), "it was not forgotten");
      clients.forEach(DescriptorShortageTest::assertServed);
    }
  }

  /** More connections than there can be: some are turned away, which the others do not feel. */
  private void assertFlooded(GatewayProcess gateway, TestClient operator) {
    Matcher room = ROOM.matcher(gateway.log());
    assertTrue(room.find(), gateway::log);
    int most = Integer.parseInt(room.group(1));
    assertTrue(most > CLIENTS && most < DESCRIPTORS, gateway::log);
    for (int i = CLIENTS; i < DESCRIPTORS; i++) {
      try {
        clients.add(TestClient.connect(gateway.port()));
      } catch (UncheckedIOException e) {
        // Turned away before it knew that it was connected.
      }
    }
    String refused = "gemini_relay_client_connections_refused_total{reason=\"too_many\"}";
    int beyond = 1 + DESCRIPTORS - most;
    Rig.await(() -> scrape(operator).value(refused) == beyond, "those beyond to be refused");
    assertEquals(most, scrape(operator).value("gemini_relay_client_connections"));
    clients.subList(0, CLIENTS).forEach(DescriptorShortageTest::assertServed);
  }
}
