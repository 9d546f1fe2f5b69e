package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Header;
import io.geminirelay.testing.Http2Exchange;
import io.geminirelay.testing.Reading;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.TestHttp2Client;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Reaction;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * More than the gateway is set to do at once: it asks less of itself step by step, and recovers.
 */
class OverloadTest {
  private static final byte[] BODY = Rig.BODY.getBytes(StandardCharsets.UTF_8);
  private static final String CLIENTS =
      "clients: [{name: lowly, token: token-of-low, priority: low},"
          + " {name: normal, token: token-of-normal},"
          + " {name: highest, token: token-of-high, priority: high}]";
  private static final String ADMIN = "the-token-of-the-admin";
  private static final byte[] BLOCK =
      "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"x\"}]}}]}\r\n\r\n"
          .repeat(256)
          .getBytes(StandardCharsets.UTF_8);
  private static final byte[] END =
      "data: {\"candidates\":[{\"finishReason\":\"STOP\"}]}\r\n\r\n"
          .getBytes(StandardCharsets.UTF_8);
  private static final int BLOCKS = 400;
  private static final int MOST = 40;
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final List<TestClient> held = new ArrayList<>();

  private static String[] by(String name) {
    return new String[] {"x-goog-api-key", "token-of-" + name};
  }

  private static Rig rig() throws Exception {
    Rig rig =
        Rig.of(2, "server.overload: {max_requests: 40}", "server.admin_token: " + ADMIN, CLIENTS);
    rig.script()
        .when(request -> request.uri().contains("stream"), Reaction.of(Answer.never()))
        .next(
            2,
            Reaction.of(
                Answer.flood(
                    Header.list("content-type", "text/event-stream"), BLOCK, BLOCKS, END)));
    return rig;
  }

  /** Has {@code count} requests under way in all, each on a connection of its own. */
  private void hold(Rig rig, int count) {
    while (held.size() + 2 < count) {
      TestClient client = TestClient.connect(rig.port());
      client.request("POST", Rig.STREAM, Header.list(by("high")), BODY);
      held.add(client);
    }
    Rig.await(
        () -> MOST * watched(rig, "gemini_relay_load_ratio{signal=\"requests\"}") > count - 0.5,
        count + " requests");
  }

  private static void awaitLevel(Rig rig, int level) {
    Rig.await(() -> watched(rig, "gemini_relay_load_level") == level, "level " + level);
  }

  /** A page at each look of the gateway's own, or the pages would be most of the load. */
  private static double watched(Rig rig, String sample) {
    LockSupport.parkNanos(LOOK_NANOS);
    return Scrape.of(rig.port()).value(sample);
  }

  @Test
  void loadIsLedElsewhereThenRefusedByImportanceAndNothingUnderWayIsCut() throws Exception {
    try (Rig rig = rig();
        TestHttp2Client http2 = TestHttp2Client.plain(rig.port(), 65_535);
        TestClient slow = TestClient.connect(rig.port(), 65_536);
        TestClient idle = TestClient.connect(rig.port())) {
      assertEquals(200, idle.exchange("GET", "/health", List.of(), null).status());
      slow.request("POST", Rig.STREAM, Header.list(by("normal")), BODY);
      Http2Exchange stream = http2.open("POST", Rig.STREAM, Header.list(by("normal")), false);
      stream.stopReading();
      stream.send(BODY, true);
      rig.journal().awaitRequests(2);

      hold(rig, 34);
      assertNear(rig, idle, http2);
      hold(rig, 37);
      assertShedding(rig);
      hold(rig, MOST);
      assertRefusing(rig);

      held.forEach(TestClient::abort);
      stream.goOnReading();
      assertWhole(stream.response());
      Reading answer = slow.begin();
      assertWhole(answer.response());
      awaitLevel(rig, 0);
      Response calm = rig.post(Rig.UNARY, Rig.BODY, by("low"));
      assertEquals(200, calm.status(), calm::toString);
      assertNull(calm.header("connection"));
      assertEquals(200, Scrape.get(rig.port(), "/health").status());
    } finally {
      held.forEach(TestClient::close);
    }
  }

