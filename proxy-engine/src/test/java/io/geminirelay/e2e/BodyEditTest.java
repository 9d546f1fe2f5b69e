package io.geminirelay.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.ReceivedRequest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What reaches Google of a request that the operator wants changed: the edit and nothing else. */
class BodyEditTest {
  private static final String ALIASES =
      "model_aliases: [gemini-2.5-flash, {fast: gemini-2.5-flash, gpt-4o: gemini-2.5-pro}],";
  private static final String CONTENTS = "\"contents\":[{\"parts\":[{\"text\":\"Hello\"}]}]";

  private static Rig rig(String group, int keys, String... settings) throws Exception {
    return Rig.of(GeminiSimulator.plain(new FakeTime()), group, keys, settings);
  }

  private static ReceivedRequest served(Rig rig, String path, String body, String... headers) {
    Response answer = rig.post(path, body, headers);
    assertEquals(200, answer.status(), answer::toString);
    ReceivedRequest last = rig.journal().lastRequest();
    assertEquals(String.valueOf(last.body().length), last.header("content-length"));
    return last;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "{$}~{\"generationConfig\":{\"topP\":0.95},$}",
        "{$,\"generationConfig\":{}}~{$,\"generationConfig\":{\"topP\":0.95}}",
        "{$,'generation_config' : { 'topK':4,},}~{$,'generation_config' : {\"topP\":0.95, 'topK':4,},}",
        "{$,\"generationConfig\":{\"top_p\":null}}~{$,\"generationConfig\":{\"top_p\":null}}",
        "{$,\"generationConfig\":{\"topP\":1}}~{$,\"generationConfig\":{\"topP\":1}}",
        "{$,\"generationConfig\":null}~{$,\"generationConfig\":{\"topP\":0.95}}",
        "{$,,}~{$,,}",
      })
  void topPComesIntoTheConfigOfANativeBody(String body, String expected) throws Exception {
    try (Rig rig = rig("", 1, "top_p: 0.95")) {
      for (String path : List.of(Rig.UNARY, Rig.STREAM)) {
        rig.post(path, body.replace("$", CONTENTS), "x-own", "kept", "content-md5", "x");
        ReceivedRequest last = rig.journal().lastRequest();
        assertEquals(expected.replace("$", CONTENTS), last.bodyText());
        assertEquals(String.valueOf(last.body().length), last.header("content-length"));
        assertEquals("kept", last.header("x-own"));
        assertEquals(body.equals(expected) ? "x" : null, last.header("content-md5"));
      }
    }
  }

  @Test
  void topPComesToTheRootOfAnOpenAiBody() throws Exception {
    try (Rig rig = rig("", 1, "top_p: 1")) {
      String edited = "{\"top_p\":1.0," + Rig.CHAT_BODY.substring(1);
      assertEquals(edited, served(rig, Rig.CHAT, Rig.CHAT_BODY).bodyText());
      assertEquals(edited, served(rig, "/chat/completions", Rig.CHAT_BODY).bodyText());
      assertEquals(
          edited, served(rig, "/v1beta/openai/chat/completions", Rig.CHAT_BODY).bodyText());
      String own = "{\"top_p\":null," + Rig.CHAT_BODY.substring(1);
      assertEquals(own, served(rig, Rig.CHAT, own).bodyText());
    }
  }

  @Test
  void topPIsAddedToGeneratingRequestsOnly() throws Exception {
    try (Rig rig = rig("", 1, "top_p: 0.95")) {
      String path = "/v1beta/models/gemini-2.5-flash:countTokens";
      assertEquals(Rig.BODY, served(rig, path, Rig.BODY).bodyText());
      String input = "{\"model\":\"gemini-embedding-001\",\"input\":\"Hello\"}";
      assertEquals(input, served(rig, "/v1/embeddings", input).bodyText());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'top_p: 0.1', '', '', 0.1",
    "'top_p: 0.1', 'server.top_p: 0.2', '', 0.2",
    "'top_p: 0.1', 'server.top_p: 0.2', 'top_p: 0.3,', 0.3",
    "'top_p: 0.1', '', 'top_p: 0.0,', 0.0",
  })
  void theNearestTopPCounts(String root, String server, String group, String expected)
      throws Exception {
    try (Rig rig = rig(group, 1, root, server)) {
      String edited = "{\"generationConfig\":{\"topP\":" + expected + "}," + CONTENTS + "}";
      assertEquals(edited, served(rig, Rig.UNARY, "{" + CONTENTS + "}").bodyText());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "fast:generateContent, gemini-2.5-flash:generateContent",
    "fast:streamGenerateContent?alt=sse, gemini-2.5-flash:streamGenerateContent?alt=sse",
    "models/fast:generateContent?a=fast, models/gemini-2.5-flash:generateContent?a=fast",
    "models%2Ffast:countTokens, models%2Fgemini-2.5-flash:countTokens",
    "gpt-4o:generateContent, gemini-2.5-pro:generateContent",
    "gemini-2.5-flash:generateContent, gemini-2.5-flash:generateContent",
    "gemini-2.5-flash-lite:generateContent, gemini-2.5-flash-lite:generateContent",
  })
  void anAliasInThePathIsSentAsItsModel(String asked, String sent) throws Exception {
    try (Rig rig = rig(ALIASES, 1)) {
      rig.post("/v1beta/models/" + asked, Rig.BODY);
      assertEquals("/v1beta/models/" + sent, rig.journal().lastRequest().uri());
      assertEquals(Rig.BODY, rig.journal().lastRequest().bodyText());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "{\"model\":\"fast\",M}~{\"model\":\"gemini-2.5-flash\",M}",
        "{M, \"model\" : \"models/fast\" }~{M, \"model\" : \"models/gemini-2.5-flash\" }",
        "{\"model\":\"gpt\\u002d4o\",M}~{\"model\":\"gemini-2.5-pro\",M}",
        "{\"user\":\"fast\",\"model\":\"gemini-2.5-pro\",M}~{\"user\":\"fast\",\"model\":\"gemini-2.5-pro\",M}",
      })
  void anAliasInTheBodyIsSentAsItsModel(String body, String expected) throws Exception {
    String messages = "\"messages\":[{\"role\":\"user\",\"content\":\"fast\"}]";
    try (Rig rig = rig(ALIASES, 1)) {
      ReceivedRequest last = served(rig, Rig.CHAT, body.replace("M", messages));
      assertEquals(expected.replace("M", messages), last.bodyText());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"model\":\"fast\",\"messages\":[],\"model\":\"fast\"}",
        "{\"model\":\"fast\",\"messages\":[",
        "{\"model\":\"fast\",\"messages\":[]} {}"
      })
  void anAliasThatCannotBeReplacedIsRefused(String body) throws Exception {
    try (Rig rig = rig("model_aliases: {fast: gemini-2.5-flash},", 1)) {
      Response refused = rig.post(Rig.CHAT, body);
      assertEquals(400, refused.status(), refused::toString);
      assertTrue(refused.text().contains("alias"), refused::text);
      assertEquals(0, rig.journal().requestCount());
    }
  }

  @Test
  void anAliasIsReplacedWhereverANativeBodyNamesIt() throws Exception {
    String body =
        "{\"requests\":[{\"model\":\"models/%1$s\",\"content\":{\"parts\":[{\"text\":\"fast\"}]}},"
            + "{\"content\":{\"parts\":[{\"text\":\"b\"}]},\"model\":\"models/%1$s\"}]}";
    try (Rig rig = rig("model_aliases: {fast: gemini-embedding-001},", 1)) {
      String path = "/v1beta/models/%s:batchEmbedContents";
      ReceivedRequest last = served(rig, path.formatted("fast"), body.formatted("fast"));
      assertEquals(path.formatted("gemini-embedding-001"), last.uri());
      assertEquals(body.formatted("gemini-embedding-001"), last.bodyText());
    }
  }

  private static String twoGroups(GeminiSimulator google) {
    String group =
        "  - {name: %s, target_url: \"%s\", top_p: %s, model_aliases: %s, api_keys: [%s]}\n";
    return "groups:\n"
        + group.formatted("a", google.baseUrl(), "0.1", "{fast: gemini-2.5-flash}", Rig.key(0))
        + group.formatted("b", google.baseUrl(), "0.2", "[{fast: gemini-2.5-pro}]", Rig.key(1))
        + group.formatted("c", google.baseUrl(), "0.3", "[other]", Rig.key(2));
  }

  @Test
  void eachGroupHasItsOwnEditsOfTheSameRequest() throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
        Gateway gateway = Gateway.start(twoGroups(google));
        TestClient client = TestClient.connect(gateway.port())) {
      google.script().next(1, Errors.tooManyRequestsPerDay());
      assertEquals(200, client.post("/v1beta/models/fast:generateContent", Rig.BODY).status());
      google.script().next(1, Errors.tooManyRequestsPerDay());
      String chat = Rig.CHAT_BODY.replace("gemini-2.5-flash", "fast");
      List<ReceivedRequest> sent = google.journal().requests();
      assertEquals(2, sent.size());
      for (ReceivedRequest request : sent) {
        boolean first = Rig.key(0).equals(request.key());
        String model = first ? "gemini-2.5-flash" : "gemini-2.5-pro";
        String topP = first ? "0.1" : "0.2";
        assertEquals("/v1beta/models/" + model + ":generateContent", request.uri());
        assertEquals(
            "{\"generationConfig\":{\"topP\":" + topP + "}," + Rig.BODY.substring(1),
            request.bodyText());
      }
      assertEquals(429, client.post(Rig.CHAT, chat).status(), "the last of two keys is refused");
      ReceivedRequest last = google.journal().lastRequest();
      boolean first = Rig.key(0).equals(last.key());
      String edited = first ? "{\"top_p\":0.1," : "{\"top_p\":0.2,";
      String model = first ? "gemini-2.5-flash" : "gemini-2.5-pro";
      assertEquals(edited + chat.substring(1).replace("fast", model), last.bodyText());
    }
  }

  @Test
  void aReplayHasTheSameEdits() throws Exception {
    String padding = "\"x\":\"" + "p".repeat(300_000) + "\",";
    String body =
        Rig.CHAT_BODY
            .replace("gemini-2.5-flash", "fast")
            .replace("{\"model", "{" + padding + "\"model");
    String expected = "{\"top_p\":0.5," + body.substring(1).replace("fast", "gemini-2.5-flash");
    try (Rig rig = rig(ALIASES + " top_p: 0.5,", 3)) {
      rig.script().next(1, Errors.internal500());
      rig.script().next(1, Errors.tooManyRequestsPerDay());
      served(rig, Rig.CHAT, body);
      assertEquals(3, rig.journal().requestCount());
      for (ReceivedRequest request : rig.journal().requests()) {
        assertEquals(expected, request.bodyText());
        assertEquals(String.valueOf(expected.length()), request.header("content-length"));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1.1, 20", "2, 3"})
  void aBodyTooLongToBeReplayedIsEditedToo(String version, int megabytes) throws Exception {
    String padding = ("\"x\":\"" + "p".repeat(1 << 20) + "\",").repeat(megabytes);
    String body = "{" + padding + CONTENTS + ",\"model\":\"models/fast\"}";
    String expected =
        "{\"generationConfig\":{\"topP\":0.5},"
            + padding
            + CONTENTS
            + ",\"model\":\"models/gemini-2.5-flash\"}";
    String group = ALIASES + " top_p: 0.5, http_version: \"" + version + "\",";
    try (Rig rig = rig(group, 1, "upstream: {max_replay_bytes: 1MiB}")) {
      ReceivedRequest last = served(rig, "/v1beta/models/fast:generateContent", body);
      assertArrayEquals(expected.getBytes(UTF_8), last.body());
      assertEquals("/v1beta/models/gemini-2.5-flash:generateContent", last.uri());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 1460})
  void aChunkedBodyStaysChunked(int chunk) throws Exception {
    String padding = "\"x\":\"" + "p".repeat(chunk * 10_000) + "\",";
    byte[] body = ("{" + padding + CONTENTS + "}").getBytes(UTF_8);
    String expected = "{\"generationConfig\":{\"topP\":0.5}," + padding + CONTENTS + "}";
    try (Rig rig = rig("top_p: 0.5,", 1, "upstream: {max_replay_bytes: 64KiB}");
        TestClient client = TestClient.connect(rig.port())) {
      client.send(
          "POST "
              + Rig.UNARY
              + " HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
              + "Transfer-Encoding: chunked\r\n\r\n");
      List<String> leave = client.headLines();
      assertTrue(leave.get(0).contains(" 100 "), leave::toString);
      for (int at = 0; at < body.length; at += chunk) {
        client.sendChunk(java.util.Arrays.copyOfRange(body, at, Math.min(body.length, at + chunk)));
      }
      client.send("0\r\n\r\n");
      assertEquals(200, client.read().status());
      ReceivedRequest last = rig.journal().lastRequest();
      assertEquals(expected, last.bodyText());
      assertEquals("chunked", last.header("transfer-encoding"));
      assertNull(last.header("content-length"));
    }
  }

  @Test
  void aRestingModelRestsUnderAllItsNames() throws Exception {
    String group =
        "model_aliases: {fast: gemini-2.5-flash, quick: gemini-2.5-flash, o: gemini-2.5-pro},";
    try (Rig rig = rig(group, 1)) {
      rig.script().next(1, Errors.tooManyRequestsPerDay());
      assertEquals(429, rig.post("/v1beta/models/fast:generateContent", Rig.BODY).status());
      for (String name : List.of("fast", "quick", "gemini-2.5-flash")) {
        String path = "/v1beta/models/" + name + ":generateContent";
        assertEquals(429, rig.post(path, Rig.BODY).status(), name);
      }
      assertEquals(1, rig.journal().requestCount());
      assertEquals(200, rig.post("/v1beta/models/o:generateContent", Rig.BODY).status());
    }
  }

  @Test
  void aClientMayUseTheNamesItIsAllowed() throws Exception {
    String client = "clients: [{name: c, token: token-of-the-client-0001, models: [fast]}]";
    String[] token = {"Authorization", "Bearer token-of-the-client-0001"};
    try (Rig rig = rig(ALIASES, 1, client)) {
      String chat = Rig.CHAT_BODY.replace("gemini-2.5-flash", "fast");
      served(rig, "/v1beta/models/fast:generateContent", Rig.BODY, token);
      served(rig, Rig.CHAT, chat, token);
      assertEquals(403, rig.post(Rig.UNARY, Rig.BODY, token).status());
      assertEquals(403, rig.post(Rig.CHAT, Rig.CHAT_BODY, token).status());
      assertEquals(403, rig.post(Rig.CHAT, chat.replace("fast", "gpt-4o"), token).status());
    }
  }
}
