package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Reading;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Answers that break HTTP/1.1: the client gets another attempt's answer, a clean error, or an
 * answer that visibly has no end; and no byte of them reaches another client.
 */
class UpstreamVectorsTest {
  private static final String[][] OTHER_ROUTES = {
    {Rig.CHAT, Rig.CHAT_BODY, "\"error\":{\"message\":"},
    {Rig.CHAT, Rig.CHAT_STREAM_BODY, "\"error\":{\"message\":"},
    {"/generate", Rig.BODY, "{\"error\":{\"code\":"},
    {"/gemini-proxy", "{\"prompt\":\"Hello\"}", "{\"result\":\"Failed\""}
  };

  private static final AtomicInteger MARKERS = new AtomicInteger();
  private static ScriptedUpstream upstream;
  private static Gateway retrying;
  private static Gateway single;

  @BeforeAll
  static void start() throws Exception {
    upstream = new ScriptedUpstream();
    retrying = gateway("upstream: {retry_budget: 1, min_retries_per_second: 100000}");
    single = gateway("upstream: {max_attempts: 1, retry_budget: 0, min_retries_per_second: 0}");
  }

  /** One loop, so that every client could meet every pooled connection. */
  private static Gateway gateway(String settings) throws Exception {
    return Gateway.start(
        """
        server: {port: 0, workers: 1, drain_timeout_secs: 5}
        groups: [{name: g, target_url: "http://127.0.0.1:%d", api_keys: [%s, %s]}]
        circuit_breaker: {failure_threshold: 1000000}
        %s
        """
            .formatted(upstream.port(), Rig.key(0), Rig.key(1), settings));
  }

  @AfterAll
  static void stop() throws Exception {
    retrying.close();
    single.close();
    upstream.close();
  }

  static Stream<UpstreamVector> vectors() {
    return UpstreamVectors.all().stream();
  }

  private static Response post(Gateway gateway, String path, String body, String marker) {
    try (TestClient client = TestClient.connect(gateway.port())) {
      return client.post(path, body, "x-marker", marker);
    }
  }

  private static String next() {
    return "m" + MARKERS.incrementAndGet() + ".";
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("vectors")
  void noBrokenAnswerLooksWholeOrReachesAnother(UpstreamVector vector) {
    String marker = next();
    upstream.on(marker, vector.script());
    Response answer = post(retrying, Rig.UNARY, Rig.BODY, marker);
    List<Integer> used =
        upstream.seen(marker).stream().map(ScriptedUpstream.Seen::connection).toList();
    int first = used.get(0);
    switch (vector.outcome()) {
      case RETRIED -> {
        assertEquals(200, answer.status(), answer::toString);
        assertEquals(ScriptedUpstream.json(marker), answer.text());
        assertTrue(answer.whole());
        assertEquals(2, upstream.seen(marker).size());
      }
      case PASSED -> {
        assertEquals(vector.shown(), answer.status() + " " + answer.text());
        assertTrue(answer.whole());
        assertEquals(List.of(), answer.trailers());
        assertEquals(1, upstream.seen(marker).size());
      }
      case CUT -> {
        assertEquals(vector.shown(), answer.status() + " " + answer.text());
        assertFalse(answer.whole(), "the end looks clean");
        assertEquals(1, upstream.seen(marker).size());
      }
    }
    String other = next();
    Response next = post(retrying, Rig.UNARY, Rig.BODY, other);
    assertEquals("200 " + ScriptedUpstream.json(other), next.status() + " " + next.text());
    int second = upstream.seen(other).get(0).connection();
    if (vector.kept()) {
      assertEquals(first, second, "the connection was not used again");
    } else {
      assertNotEquals(first, second, "the connection was used again");
      Rig.await(() -> upstream.isEnded(first), "the end of the connection");
    }
  }

  static Stream<UpstreamVector> refusable() {
    return vectors().filter(each -> each.outcome() == UpstreamVector.Outcome.RETRIED);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refusable")
  void aBrokenAnswerWithoutAnotherAttemptIsACleanError(UpstreamVector vector) {
    String marker = next();
    upstream.on(marker, vector.script());
    Response answer = post(single, Rig.UNARY, Rig.BODY, marker);
    assertEquals(502, answer.status(), answer::toString);
    assertTrue(answer.whole());
    assertTrue(answer.text().startsWith("{\"error\":{\"code\":502,"), answer::text);
    assertTrue(answer.text().contains("\"UNAVAILABLE\""), answer::text);
    String reason = String.valueOf(vector.fault()).toUpperCase(java.util.Locale.ROOT);
    assertTrue(answer.text().contains(reason), answer::text);
    assertFalse(answer.text().contains("of the vector"), answer::text);
  }

  static Stream<UpstreamVector> cut() {
    return vectors().filter(each -> each.outcome() == UpstreamVector.Outcome.CUT);
  }

  /** RFC 9112 section 8: an answer that ends with the connection must not end in an orderly way. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("cut")
  void aCutAnswerLooksCutToAnOldClientToo(UpstreamVector vector) {
    String marker = next();
    upstream.on(marker, vector.script());
    try (TestClient client = TestClient.connect(single.port())) {
      String length = "Content-Length: " + Rig.BODY.length();
      client.send(
          "POST %s HTTP/1.0\r\nHost: 127.0.0.1\r\nx-marker: %s\r\n%s\r\n\r\n%s"
              .formatted(Rig.UNARY, marker, length, Rig.BODY));
      Reading answer = client.begin();
      assertEquals(200, answer.status());
      assertFalse(endsWhole(answer), "the end looks clean");
    }
  }

  private static boolean endsWhole(Reading answer) {
    try {
      return answer.response().whole();
    } catch (UncheckedIOException reset) {
      return false;
    }
  }

  /** Of a stream that is not read along, nobody knows where an event ends. */
  @Test
  void anErrorIsAnEventOfItsOwnInAStreamThatIsNotReadAlong() {
    String marker = next();
    upstream.on(
        marker,
        wire ->
            wire.say(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n9\r\ndata: {\"a\r\n")
                .fin());
    Response answer = post(single, "/v1beta/interactions", Rig.BODY, marker);
    assertFalse(answer.whole());
    assertTrue(answer.text().startsWith("data: {\"a\r\n\r\ndata: {\"error\""), answer::text);
  }

  @Test
  void everyRouteTellsOfABrokenAnswerInItsOwnForm() {
    for (String[] route : OTHER_ROUTES) {
      upstream.on("", wire -> wire.say("HTTP/2.0 200 OK\r\n\r\n"));
      Response answer;
      try (TestClient client = TestClient.connect(single.port())) {
        answer = client.post(route[0], route[1]);
      }
      assertTrue(answer.status() >= 500 && answer.whole(), answer::toString);
      assertTrue(answer.text().contains(route[2]), answer::text);
      assertTrue(
          answer.text().toLowerCase(java.util.Locale.ROOT).contains("bad_answer"), answer::text);
    }
  }

  @Test
  void nothingIsLeftUnderWayAndNoKeyIsBlamed() {
    Rig.await(
        () -> Scrape.of(retrying.port()).value("gemini_relay_upstream_pool{state=\"busy\"}") == 0,
        "the pools to be at rest");
    Scrape page = Scrape.of(retrying.port());
    assertEquals(0, page.value("gemini_relay_requests_in_flight"), page::text);
    assertEquals(2, page.value("gemini_relay_usable_keys"), page::text);
  }
}