  private static void assertNear(Rig rig, TestClient idle, TestHttp2Client http2) {
    awaitLevel(rig, 1);
    Response served = rig.post(Rig.UNARY, Rig.BODY, by("low"));
    assertEquals(200, served.status(), served::toString);
    assertEquals("close", served.header("connection"));
    assertTrue(idle.seesClose(), "an idle connection makes room");
    Rig.await(() -> http2.goAwayCode() == 0, "GOAWAY");
    assertTrue(http2.isOpen(), "its stream goes on");
    Response health =
        Scrape.get(rig.port(), "/health/detailed", "authorization", "Bearer " + ADMIN);
    assertTrue(
        health.text().contains("\"load\":{\"level\":\"near\",\"step\":\"near\",\"signals\":{"),
        health::text);
    assertTrue(health.text().contains("\"requests\":0.8"), health::text);
  }

  private static void assertShedding(Rig rig) {
    awaitLevel(rig, 2);
    Rig.await(() -> rig.post(Rig.UNARY, Rig.BODY, by("low")).status() == 503, "step low");
    Response shed = rig.post(Rig.CHAT, Rig.CHAT_BODY, "authorization", "Bearer token-of-low");
    assertEquals(503, shed.status(), shed::toString);
    assertTrue(shed.text().contains("overloaded"), "in its dialect: " + shed.text());
    int seconds = Integer.parseInt(shed.header("retry-after"));
    assertTrue(seconds >= 2 && seconds < 10, "retry-after " + seconds);
    assertEquals(200, rig.post(Rig.UNARY, Rig.BODY, by("normal")).status());
    assertEquals(200, rig.post(Rig.UNARY, Rig.BODY, by("high")).status());
    assertEquals(200, Scrape.get(rig.port(), "/health").status(), "most are still served");
  }

  private static void assertRefusing(Rig rig) throws Exception {
    awaitLevel(rig, 3);
    Response health = Scrape.get(rig.port(), "/health");
    assertEquals(503, health.status());
    assertTrue(health.text().contains("overloaded"), health::text);
    assertEquals(503, rig.post(Rig.UNARY, Rig.BODY, by("high")).status());
    List<Socket> flood = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      flood.add(new Socket("127.0.0.1", rig.port()));
    }
    int closed = 0;
    for (Socket each : flood.subList(20, 40)) {
      each.setSoTimeout(10_000);
      closed += isReset(each) ? 1 : 0;
    }
    assertEquals(20, closed, "all but some are turned away");
    for (Socket each : flood) {
      each.close();
    }
    Rig.await(() -> Scrape.get(rig.port(), "/metrics").status() == 200, "room for the operator");
    Scrape page = Scrape.of(rig.port());
    String refused = "gemini_relay_client_connections_refused_total{reason=\"overloaded\"}";
    assertTrue(page.value(refused) >= 20, page::text);
    String shed = "gemini_relay_requests_shed_total";
    assertNotEquals(0, page.sum(shed, "client=\"lowly\"", "priority=\"low\""));
    assertEquals(1, page.sum(shed, "client=\"highest\"", "priority=\"high\""));
    assertEquals(0, page.sum(shed, "client=\"normal\""));
    assertTrue(page.value("gemini_relay_load_ratio{signal=\"requests\"}") >= 1, page::text);
  }

  private static boolean isReset(Socket socket) {
    try {
      return socket.getInputStream().read() < 0;
    } catch (java.io.IOException e) {
      return true;
    }
  }

  private static void assertWhole(Response answer) {
    assertEquals(200, answer.status());
    assertTrue(answer.whole(), "not cut");
    assertEquals((long) BLOCK.length * BLOCKS + END.length, answer.body().length);
  }
}
