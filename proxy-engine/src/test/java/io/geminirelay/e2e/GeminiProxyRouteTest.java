package io.geminirelay.e2e;

import static io.geminirelay.e2e.SimpleRig.PATH;
import static io.geminirelay.e2e.SimpleRig.TOKEN;
import static io.geminirelay.e2e.SimpleRig.assertFails;
import static io.geminirelay.e2e.SimpleRig.body;
import static io.geminirelay.e2e.SimpleRig.data;
import static io.geminirelay.e2e.SimpleRig.error;
import static io.geminirelay.e2e.SimpleRig.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.TestHttp2Client;
import io.geminirelay.testing.sim.Json;
import io.geminirelay.testing.sim.Reaction;
import io.geminirelay.testing.sim.ReceivedRequest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code POST /gemini-proxy}: what goes to Google, what comes back, and what is refused. */
class GeminiProxyRouteTest {

  @Test
  void asksGoogleAndTellsTheText() throws Exception {
    try (SimpleRig rig = SimpleRig.start()) {
      Response answer = rig.post(body("Grüße, \"Welt\" \\ \n 😀"));
      assertEquals("Echo: Grüße, \"Welt\" \\ \n 😀", text(answer));
      assertEquals("gemini-2.5-flash", data(answer).get("model"));
      assertTrue(((Number) data(answer).get("time")).longValue() >= 0, answer::text);
      assertFalse(String.valueOf(answer.header("x-request-id")).isEmpty());
      assertNull(answer.header("server-timing"));

      ReceivedRequest asked = rig.google().journal().lastRequest();
      assertEquals("POST " + Rig.UNARY, asked.method() + " " + asked.uri());
      assertEquals("application/json", asked.header("content-type"));
      assertEquals(asked.body().length, Integer.parseInt(asked.header("content-length")));
      assertEquals(
          Json.parse(
              """
              {"contents":[{"role":"user","parts":[{"text":"Grüße, \\"Welt\\" \\\\ \\n 😀"}]}]}
              """
                  .getBytes(UTF_8)),
          Json.parse(asked.body()));
    }
  }

  @Test
  void tellsMillisecondsSinceTheRequestCame() throws Exception {
    FakeTime time = new FakeTime();
    try (SimpleRig rig = SimpleRig.start(time)) {
      rig.google()
          .script()
          .always(
              (request, usual) -> {
                time.advance(Duration.ofMillis(1_234));
                return usual.get();
              });
      assertEquals(1_234L, ((Number) data(rig.post(body("Hi"))).get("time")).longValue());
    }
  }

  @Test
  void passesTraceHeadersAndNothingElseOfTheHead() throws Exception {
    try (SimpleRig rig = SimpleRig.start()) {
      String trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
      Response answer =
          rig.rig()
              .post(
                  PATH,
                  body("Hi"),
                  "X-API-KEY",
                  TOKEN,
                  "x-request-id",
                  "my-request-1",
                  "traceparent",
                  trace,
                  "accept-encoding",
                  "gzip",
                  "x-custom",
                  "1",
                  "cookie",
                  "a=b");
      assertEquals("my-request-1", answer.header("x-request-id"));
      ReceivedRequest asked = rig.google().journal().lastRequest();
      assertEquals(trace, asked.header("traceparent"));
      assertEquals("my-request-1", asked.header("x-request-id"));
      for (String name : List.of("x-custom", "cookie", "x-api-key", "accept-encoding")) {
        assertNull(asked.header(name), name);
      }
    }
  }

  @Test
  void usesTheModelOfTheConfigurationWhereNoneIsNamed() throws Exception {
    try (SimpleRig rig = SimpleRig.start("generate: {model: models/gemini-2.5-pro}")) {
      assertEquals("gemini-2.5-pro", data(rig.post(body("Hi"))).get("model"));
      assertEquals(
          "/v1beta/models/gemini-2.5-pro:generateContent",
          rig.google().journal().lastRequest().path());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "ü", "😀", "\n"})
  void takesTenThousandCharactersAndNotOneMore(String character) throws Exception {
    try (SimpleRig rig = SimpleRig.start()) {
      String longest = character.repeat(9_999) + "x";
      assertEquals("Echo: " + longest, text(rig.post(body(longest))));
      Response over = rig.post(body(longest + "x"));
      assertFails(400, "PROMPT_TOO_LONG", over);
      assertTrue(over.text().contains("10000"), over::text);
      assertEquals(1, rig.google().journal().requestCount());
    }
  }

  @Test
  void takesTheLimitFromTheConfiguration() throws Exception {
    try (SimpleRig rig = SimpleRig.start("simple: {max_prompt_chars: 3}")) {
      assertEquals("Echo: abc", text(rig.post(body("abc"))));
      assertFails(400, "PROMPT_TOO_LONG", rig.post(body("abcd")));
    }
  }

