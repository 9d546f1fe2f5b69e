package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.TestHttp2Client;
import io.geminirelay.testing.sim.Errors;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad input: each is refused in the caller's dialect, with an id, and reaches nobody. */
class RefusedAtTheEdgeTest {
  private static final String TOKEN = "authorization: Bearer good-token\r\n";
  private static final String HOST = "host: a\r\n";
  private static Rig rig;

  @BeforeAll
  static void start() throws Exception {
    rig =
        Rig.of(
            1,
            "server.limits: {request_line_bytes: 512, header_bytes: 2048, body_bytes: 1000,"
                + " header_timeout_secs: 1, body_timeout_secs: 1}",
            "clients: [{name: fleet, token: good-token, models: [gemini-2.5-flash]}]");
  }

  @AfterAll
  static void stop() {
    rig.close();
  }

  @BeforeEach
  void forget() {
    rig.script().clear();
    rig.journal().clear();
  }

  private static Arguments head(int status, String name, String lines) {
    return Arguments.of(name, status, "POST " + Rig.UNARY + " HTTP/1.1\r\n" + lines + "\r\n");
  }

  private static Arguments raw(int status, String name, String bytes) {
    return Arguments.of(name, status, bytes);
  }

  static Stream<Arguments> malformed() {
    String good = HOST + TOKEN;
    String chunked = good + "transfer-encoding: chunked\r\n";
    return Stream.of(
        head(400, "signed length", good + "content-length: +5\r\n"),
        head(400, "length with letters", good + "content-length: 5a\r\n"),
        head(400, "list of lengths", good + "content-length: 5, 5\r\n"),
        head(400, "double length", good + "content-length: 5\r\ncontent-length: 6\r\n"),
        head(400, "equal lengths", good + "content-length: 5\r\ncontent-length: 5\r\n"),
        head(400, "length and coding", chunked + "content-length: 5\r\n"),
        head(400, "unknown coding", good + "transfer-encoding: gzip, chunked\r\n"),
        head(400, "bare LF", good + "a: b\n"),
        head(400, "bare CR", good + "a: b\rc\r\n"),
        head(400, "obs-fold", good + "a: b\r\n c\r\n"),
        head(400, "blank before colon", good + "a : b\r\n"),
        head(400, "control byte in value", good + "a: b\u0001\r\n"),
        head(400, "NUL in name", good + "a\0: b\r\n"),
        head(400, "no Host", TOKEN),
        head(400, "two Hosts", good + HOST),
        head(400, "empty Host", TOKEN + "host:\r\n"),
        raw(400, "control byte in target", "GET /v1beta/\u0001 HTTP/1.1\r\n" + good + "\r\n"),
        raw(400, "blank in target", "GET /v1beta/a b HTTP/1.1\r\n" + good + "\r\n"),
        raw(400, "no HTTP", "\u0016\u0003\u0001\u0002\r\n\r\n"),
        raw(505, "version", "GET /v1beta/models HTTP/1.2\r\n" + good + "\r\n"),
        raw(414, "long line", "GET /" + "a".repeat(600) + " HTTP/1.1\r\n" + good + "\r\n"),
        head(431, "long headers", good + "a: " + "b".repeat(2100) + "\r\n"),
        head(431, "many headers", good + "a:\r\n".repeat(201)),
        head(417, "expectation", good + "content-length: 5\r\nexpect: the-best\r\n"),
        head(413, "long body", good + "content-length: 1001\r\n"),
        head(413, "long expected body", good + "content-length: 1001\r\nexpect: 100-continue\r\n"),
        raw(
            413,
            "long chunked body",
            "POST " + Rig.UNARY + " HTTP/1.1\r\n" + chunked + "\r\n3e9\r\n" + "x".repeat(1001)),
        raw(
            400,
            "bad chunk size",
            "POST " + Rig.UNARY + " HTTP/1.1\r\n" + chunked + "\r\n5g\r\nhello\r\n"),
        raw(408, "slow head", "POST " + Rig.UNARY + " HTTP/1.1\r\n" + good),
        head(408, "slow body", good + "content-length: 10\r\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformed")
  void refusesMalformedAndOversizedInput(String name, int status, String bytes) {
    try (TestClient client = TestClient.connect(rig.port())) {
      client.send(bytes.getBytes(StandardCharsets.ISO_8859_1));
      Response answer = client.read();
      assertRefused(answer, status);
      assertNative(answer);
      assertEquals("close", answer.header("connection"));
      client.finishSending();
      assertTrue(client.seesClose(), "more than one answer");
    }
    assertNothingSent();
  }

  static Stream<Arguments> brokenRules() {
    String chunked = "transfer-encoding: chunked\r\n";
    return Stream.of(
        Arguments.of("content-length: +5\r\n", "Content-Length has to be one number"),
        Arguments.of("content-length: 5, 5\r\n", "Content-Length has to be one number"),
        Arguments.of("content-length: 5\r\ncontent-length: 5\r\n", "more than one Content-Length"),
        Arguments.of(chunked + "content-length: 5\r\n", "Transfer-Encoding has to be chunked"),
        Arguments.of("transfer-encoding: gzip\r\n", "Transfer-Encoding has to be chunked"),
        Arguments.of("a\0: b\r\n", "a header name"),
        Arguments.of(": b\r\n", "a header name"),
        Arguments.of("a : b\r\n", "a blank before the colon"),
        Arguments.of("a\r\n", "has no colon"),
        Arguments.of("a: b\u0001\r\n", "a control byte"),
        Arguments.of("a: b\r\n c\r\n", "a header line begins with a blank"),
        Arguments.of("a: b\n", "does not end with CRLF"),
        Arguments.of("a: " + "b".repeat(2100) + "\r\n", "the header is longer than"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("brokenRules")
  void namesTheBrokenRuleInTheDialectOfThePath(String lines, String rule) {
    for (String path : List.of(Rig.CHAT, Rig.UNARY)) {
      try (TestClient client = TestClient.connect(rig.port())) {
        String head = "POST " + path + " HTTP/1.1\r\n" + HOST + TOKEN + lines + "\r\n";
        client.send(head.getBytes(StandardCharsets.ISO_8859_1));
        Response answer = client.read();
        assertRefused(answer, lines.length() > 2000 ? 431 : 400);
        assertTrue(answer.text().contains(rule), answer::text);
        if (path.equals(Rig.CHAT)) {
          assertOpenAi(answer);
        } else {
          assertNative(answer);
        }
      }
    }
    assertNothingSent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST /v1/chat/completions HTTP/1.1\r\na: b\r\n",
        "POST /v1/chat/completions x HTTP/1.1\r\n\r\n",
        "POST /v1/chat/completions HTTP/1.2\r\n\r\n",
        "POST /v1/chat/completions HTTP/1.1\r\n\r\n",
      })
  void refusesWhatIsNoHeadInTheDialectOfThePath(String bytes) {
    try (TestClient client = TestClient.connect(rig.port())) {
      client.send(bytes.getBytes(StandardCharsets.ISO_8859_1));
      assertOpenAi(client.read());
    }
    assertNothingSent();
  }

  /** RFC 9112 section 9.6: a close with bytes unread would reset the connection. */
  @ParameterizedTest
  @CsvSource({"431, 'x: '", "414, GET /", "400, {}"})
  void tellsEvenWhoSendsOnForLong(int status, String start) {
    try (TestClient client = TestClient.connect(rig.port())) {
      client.send((status == 431 ? "GET / HTTP/1.1\r\n" : "") + start);
      for (int i = 0; i < 64; i++) {
        client.send("x".repeat(64 << 10));
      }
      assertEquals(status, client.read().status());
      assertTrue(client.seesClose());
    }
  }

  @Test
  void refusesAnHttp2HeadInTheDialectOfThePath() {
    try (TestHttp2Client http2 = TestHttp2Client.plain(rig.port())) {
      List<Header> twoHosts = Header.list("host", "elsewhere");
      assertOpenAi(http2.exchange("POST", Rig.CHAT, twoHosts, null));
      assertNative(http2.exchange("POST", Rig.UNARY, twoHosts, null));
    }
    assertNothingSent();
  }

  private static void assertRefused(Response answer, int status) {
    assertEquals(status, answer.status(), answer::toString);
    assertTrue(answer.whole());
    assertEquals("application/json; charset=UTF-8", answer.header("content-type"));
    String id = answer.header("x-request-id");
    assertNotNull(id);
    assertTrue(answer.text().contains(id), answer::text);
    assertFalse(answer.toString().contains("good-token"), answer::toString);
  }

  private static void assertNative(Response answer) {
    String start = "{\"error\":{\"code\":" + answer.status() + ",\"message\":\"";
    assertTrue(answer.text().startsWith(start), answer::text);
    assertTrue(answer.text().contains("\"reason\":\""), answer::text);
  }

  private static void assertOpenAi(Response answer) {
    assertTrue(answer.text().startsWith("{\"error\":{\"message\":\""), answer::text);
    assertTrue(answer.text().contains("\"type\":\""), answer::text);
    assertTrue(answer.text().contains("\"code\":\""), answer::text);
  }

  private static void assertNothingSent() {
    assertEquals(0, rig.journal().requestCount());
    assertTrue(rig.journal().malformed().isEmpty());
  }

  static Stream<Arguments> wellFormed() {
    String model = Rig.UNARY.replace("gemini-2.5-flash", "gemini-2.5-pro");
    List<Header> good = Header.list("authorization", "Bearer good-token");
    List<Header> bad = Header.list("x-goog-api-key", "bad-token");
    return Stream.of(
        Arguments.of(401, "POST", Rig.UNARY, List.of(), false),
        Arguments.of(401, "POST", Rig.UNARY, bad, false),
        Arguments.of(401, "POST", Rig.UNARY + "?key=bad", List.of(), false),
        Arguments.of(401, "POST", Rig.CHAT, List.of(), true),
        Arguments.of(401, "GET", "/v1/models", bad, true),
        Arguments.of(401, "GET", "/models", bad, true),
        Arguments.of(401, "POST", "/upload/v1beta/files", List.of(), false),
        Arguments.of(403, "POST", model, good, false),
        Arguments.of(404, "GET", "/nowhere", good, false),
        Arguments.of(404, "GET", "/", good, false),
        Arguments.of(404, "POST", "/chat/nothing", good, true),
        Arguments.of(404, "GET", "/health/detailed", good, false),
        Arguments.of(405, "POST", "/health", List.of(), false),
        Arguments.of(405, "TRACE", Rig.UNARY, good, false),
        Arguments.of(405, "TRACE", Rig.CHAT, good, true));
  }

  @ParameterizedTest(name = "{0} to {1} {2}")
  @MethodSource("wellFormed")
  void refusesInTheDialectOfTheRoute(
      int status, String method, String path, List<Header> headers, boolean openAi) {
    try (TestClient client = TestClient.connect(rig.port());
        TestHttp2Client http2 = TestHttp2Client.plain(rig.port())) {
      for (Response answer :
          List.of(
              client.exchange(method, path, headers, null),
              http2.exchange(method, path, headers, null))) {
        assertRefused(answer, status);
        if (openAi) {
          assertOpenAi(answer);
        } else {
          assertNative(answer);
        }
        assertEquals(status == 405, answer.header("allow") != null);
        assertEquals(status == 401, answer.header("www-authenticate") != null);
      }
    }
    assertNothingSent();
  }

  @Test
  void refusesAnOpenAiModelThatTheClientMayNotUse() {
    Response answer =
        rig.post(
            Rig.CHAT,
            Rig.CHAT_BODY.replace("gemini-2.5-flash", "gemini-2.5-pro"),
            "authorization",
            "Bearer good-token");
    assertRefused(answer, 403);
    assertOpenAi(answer);
    assertNothingSent();
  }

  @Test
  void saysThatNoKeyIsLeft() throws Exception {
    try (Rig none = Rig.of(1)) {
      none.script().always(Errors.keyInvalid());
      Response first = none.post(Rig.UNARY, Rig.BODY);
      assertRefused(first, 503);
      assertNative(first);
      none.journal().clear();
      Response second = none.post(Rig.CHAT, Rig.CHAT_BODY);
      assertRefused(second, 503);
      assertOpenAi(second);
      assertEquals(503, health(none));
      assertEquals(0, none.journal().requestCount());
    }
  }

  private static int health(Rig rig) {
    try (TestClient client = TestClient.connect(rig.port())) {
      return client.exchange("GET", "/health", List.of(), null).status();
    }
  }
}
