package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.TestHttp2Client;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.ReceivedRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages of listed origins may call and read; what Google is asked does not tell of them. */
class CorsTest {
  private static final String PAGE = "https://app.example.com";
  private static final String FOREIGN = "https://elsewhere.example";
  private static final String ALLOWED = "access-control-allow-origin";
  private static final String EXPOSED = "access-control-expose-headers";
  private static Rig rig;

  @BeforeAll
  static void start() throws Exception {
    rig =
        Rig.of(
            1,
            "server.cors: {origins: [\"" + PAGE + "\", \"http://localhost:5173\"]}",
            "server.admin_token: the-admin-token-0001",
            "server.limits: {body_bytes: 1000, body_timeout_secs: 1}",
            "clients: [{name: fleet, token: good-token}]");
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

  /** Both protocols' answers to one request. */
  private static List<Response> both(Rig at, String method, String path, String... headers) {
    List<Header> list = Header.list(headers);
    byte[] body = method.equals("POST") ? Rig.BODY.getBytes(StandardCharsets.UTF_8) : null;
    try (TestClient one = TestClient.connect(at.port());
        TestHttp2Client two = TestHttp2Client.plain(at.port())) {
      return List.of(
          one.exchange(method, path, list, body), two.exchange(method, path, list, body));
    }
  }

  private static List<Response> both(String method, String path, String... headers) {
    return both(rig, method, path, headers);
  }

  private static List<Response> preflight(Rig at, String path, String origin) {
    return both(
        at,
        "OPTIONS",
        path,
        "origin",
        origin,
        "access-control-request-method",
        "POST",
        "access-control-request-headers",
        "content-type,x-goog-api-client,x-goog-api-key");
  }

  private static String[] page(String... more) {
    List<String> all = new ArrayList<>(List.of("origin", PAGE, "content-type", "application/json"));
    all.addAll(Arrays.asList(more));
    return all.toArray(new String[0]);
  }

  private static void assertReadable(Response answer, String origin) {
    assertEquals(List.of(origin), Header.all(answer.headers(), ALLOWED), answer::toString);
    assertEquals(1, Header.all(answer.headers(), EXPOSED).size(), answer::toString);
    assertTrue(Header.first(answer.headers(), EXPOSED).contains("x-request-id, retry-after"));
    List<String> vary = Header.all(answer.headers(), "vary");
    assertEquals(1, vary.stream().filter("origin"::equalsIgnoreCase).count(), answer::toString);
    assertNull(answer.header("access-control-allow-credentials"));
  }

  private static void assertNoCors(Response answer) {
    for (Header header : answer.headers()) {
      assertTrue(!header.name().startsWith("access-control-"), answer::toString);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {Rig.UNARY, Rig.CHAT, "/upload/v1beta/files", "/generate", "/health"})
  void answersThePreflightOfAListedPageWithoutACredential(String path) {
    for (Response answer : preflight(rig, path, PAGE)) {
      assertEquals(200, answer.status(), answer::toString);
      assertEquals(0, answer.body().length);
      assertEquals(PAGE, answer.header(ALLOWED));
      assertEquals("7200", answer.header("access-control-max-age"));
      assertNull(answer.header("date"));
      assertEquals("0", answer.header("content-length"));
      assertEquals("origin", answer.header("vary"));
      List<String> headers = List.of(answer.header("access-control-allow-headers").split(",\\s*"));
      assertTrue(
          headers.containsAll(
              List.of(
                  "authorization",
                  "content-type",
                  "x-goog-api-key",
                  "x-goog-api-client",
                  "x-stainless-retry-count",
                  "*")),
          headers::toString);
      List<String> methods = List.of(answer.header("access-control-allow-methods").split(",\\s*"));
      assertTrue(methods.containsAll(List.of("GET", "POST", "PATCH", "DELETE")), methods::toString);
    }
    assertEquals(0, rig.journal().requestCount());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {FOREIGN, "null", "https://app.example.com:8443", "http://app.example.com"})
  void tellsThePreflightOfAnotherPageNothing(String origin) {
    for (Response answer : preflight(rig, Rig.UNARY, origin)) {
      assertEquals(200, answer.status(), answer::toString);
      assertNoCors(answer);
    }
    assertEquals(0, rig.journal().requestCount());
  }

  @Test
  void aPageReadsTheAnswerAndGoogleDoesNotSeeIt() {
    rig.script()
        .always(
            (request, usual) ->
                Answer.of(200, "application/json", "{\"candidates\":[{\"finishReason\":\"STOP\"}]}")
                    .with(ALLOWED, "*")
                    .with(EXPOSED, "date")
                    .with("access-control-allow-credentials", "true")
                    .with("vary", "X-Origin"));
    for (Response answer : both("POST", Rig.UNARY, page("authorization", "Bearer good-token"))) {
      assertEquals(200, answer.status(), answer::toString);
      assertReadable(answer, PAGE);
      assertTrue(Header.all(answer.headers(), "vary").contains("X-Origin"), answer::toString);
    }
    for (Response answer :
        both("POST", Rig.UNARY, "origin", FOREIGN, "authorization", "Bearer good-token")) {
      assertEquals(200, answer.status(), answer::toString);
      assertNoCors(answer);
    }
    assertEquals(4, rig.journal().requestCount());
    for (ReceivedRequest request : rig.journal().requests()) {
      assertNull(request.header("origin"));
    }
  }

  @Test
  void aPageReadsAStream() {
    for (Response answer : both("POST", Rig.STREAM, page("x-goog-api-key", "good-token"))) {
      assertEquals(200, answer.status(), answer::toString);
      assertTrue(answer.text().contains("finishReason"), answer::text);
      assertTrue(answer.whole());
      assertReadable(answer, PAGE);
    }
  }

  @ParameterizedTest(name = "{0} to {1} {2}")
  @CsvSource({
    "401,POST,/v1beta/models/gemini-2.5-flash:generateContent,bad-token",
    "401,POST,/v1/chat/completions,bad-token",
    "404,GET,/nowhere,good-token",
    "405,POST,/health,good-token",
    "405,GET,/gemini-proxy,good-token",
    "405,TRACE,/v1/chat/completions,good-token",
  })
  void aPageReadsTheGatewaysRefusals(int status, String method, String path, String token) {
    for (Response answer : both(method, path, page("x-goog-api-key", token))) {
      assertEquals(status, answer.status(), answer::toString);
      assertReadable(answer, PAGE);
      assertTrue(answer.header("x-request-id") != null);
    }
    assertEquals(0, rig.journal().requestCount());
  }

  @ParameterizedTest
  @CsvSource({
    "413,content-length: 1001,",
    "413,transfer-encoding: chunked,3e9",
    "408,content-length: 10,",
    "400,transfer-encoding: chunked,5g",
    "417,expect: the-best,",
  })
  void aPageReadsWhyItsBodyIsRefused(int status, String line, String chunk) {
    try (TestClient client = TestClient.connect(rig.port())) {
      client.send(
          "POST %s HTTP/1.1\r\nhost: a\r\norigin: %s\r\nx-api-key: good-token\r\n%s\r\n\r\n"
              .formatted(Rig.UNARY, PAGE, line));
      if (chunk != null) {
        client.send(chunk + "\r\n" + "x".repeat(1001));
      }
      Response answer = client.read();
      assertEquals(status, answer.status(), answer::toString);
      assertReadable(answer, PAGE);
    }
  }

  @Test
  void aPageReadsGooglesErrors() {
    rig.script()
        .always(
            (request, usual) -> Answer.of(400, "application/json", "{\"error\":{\"code\":400}}"));
    for (Response answer : both("POST", Rig.UNARY, page("x-goog-api-key", "good-token"))) {
      assertEquals(400, answer.status(), answer::toString);
      assertReadable(answer, PAGE);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"the-admin-token-0001", "bad-token"})
  void whatConcernsTheOperatorIsClosedToPages(String token) {
    for (Response answer : both("GET", "/health/detailed", page("x-api-key", token))) {
      assertEquals(token.startsWith("the") ? 200 : 401, answer.status(), answer::toString);
      assertNoCors(answer);
    }
    for (Response answer : preflight(rig, "/health/detailed", PAGE)) {
      assertEquals(405, answer.status(), answer::toString);
      assertNoCors(answer);
    }
  }

  @Test
  void withoutOriginNothingChanges() {
    rig.script().always((request, usual) -> Answer.of(204).with("allow", "POST"));
    for (Response answer :
        both(
            "OPTIONS",
            Rig.UNARY,
            "x-api-key",
            "good-token",
            "access-control-request-method",
            "POST")) {
      assertEquals(204, answer.status(), answer::toString);
      assertEquals("POST", answer.header("allow"));
      assertNoCors(answer);
    }
    for (ReceivedRequest request : rig.journal().awaitRequests(2)) {
      assertEquals("OPTIONS", request.method());
      assertNull(request.header("access-control-request-method"));
    }
    for (Response answer : both("OPTIONS", Rig.UNARY)) {
      assertEquals(401, answer.status(), answer::toString);
    }
  }

  @Test
  void aPreflightAndWhatFollowsShareAConnection() {
    List<Header> ask = Header.list("origin", PAGE, "access-control-request-method", "POST");
    List<Header> call = Header.list("origin", PAGE, "x-api-key", "good-token");
    List<Header> foreign = Header.list("origin", FOREIGN, "x-api-key", "good-token");
    byte[] body = Rig.BODY.getBytes(StandardCharsets.UTF_8);
    try (TestClient client = TestClient.connect(rig.port())) {
      // All of it pipelined.
      client.request("OPTIONS", Rig.UNARY, ask, null);
      client.request("POST", Rig.UNARY, call, body);
      client.request("POST", Rig.UNARY, foreign, body);
      client.request("OPTIONS", Rig.UNARY, ask, null);
      client.request("POST", Rig.STREAM, Header.list("x-api-key", "good-token"), body);
      assertEquals(PAGE, client.read().header(ALLOWED));
      assertReadable(client.read(), PAGE);
      assertNoCors(client.read());
      assertEquals(PAGE, client.read().header(ALLOWED));
      Response last = client.read();
      assertEquals(200, last.status());
      assertNoCors(last);
    }
    assertEquals(3, rig.journal().requestCount());
  }

  @Test
  void theBodyOfAPreflightReachesNobody() {
    List<Header> ask = Header.list("origin", PAGE, "access-control-request-method", "POST");
    try (TestClient client = TestClient.connect(rig.port());
        TestHttp2Client http2 = TestHttp2Client.plain(rig.port())) {
      byte[] body = Rig.BODY.getBytes(StandardCharsets.UTF_8);
      assertEquals(PAGE, client.exchange("OPTIONS", Rig.UNARY, ask, body).header(ALLOWED));
      assertEquals(PAGE, http2.exchange("OPTIONS", Rig.UNARY, ask, body).header(ALLOWED));
      assertEquals(200, http2.post(Rig.UNARY, Rig.BODY, "x-api-key", "good-token").status());
    }
    assertEquals(1, rig.journal().requestCount());
  }

  @Test
  void everyPageMayCallWhereTheOperatorSaysSo() throws Exception {
    try (Rig open =
        Rig.of(
            1,
            "server.cors: {origins: [\"*\"], allowed_headers: [\"*\"], expose_headers: [date],"
                + " methods: [POST], max_age_secs: 60}",
            "clients: [{name: fleet, token: good-token}]")) {
      for (Response answer : preflight(open, Rig.UNARY, FOREIGN)) {
        assertEquals("*", answer.header(ALLOWED));
        List<String> headers =
            List.of(answer.header("access-control-allow-headers").split(",\\s*"));
        assertTrue(headers.containsAll(List.of("*", "authorization")), headers::toString);
        assertEquals("POST", answer.header("access-control-allow-methods"));
        assertEquals("60", answer.header("access-control-max-age"));
      }
      for (Response answer :
          both(open, "POST", Rig.UNARY, "origin", "null", "x-api-key", "good-token")) {
        assertEquals(200, answer.status(), answer::toString);
        assertEquals(List.of("*"), Header.all(answer.headers(), ALLOWED));
        assertEquals("date", answer.header(EXPOSED));
      }
    }
  }

  @Test
  void withoutClientsOnlyListedPagesMayCall() throws Exception {
    try (Rig local = Rig.of(1, "server.cors: {origins: [\"" + PAGE + "\"], credentials: true}")) {
      for (Response answer : preflight(local, Rig.UNARY, PAGE)) {
        assertEquals("true", answer.header("access-control-allow-credentials"));
        assertEquals(PAGE, answer.header(ALLOWED));
      }
      for (Response answer : both(local, "POST", Rig.UNARY, page())) {
        assertEquals(200, answer.status(), answer::toString);
        assertEquals(PAGE, answer.header(ALLOWED));
      }
      for (Response answer : both(local, "POST", Rig.UNARY, "origin", FOREIGN)) {
        assertEquals(403, answer.status(), answer::toString);
        assertNoCors(answer);
      }
      for (Response answer : both(local, "POST", Rig.UNARY, page("host", "rebound.example"))) {
        assertEquals(answer.status() == 400 ? 400 : 403, answer.status(), answer::toString);
      }
    }
  }

  @Test
  void noPageReadsAnythingWhereNoneIsListed() throws Exception {
    try (Rig closed = Rig.of(1, "auth: none")) {
      closed
          .script()
          .always(
              (request, usual) ->
                  Answer.of(
                          200, "application/json", "{\"candidates\":[{\"finishReason\":\"STOP\"}]}")
                      .with(ALLOWED, PAGE));
      for (Response answer : both(closed, "POST", Rig.UNARY, page())) {
        assertEquals(200, answer.status(), answer::toString);
        assertNoCors(answer);
      }
      for (Response answer : preflight(closed, Rig.UNARY, PAGE)) {
        assertNoCors(answer);
      }
      for (ReceivedRequest request : closed.journal().requests()) {
        assertNull(request.header("origin"));
        assertNull(request.header("access-control-request-headers"));
      }
    }
  }
}