  @Test
  void refusesABodyThatCannotFitBeforeItCame() throws Exception {
    try (SimpleRig rig = SimpleRig.start();
        TestClient client = TestClient.connect(rig.rig().port())) {
      client.send(
          "POST /gemini-proxy HTTP/1.1\r\nHost: localhost\r\nX-API-KEY: %s\r\nContent-Length: 50000000\r\n\r\n"
              .formatted(TOKEN));
      assertFails(400, "PROMPT_TOO_LONG", client.read());
      assertTrue(client.seesClose());
    }
  }

  @Test
  void refusesAChunkedBodyThatDoesNotEnd() throws Exception {
    try (SimpleRig rig = SimpleRig.start();
        TestClient client = TestClient.connect(rig.rig().port())) {
      client.send(
          "POST /gemini-proxy HTTP/1.1\r\nHost: localhost\r\nX-API-KEY: %s\r\nTransfer-Encoding: chunked\r\n\r\n"
              .formatted(TOKEN));
      client.sendChunk("{\"prompt\":\"".getBytes(UTF_8));
      for (int i = 0; i < 24; i++) {
        client.sendChunk("x".repeat(8_192).getBytes(UTF_8));
      }
      assertFails(400, "PROMPT_TOO_LONG", client.read());
      assertEquals(0, rig.google().journal().requestCount());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{};prompt",
        "{\"prompt\":\"  \"};prompt",
        "{\"prompt\":7};prompt",
        "not json;JSON",
        "[];object",
        "{\"prompt\":\"Hi\",\"model\":\"gemini-2.5-pro\"};api_key",
        "{\"prompt\":\"Hi\",\"api_key\":\"some-key\"};model",
        "{\"prompt\":\"Hi\",\"api_key\":\"some-key\",\"model\":\"../x\"};model",
        "{\"prompt\":\"Hi\",\"api_key\":\"some key\",\"model\":\"gemini-2.5-pro\"};api_key"
      })
  void namesWhatIsWrongWithABody(String body, String told) throws Exception {
    try (SimpleRig rig = SimpleRig.start()) {
      Response refused = rig.post(body);
      assertFails(400, "VALIDATION_ERROR", refused);
      assertTrue(String.valueOf(error(refused).get("message")).contains(told), refused::text);
      assertEquals("invalid_body", error(refused).get("reason"));
      assertEquals(refused.header("x-request-id"), error(refused).get("request_id"));
      assertEquals(0, rig.google().journal().requestCount());
    }
  }

  @Test
  void wantsAnApiKeyOfTheGateway() throws Exception {
    try (SimpleRig rig = SimpleRig.start()) {
      assertFails(401, "UNAUTHORIZED", rig.rig().post(PATH, body("Hi")));
      assertFails(401, "UNAUTHORIZED", rig.rig().post(PATH, body("Hi"), "X-API-KEY", "wrong"));
      assertEquals(0, rig.google().journal().requestCount());
    }
  }

  @Test
  void wantsAPostWithAPlainBody() throws Exception {
    try (SimpleRig rig = SimpleRig.start();
        TestClient client = TestClient.connect(rig.rig().port())) {
      Response get = client.exchange("GET", PATH, Header.list("X-API-KEY", TOKEN), new byte[0]);
      assertFails(405, "VALIDATION_ERROR", get);
      assertEquals("POST", get.header("allow"));
      Response coded =
          rig.rig().post(PATH, body("Hi"), "X-API-KEY", TOKEN, "Content-Encoding", "gzip");
      assertFails(415, "VALIDATION_ERROR", coded);
      Response identity =
          rig.rig().post(PATH, body("Hi"), "X-API-KEY", TOKEN, "Content-Encoding", "identity");
      assertEquals("Echo: Hi", text(identity));
    }
  }

  @Test
  void takesABodyInPiecesOfAnySize() throws Exception {
    try (SimpleRig rig = SimpleRig.start();
        TestClient client = TestClient.connect(rig.rig().port())) {
      byte[] whole = body("Grüße 😀").getBytes(UTF_8);
      for (int size : new int[] {1, 2, 3, 7, whole.length}) {
        client.send(
            "POST /gemini-proxy HTTP/1.1\r\nHost: localhost\r\nX-API-KEY: %s\r\nTransfer-Encoding: chunked\r\n\r\n"
                .formatted(TOKEN));
        for (int from = 0; from < whole.length; from += size) {
          int to = Math.min(whole.length, from + size);
          client.sendChunk(java.util.Arrays.copyOfRange(whole, from, to));
        }
        client.send("0\r\n\r\n");
        assertEquals("Echo: Grüße 😀", text(client.read()));
      }
    }
  }

  @Test
  void servesRequestAfterRequestOnOneConnection() throws Exception {
    try (SimpleRig rig = SimpleRig.start();
        TestClient client = TestClient.connect(rig.rig().port())) {
      for (int i = 0; i < 5; i++) {
        assertEquals("Echo: " + i, text(client.post(PATH, body("" + i), "X-API-KEY", TOKEN)));
        assertFails(400, "VALIDATION_ERROR", client.post(PATH, "{}", "X-API-KEY", TOKEN));
        assertEquals(200, client.post(Rig.UNARY, Rig.BODY, "X-API-KEY", TOKEN).status());
      }
    }
  }

