package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.TestHttp2Client;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** What is told of requests that are refused before or while they are read. */
class EdgeRefusalTelemetryTest {
  private static final String HOST = "host: a\r\n";
  private static final String LIMITS =
      "server.limits: {request_line_bytes: 512, header_bytes: 16384, body_bytes: 100000,"
          + " header_timeout_secs: 1, body_timeout_secs: %d}";

  static Stream<Arguments> overHttp1() {
    return Stream.of(
        Arguments.of(400, "GET /v1beta/models HTTP/1.1\r\nhost: a\r\ncontent-length: +5\r\n\r\n"),
        Arguments.of(400, "GET /v1beta/models HTTP/1.1\r\n\r\n"),
        Arguments.of(414, "GET /v1beta/" + "a".repeat(600) + " HTTP/1.1\r\n" + HOST + "\r\n"),
        Arguments.of(
            431,
            "GET /v1beta/models HTTP/1.1\r\na: " + "b".repeat(17_000) + "\r\n" + HOST + "\r\n"),
        Arguments.of(408, "GET /v1beta/models HTTP/1.1\r\n" + HOST));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("overHttp1")
  void aBrokenHeadIsARefusalWithItsStatus(int status, String head) throws Exception {
    try (Rig rig = Rig.of(1, LIMITS.formatted(1));
        TestClient client = TestClient.connect(rig.port())) {
      client.send(head.getBytes(StandardCharsets.ISO_8859_1));
      assertRefused(rig, client.read(), status);
    }
  }

  static Stream<Arguments> overHttp2() {
    return Stream.of(
        Arguments.of(400, "/v1beta/models", Header.list("host", "elsewhere")),
        Arguments.of(414, "/v1beta/" + "a".repeat(600), List.of()),
        Arguments.of(431, "/v1beta/models", Collections.nCopies(210, new Header("a", "b"))));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("overHttp2")
  void soIsOneOfHttp2(int status, String path, List<Header> headers) throws Exception {
    try (Rig rig = Rig.of(1, LIMITS.formatted(1));
        TestHttp2Client client = TestHttp2Client.plain(rig.port())) {
      assertRefused(rig, client.exchange("GET", path, headers, null), status);
    }
  }

  /** The client has not left yet. */
  private static void assertRefused(Rig rig, Response answer, int status) {
    assertEquals(status, answer.status(), answer::toString);
    assertTrue(String.valueOf(answer.header("traceparent")).startsWith("00-"), answer::toString);
    Scrape page = Scrape.of(rig.port());
    assertEquals(
        1, page.sum("gemini_relay_requests_total", "outcome=\"refused\""), () -> page.text());
    assertEquals(1, page.sum("api_requests_total", "status=\"" + status + "\""));
    assertEquals(0, page.sum("gemini_relay_requests_total", "outcome=\"abandoned\""));
    assertEquals(0, page.value("gemini_relay_requests_in_flight"));
  }

  @Test
  void aBodyThatStallsEndsItsAttemptBeforeItIsTold() throws Exception {
    assertToldOnceAndForAll(408, "content-length: 90001\r\n\r\n" + "x".repeat(90_000));
  }

  @Test
  void aBodyThatGrowsTooLongEndsItsAttemptBeforeItIsTold() throws Exception {
    // The second piece goes once the first is upstream.
    assertToldOnceAndForAll(
        413, "transfer-encoding: chunked\r\n\r\n15f90\r\n" + "x".repeat(90_000) + "\r\n");
  }

  private static void assertToldOnceAndForAll(int status, String rest) throws Exception {
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    Logger log = (Logger) LoggerFactory.getLogger("access");
    lines.start();
    log.addAppender(lines);
    log.setLevel(Level.INFO);
    try (Rig rig = Rig.of(1, LIMITS.formatted(status == 408 ? 1 : 60));
        TestClient client = TestClient.connect(rig.port())) {
      client.send("POST /upload/v1beta/files HTTP/1.1\r\nhost: localhost\r\n" + rest);
      if (status == 413) {
        Rig.await(() -> busy(rig) == 1, "the attempt");
        client.send("3e80\r\n" + "x".repeat(16_000) + "\r\n0\r\n\r\n");
      }
      Response answer = client.read();
      assertEquals(status, answer.status(), answer::toString);
      Scrape page = Scrape.of(rig.port());
      assertEquals(
          1, page.sum("gemini_relay_attempts_total", "cause=\"abandoned\""), () -> page.text());
      assertEquals(0, page.sum("gemini_relay_attempts_total", "cause=\"open\""));
      String line =
          List.copyOf(lines.list).stream()
              .map(ILoggingEvent::getFormattedMessage)
              .filter(text -> text.contains(" status=" + status))
              .findFirst()
              .orElseThrow();
      assertTrue(line.contains("abandoned"), line);
      assertFalse(line.contains("open"), line);
    } finally {
      log.setLevel(null);
      log.detachAppender(lines);
    }
  }

  private static double busy(Rig rig) {
    return Scrape.of(rig.port()).value("gemini_relay_upstream_pool{state=\"busy\"}");
  }
}
