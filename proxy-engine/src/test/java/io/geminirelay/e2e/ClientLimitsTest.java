package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Http2Exchange;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.TestHttp2Client;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Reaction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a client may ask in a minute and at once, through the front door. */
class ClientLimitsTest {
  private static final String TOKEN = "token-of-the-client-0001";
  private static final String[] AUTH = {"Authorization", "Bearer " + TOKEN};
  private static final List<Header> HEAD =
      Header.list("Authorization", "Bearer " + TOKEN, "content-type", "application/json");
  private static final byte[] BODY = Rig.BODY.getBytes(StandardCharsets.UTF_8);

  private final FakeTime time = new FakeTime();

  private Rig rig(String limits) throws Exception {
    return Rig.of(
        GeminiSimulator.plain(new FakeTime()),
        time,
        "",
        2,
        "clients: [{name: c, token: "
            + TOKEN
            + ", "
            + limits
            + "}, {name: d, token: other-token}]");
  }

  private static Answer answer(int tokens) {
    return Answer.of(
        200,
        "application/json",
        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hi\"}]},\"finishReason\":\"STOP\"}],"
            + "\"usageMetadata\":{\"promptTokenCount\":1,\"candidatesTokenCount\":1,"
            + "\"thoughtsTokenCount\":5,\"totalTokenCount\":"
            + tokens
            + "}}");
  }