  @Test
  void servesPipelinedRequestsInTheirOrder() throws Exception {
    try (SimpleRig rig = SimpleRig.start();
        TestClient client = TestClient.connect(rig.rig().port())) {
      List<Header> headers = Header.list("X-API-KEY", TOKEN);
      for (int i = 0; i < 8; i++) {
        String body = i % 3 == 2 ? "{}" : body("" + i);
        client.request("POST", PATH, headers, body.getBytes(UTF_8));
      }
      for (int i = 0; i < 8; i++) {
        Response answer = client.read();
        if (i % 3 == 2) {
          assertFails(400, "VALIDATION_ERROR", answer);
        } else {
          assertEquals("Echo: " + i, text(answer));
        }
      }
    }
  }

  @Test
  void servesHttp2Clients() throws Exception {
    try (SimpleRig rig = SimpleRig.start();
        TestHttp2Client client = TestHttp2Client.plain(rig.rig().port())) {
      String prompt = "😀".repeat(10_000);
      assertEquals("Echo: " + prompt, text(client.post(PATH, body(prompt), "x-api-key", TOKEN)));
      assertFails(400, "VALIDATION_ERROR", client.post(PATH, "{}", "x-api-key", TOKEN));
      assertFails(
          400, "PROMPT_TOO_LONG", client.post(PATH, body(prompt + "x"), "x-api-key", TOKEN));
      assertFails(401, "UNAUTHORIZED", client.post(PATH, body("Hi")));
    }
  }

  @Test
  void keepsAClientToItsModels() throws Exception {
    String clients = "clients: [{name: c, token: %s, models: ['gemini-2.5-flash']}]";
    try (SimpleRig rig = SimpleRig.start(clients.formatted(TOKEN))) {
      assertEquals("Echo: Hi", text(rig.post(body("Hi"))));
      Response other = rig.post(body("Hi", "gemini-2.5-pro", SimpleRig.OWN_KEY));
      assertFails(403, "UNAUTHORIZED", other);
      assertEquals(1, rig.google().journal().requestCount());
    }
  }

  /** Nothing has been told yet. */
  @Test
  void asksAgainWhereTheAnswerBrokeOrFellSilent() throws Exception {
    List<Reaction> breaks =
        List.of(
            Reaction.usual(answer -> answer.resetAfter(30)),
            Reaction.usual(answer -> answer.cutAfter(30)),
            Reaction.usual(answer -> answer.stallAfter(30)));
    for (Reaction broken : breaks) {
      try (SimpleRig rig = SimpleRig.start("upstream: {idle_timeout_secs: 1}")) {
        rig.google().script().next(1, broken);
        assertEquals("Echo: Hi", text(rig.post(body("Hi"))));
        assertEquals(2, rig.google().journal().requestCount());
      }
    }
  }

  @Test
  void asksNoMoreOftenThanIsAllowedWhereEveryAnswerBreaks() throws Exception {
    try (SimpleRig rig = SimpleRig.start("upstream: {max_attempts: 2}")) {
      rig.google().script().always(Reaction.usual(answer -> answer.resetAfter(30)));
      assertFails(502, "UPSTREAM_ERROR", rig.post(body("Hi")));
      assertEquals(2, rig.google().journal().requestCount());
    }
  }

  @Test
  void cancelsUpstreamWhenTheClientLeaves() throws Exception {
    try (SimpleRig rig = SimpleRig.start()) {
      rig.google().script().always(Reaction.usual(answer -> answer.stallAfter(40)));
      try (TestClient client = TestClient.connect(rig.rig().port())) {
        client.request("POST", PATH, Header.list("X-API-KEY", TOKEN), body("Hi").getBytes(UTF_8));
        rig.google().journal().awaitRequests(1);
        client.abort();
      }
      rig.google().journal().awaitCancelled(1);
    }
  }

  @Test
  void asksForTheBodyWhereTheClientWaitsForLeave() throws Exception {
    try (SimpleRig rig = SimpleRig.start();
        TestClient client = TestClient.connect(rig.rig().port())) {
      String body = body("Hi");
      client.send(
          "POST /gemini-proxy HTTP/1.1\r\nHost: localhost\r\nX-API-KEY: %s\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
              .formatted(TOKEN, body.length()));
      assertEquals("HTTP/1.1 100 Continue", client.headLines().get(0));
      assertEquals("Echo: Hi", text(client.send(body).read()));
    }
  }

  @Test
  void servesHttp10Clients() throws Exception {
    try (SimpleRig rig = SimpleRig.start();
        TestClient client = TestClient.connect(rig.rig().port())) {
      String body = body("Hi");
      client.send(
          "POST /gemini-proxy HTTP/1.0\r\nX-API-KEY: %s\r\nContent-Length: %d\r\n\r\n%s"
              .formatted(TOKEN, body.length(), body));
      assertEquals("Echo: Hi", text(client.read()));
      assertTrue(client.seesClose());
    }
  }
}
