package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.ReceivedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The gateway's own request forms behind the stages that every request passes. */
class InterpretedRoutesTest {
  private static final String GENERATE = "/generate";
  private static final String SIMPLE = "/gemini-proxy";
  private static final String PROMPT = "{\"prompt\":\"Hello\"}";
  private static final String[] JSON = {"content-type", "application/json"};

  @ParameterizedTest
  @CsvSource({
    "/generate, {\"error\":{\"code\":400,\"message\":\"Request body too large",
    "/gemini-proxy, {\"result\":\"Failed\""
  })
  void countsTheTokensOfWhatGoesUpstream(String path, String error) throws Exception {
    String text = "The quick brown fox jumps over the lazy dog. ".repeat(100);
    String body = (path.equals(SIMPLE) ? PROMPT : Rig.BODY).replace("Hello", text);
    try (Rig rig = Rig.of(1, "server.max_tokens_per_request: 500");
        TestClient client = TestClient.connect(rig.port())) {
      Response refused = client.post(path, body, JSON);
      assertEquals(400, refused.status(), refused::toString);
      assertTrue(refused.text().startsWith(error), refused.text());
      assertTrue(refused.text().contains("tokens (max: 500)"), refused.text());
      assertTrue(refused.text().contains("\"reason\":\"too_many_tokens\""), refused.text());
      assertEquals(0, rig.journal().requestCount());
      Response served = client.post(path, body.replace(text, "Hello again."), JSON);
      assertEquals(200, served.status(), served::toString);
      assertTrue(served.text().contains("Hello again."), served.text());
    }
  }

  @Test
  void countsForTheModelThatANameStandsFor() throws Exception {
    String contents = "{\"parts\":[{\"text\":\"hi\"}]},".repeat(80);
    String body = "{\"contents\":[" + contents.substring(0, contents.length() - 1) + "]}";
    GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
    String aliases = "model_aliases: {fast: gemini-2.0-flash},";
    try (Rig rig = Rig.of(google, aliases, 1, "server.max_tokens_per_request: 120")) {
      // A content is worth a token of its own with later models only.
      assertEquals(200, rig.post("/v1beta/models/fast:generateContent", body).status());
      assertEquals(400, rig.post("/v1beta/models/other:generateContent", body).status());
    }
  }

  @Test
  void addsTopPToBothForms() throws Exception {
    try (Rig rig = Rig.of(1, "top_p: 0.25");
        TestClient client = TestClient.connect(rig.port())) {
      assertEquals(200, client.post(GENERATE, Rig.BODY, JSON).status());
      String added = "\"generationConfig\":{\"topP\":0.25}";
      assertEquals(
          "{" + added + "," + Rig.BODY.substring(1), rig.journal().lastRequest().bodyText());
      assertEquals(200, client.post(SIMPLE, PROMPT, JSON).status());
      ReceivedRequest simple = rig.journal().lastRequest();
      assertTrue(simple.bodyText().startsWith("{" + added + ","), simple.bodyText());
      assertEquals("" + simple.body().length, simple.header("content-length"));
    }
  }

  @Test
  void knowsAliasesOfTheModel() throws Exception {
    String aliases = "model_aliases: {fast: gemini-2.5-flash},";
    try (Rig rig =
            Rig.of(GeminiSimulator.plain(new FakeTime()), aliases, 1, "generate: {model: fast}");
        TestClient client = TestClient.connect(rig.port())) {
      assertEquals(200, client.post(GENERATE, Rig.BODY, JSON).status());
      assertEquals(
          "/v1beta/models/gemini-2.5-flash:streamGenerateContent",
          rig.journal().lastRequest().path());
      Response simple = client.post(SIMPLE, PROMPT, JSON);
      assertEquals(200, simple.status(), simple::toString);
      assertEquals(
          "/v1beta/models/gemini-2.5-flash:generateContent", rig.journal().lastRequest().path());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {GENERATE, SIMPLE})
  void refusesBeforeTheBodyIsWhole(String path) throws Exception {
    String open =
        path.equals(SIMPLE) ? "{\"prompt\":\"" : "{\"contents\":[{\"parts\":[{\"text\":\"";
    try (Rig rig =
            Rig.of(1, "server.max_tokens_per_request: 100", "simple: {max_prompt_chars: 200}");
        TestClient client = TestClient.connect(rig.port())) {
      client.request("POST", path, Header.list("transfer-encoding", "chunked"), null);
      client.sendChunk((open + "word ".repeat(40_000)).getBytes());
      Response refused = client.read();
      assertEquals(400, refused.status(), refused::toString);
      assertFalse(refused.text().contains("word word"), refused.text());
      assertEquals(0, rig.journal().requestCount());
    }
  }
}