  private static void checkRefused(Response refused, String seconds) {
    assertEquals(429, refused.status(), refused::toString);
    assertEquals(seconds, refused.header("retry-after"), refused::toString);
    assertFalse(refused.toString().contains(TOKEN), refused::toString);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1beta/models/gemini-2.5-flash:generateContent | RESOURCE_EXHAUSTED",
        "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse | TOO_MANY_REQUESTS",
        "/upload/v1beta/files | RESOURCE_EXHAUSTED",
        "/v1/chat/completions | rate_limit_error",
        "/v1/embeddings | too_many_requests",
        "/generate | too_many_requests",
        "/gemini-proxy | QUOTA_ERROR",
      })
  void countsRequestsOnEveryRouteAndSaysSoInItsForm(String path, String said) throws Exception {
    try (Rig rig = rig("requests_per_minute: 2");
        TestClient http1 = TestClient.connect(rig.port());
        TestHttp2Client http2 = TestHttp2Client.plain(rig.port())) {
      http1.post(Rig.UNARY, Rig.BODY, AUTH);
      http2.post(Rig.UNARY, Rig.BODY, AUTH);
      assertEquals(2, rig.journal().requestCount());
      for (Response refused :
          List.of(rig.post(path, Rig.CHAT_BODY, AUTH), http2.post(path, Rig.CHAT_BODY, AUTH))) {
        checkRefused(refused, "30");
        assertTrue(refused.text().contains(said), refused::text);
      }
      assertEquals(2, rig.journal().requestCount());
      assertEquals(200, rig.post(Rig.UNARY, Rig.BODY, "x-goog-api-key", "other-token").status());
      time.advance(Duration.ofSeconds(29));
      checkRefused(rig.post(Rig.UNARY, Rig.BODY, AUTH), "1");
      time.advance(Duration.ofSeconds(1));
      assertEquals(200, http1.post(Rig.UNARY, Rig.BODY, AUTH).status());
      checkRefused(http2.post(Rig.UNARY, Rig.BODY, AUTH), "30");
    }
  }

  @Test
  void refusesWhoHasUsedUpItsTokensUntilTheyAreBack() throws Exception {
    try (Rig rig = rig("tokens_per_minute: 6000")) {
      rig.script().always(Reaction.of(answer(5_900)));
      assertEquals(200, rig.post(Rig.UNARY, Rig.BODY, AUTH).status());
      rig.script().clear().always(Reaction.of(answer(3_100)));
      // A hundred are left: what it really uses shows in its answer only, and is owed.
      assertEquals(200, rig.post(Rig.UNARY, Rig.BODY, AUTH).status());
      Response refused = rig.post(Rig.UNARY, Rig.BODY, AUTH);
      checkRefused(refused, "31");
      assertTrue(refused.text().contains("TOO_MANY_CLIENT_TOKENS"), refused::text);
      assertEquals(2, rig.journal().requestCount());
      time.advance(Duration.ofSeconds(30));
      checkRefused(rig.post(Rig.UNARY, Rig.BODY, AUTH), "1");
      time.advance(Duration.ofSeconds(1));
      assertEquals(200, rig.post(Rig.UNARY, Rig.BODY, AUTH).status());
    }
  }

  @ParameterizedTest
  @CsvSource({"/v1/chat/completions", "/generate", "/gemini-proxy"})
  void chargesWhatTheAnswerSaysInEveryDialect(String path) throws Exception {
    String body = path.endsWith("proxy") ? "{\"prompt\":\"Hello\"}" : Rig.BODY;
    String asked = path.startsWith("/v1") ? Rig.CHAT_BODY : body;
    try (Rig rig = rig("tokens_per_minute: 20")) {
      int served = 0;
      while (rig.post(path, asked, AUTH).status() == 200) {
        served++;
        assertTrue(served < 20, "nothing is charged");
      }
      assertTrue(served > 0);
      assertTrue(rig.post(path, asked, AUTH).text().contains("used the 20 tokens"));
      assertEquals(served, rig.journal().requestCount());
    }
  }

  @Test
  void chargesBytesWhereAnAnswerSaysNothing() throws Exception {
    String text = "x".repeat(4_000);
    String silent = "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"" + text + "\"}]}}]}";
    try (Rig rig = rig("tokens_per_minute: 900")) {
      rig.script().always(Reaction.of(Answer.of(200, "application/json", silent)));
      assertEquals(200, rig.post(Rig.UNARY, Rig.BODY, AUTH).status());
      assertEquals(429, rig.post(Rig.UNARY, Rig.BODY, AUTH).status());
    }
  }

  @Test
  void chargesNothingForWhatGotNoAnswer() throws Exception {
    String big = Rig.BODY.replace("Hello", "Hello ".repeat(10_000));
    try (Rig rig = rig("tokens_per_minute: 6000")) {
      String error =
          "{\"error\":{\"code\":400,\"status\":\"INVALID_ARGUMENT\",\"message\":\"no\"}}";
      rig.script().always(Reaction.of(Answer.of(400, "application/json", error)));
      for (int i = 0; i < 3; i++) {
        assertEquals(400, rig.post(Rig.UNARY, big, AUTH).status());
        assertEquals(404, rig.post("/nowhere/at/all", big, AUTH).status());
      }
    }
  }

  @Test
  void chargesThePromptWhileItsAnswerIsAwaited() throws Exception {
    String big = Rig.BODY.replace("Hello", "Hello ".repeat(10_000));
    try (Rig rig = rig("tokens_per_minute: 6000");
        TestClient first = TestClient.connect(rig.port())) {
      rig.script().next(1, Reaction.of(Answer.never()));
      first.request("POST", Rig.UNARY, HEAD, big.getBytes(StandardCharsets.UTF_8));
      rig.journal().awaitRequests(1);
      assertEquals(429, rig.post(Rig.UNARY, Rig.BODY, AUTH).status());
      first.abort();
      // Google has counted it, answer or not.
      assertEquals(429, rig.post(Rig.UNARY, Rig.BODY, AUTH).status());
    }
  }

  @Test
  void doesNotChargeTheBytesOfMediaInAdvance() throws Exception {
    String image = "{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"";
    String body = "{\"contents\":[{\"parts\":[" + image + "A".repeat(100_000) + "\"}}]}]}";
    try (Rig rig = rig("tokens_per_minute: 6000");
        TestClient first = TestClient.connect(rig.port())) {
      // By its size: requests are journalled before they are whole, and the small one is quicker.
      rig.script().when(request -> request.body().length > 1_000, Reaction.of(Answer.never()));
      first.request("POST", Rig.UNARY, HEAD, body.getBytes(StandardCharsets.UTF_8));
      rig.journal().awaitRequests(1);
      assertEquals(200, rig.post(Rig.UNARY, Rig.BODY, AUTH).status());
    }
  }

  private enum End {
    LEFT,
    SERVED,
    FAILED,
    BROKEN
  }

  private static Answer answerThatEnds(End end) {
    return switch (end) {
      case LEFT -> Answer.never();
      case SERVED -> answer(7);
      case FAILED -> Answer.of(400, "application/json", "{\"error\":{\"code\":400}}");
      case BROKEN -> answer(7).withLength().resetAfter(20);
    };
  }

  @ParameterizedTest
  @EnumSource(End.class)
  void givesThePlaceBackOnceHoweverARequestEnds(End end) throws Exception {
    try (Rig rig = rig("max_concurrent: 1");
        TestHttp2Client http2 = TestHttp2Client.plain(rig.port())) {
      for (int round = 0; round < 3; round++) {
        rig.script().clear().always(Reaction.of(answerThatEnds(end)));
        int before = (int) rig.journal().requestCount();
        try (TestClient http1 = TestClient.connect(rig.port())) {
          http1.request("POST", Rig.UNARY, HEAD, BODY);
          rig.journal().awaitRequests(before + 1);
          if (end == End.LEFT) {
            http1.abort();
          } else {
            http1.read();
          }
        }
        awaitPlace(rig);
        rig.script().clear().always(Reaction.of(answerThatEnds(end)));
        before = (int) rig.journal().requestCount();
        Http2Exchange stream = http2.request("POST", Rig.UNARY, HEAD, BODY);
        rig.journal().awaitRequests(before + 1);
        if (end == End.LEFT) {
          stream.cancel();
        } else {
          stream.response();
        }
        awaitPlace(rig);
      }
      checkOnePlace(rig, http2);
    }
  }

  private static void awaitPlace(Rig rig) {
    rig.script().clear();
    Rig.await(() -> rig.post(Rig.UNARY, Rig.BODY, AUTH).status() == 200, "the place");
  }

  /** A place that was given back twice would be two. */
  private static void checkOnePlace(Rig rig, TestHttp2Client client) {
    int before = (int) rig.journal().requestCount();
    rig.script().next(1, Reaction.of(Answer.never()));
    Http2Exchange holding = client.request("POST", Rig.UNARY, HEAD, BODY);
    rig.journal().awaitRequests(before + 1);
    for (String path : List.of(Rig.CHAT, "/generate")) {
      Response refused = rig.post(path, Rig.CHAT_BODY, AUTH);
      checkRefused(refused, "1");
      assertTrue(refused.text().contains("too_many_concurrent"), refused::text);
    }
    checkRefused(client.post("/gemini-proxy", "{}", AUTH), "1");
    assertEquals(before + 1, rig.journal().requestCount());
    holding.cancel();
  }

  @Test
  void givesThePlaceBackToTheNextOfPipelinedRequests() throws Exception {
    String one =
        "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: %s\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(Rig.UNARY, AUTH[1], Rig.BODY.length(), Rig.BODY);
    try (Rig rig = rig("max_concurrent: 1");
        TestClient client = TestClient.connect(rig.port())) {
      client.send(one + one + one);
      for (int i = 0; i < 3; i++) {
        assertEquals(200, client.read().status());
      }
    }
  }

  @Test
  void givesThePlaceBackWhereALaterStageRefuses() throws Exception {
    try (Rig rig = rig("max_concurrent: 1");
        TestClient client = TestClient.connect(rig.port())) {
      for (int i = 0; i < 3; i++) {
        Response coded =
            rig.post(Rig.UNARY, Rig.BODY, AUTH[0], AUTH[1], "content-encoding", "gzip");
        assertEquals(415, coded.status());
        assertEquals(400, client.post("/gemini-proxy", "{}", AUTH).status());
        assertEquals(200, client.post(Rig.UNARY, Rig.BODY, AUTH).status());
      }
    }
  }
}
