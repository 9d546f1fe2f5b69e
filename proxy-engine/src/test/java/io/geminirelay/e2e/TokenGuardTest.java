package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.TestHttp2Client;
import io.geminirelay.testing.TokenTexts;
import io.geminirelay.testing.sim.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A limit of 1,000 tokens: what is refused reaches nobody, what passes is not changed. */
class TokenGuardTest {
  private static final String MESSAGE =
      "Request body too large: (more than )?\\d+ tokens \\(max: 1000\\)";
  private static final String LONG = "The quick brown fox jumps over the lazy dog. ".repeat(200);
  private static final String FITTING = "The quick brown fox jumps over the lazy dog. ".repeat(50);
  private static Rig rig;

  @BeforeAll
  static void start() throws Exception {
    rig = Rig.of(1, "server.max_tokens_per_request: 1000");
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

  private static String gemini(String text) {
    return "{\"contents\":[{\"parts\":[{\"text\":\"" + text + "\"}]}]}";
  }

  private static String chat(String text) {
    return Rig.CHAT_BODY.replace("Hello", text);
  }

  private static Map<String, Object> error(Response answer) throws IOException {
    assertEquals(400, answer.status(), answer.text());
    assertEquals(0, rig.journal().requestCount(), "nothing upstream");
    return Json.map(
        Json.map(Json.parse(answer.text().getBytes(StandardCharsets.UTF_8))).get("error"));
  }

  @Test
  void refusesChatsWithTheMessageAndTypeOfOlderProxies() throws IOException {
    Response answer = rig.post(Rig.CHAT, chat(LONG));
    Map<String, Object> error = error(answer);
    assertTrue(String.valueOf(error.get("message")).matches(MESSAGE), answer.text());
    assertEquals("validation_error", error.get("type"));
    assertEquals("too_many_tokens", error.get("code"));
    assertEquals(answer.header("x-request-id"), error.get("request_id"));
  }

  @ParameterizedTest
  @ValueSource(strings = {Rig.UNARY, Rig.STREAM})
  void refusesNativeRequestsInGooglesForm(String path) throws IOException {
    Response answer = rig.post(path, gemini(LONG));
    Map<String, Object> error = error(answer);
    assertTrue(String.valueOf(error.get("message")).matches(MESSAGE), answer.text());
    assertEquals("INVALID_ARGUMENT", error.get("status"));
    assertEquals("TOO_MANY_TOKENS", Json.map(Json.list(error.get("details")).get(0)).get("reason"));
  }

  static Stream<Arguments> tooMuch() {
    String system = "{\"contents\":[],\"systemInstruction\":{\"parts\":[{\"text\":\"%s\"}]}}";
    String tool =
        "{\"tools\":[{\"function_declarations\":[{\"name\":\"f\",\"description\":\"%s\"}]}]}";
    String response =
        "{\"contents\":[{\"parts\":[{\"functionResponse\":{\"response\":{\"a\":[\"%s\"]}}}]}]}";
    String array = "{\"messages\":[{\"content\":[{\"type\":\"text\",\"text\":\"%s\"}]}]}";
    String arguments =
        "{\"messages\":[{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":\"%s\"}}]}]}";
    String embed = "{\"requests\":[{\"content\":{\"parts\":[{\"text\":\"%s\"}]}}]}";
    String interaction = "{\"input\":[{\"content\":[{\"text\":\"%s\"}]}],\"model\":\"m\"}";
    String batch = "{\"batch\":{\"inputConfig\":{\"requests\":{\"requests\":[{\"request\":%s}]}}}}";
    String models = "/v1beta/models/gemini-embedding-001";
    String file = "{\"contents\":[{\"parts\":[{\"%s\":{\"fileUri\":\"https://a/b\"}}]}]}";
    return Stream.of(
        Arguments.of(Rig.UNARY, system.formatted(LONG)),
        Arguments.of(Rig.UNARY, tool.formatted(LONG)),
        Arguments.of(Rig.UNARY, response.formatted(LONG)),
        Arguments.of(Rig.UNARY, "{'contents':[{'parts':[{'text':'" + LONG + "',}],},],}"),
        Arguments.of(Rig.UNARY, "{contents:[{parts:[{text:'" + LONG + "'}]}]}"),
        Arguments.of(Rig.UNARY, file.formatted("fileData")),
        Arguments.of(Rig.UNARY, file.formatted("file\\u0044ata")),
        Arguments.of(Rig.UNARY, file.formatted("\\u0066ile_data")),
        Arguments.of(Rig.UNARY, file.formatted("file\\Data")),
        Arguments.of(
            Rig.UNARY,
            "{\"a\":." + "0".repeat(500) + "," + file.formatted("fileData").substring(1)),
        Arguments.of(Rig.UNARY, "{\"a\\tb\tc\":.5," + file.formatted("fileData").substring(1)),
        Arguments.of(
            Rig.UNARY,
            "{\"" + "n".repeat(5_000) + "\":1," + file.formatted("fileData").substring(1)),
        Arguments.of(Rig.UNARY, "{/**/" + file.formatted("file_data").substring(1)),
        Arguments.of(Rig.UNARY, "{\"contents\":[" + gemini(LONG) + "," + gemini(FITTING)),
        Arguments.of(Rig.UNARY, LONG),
        Arguments.of(Rig.UNARY, "[".repeat(100_000)),
        Arguments.of(Rig.UNARY, "{\"contents\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}"),
        Arguments.of(Rig.UNARY, "{\"contents\":[" + "9".repeat(100_000) + "]}"),
        Arguments.of(Rig.UNARY, "\u0000".repeat(20_000)),
        Arguments.of(Rig.UNARY + "/", gemini(LONG)),
        Arguments.of(Rig.CHAT + "/", chat(LONG)),
        Arguments.of("/v1beta/interactions", interaction.formatted(LONG)),
        Arguments.of(models + ":batchGenerateContent", batch.formatted(gemini(LONG))),
        Arguments.of("/v1/responses", "{\"input\":\"" + LONG + "\",\"model\":\"m\"}"),
        Arguments.of(Rig.CHAT, array.formatted(LONG)),
        Arguments.of(Rig.CHAT, arguments.formatted(LONG)),
        Arguments.of("/v1/embeddings", "{\"input\":[\"" + LONG + "\"],\"model\":\"m\"}"),
        Arguments.of(models + ":batchEmbedContents", embed.formatted(LONG)),
        Arguments.of(models + ":embedContent", "{\"content\":" + gemini(LONG).substring(13) + "}"));
  }

  @ParameterizedTest
  @MethodSource("tooMuch")
  void findsTheTokensWhereverTheyAre(String path, String body) {
    Response answer = rig.post(path, body);
    assertEquals(400, answer.status(), answer.text());
    assertTrue(answer.text().contains(" tokens (max: 1000)"), answer.text());
    assertEquals(0, rig.journal().requestCount());
  }

  static Stream<Arguments> bearable() {
    String image = "{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"%s\"}}";
    return Stream.of(
        Arguments.of(Rig.UNARY, Rig.BODY.getBytes(StandardCharsets.UTF_8)),
        Arguments.of(Rig.UNARY, gemini(FITTING).getBytes(StandardCharsets.UTF_8)),
        Arguments.of(Rig.CHAT, chat(FITTING).getBytes(StandardCharsets.UTF_8)),
        Arguments.of(
            Rig.UNARY,
            gemini("a")
                .replace("{\"text\":\"a\"}", image.formatted("A".repeat(150_000)))
                .getBytes(StandardCharsets.UTF_8)),
        // Google's to refuse: truncated, invalid UTF-8, a number without end, members twice.
        Arguments.of(
            Rig.UNARY, gemini(FITTING).substring(0, 1_500).getBytes(StandardCharsets.UTF_8)),
        Arguments.of(Rig.UNARY, gemini(FITTING + "\u00FF").getBytes(StandardCharsets.ISO_8859_1)),
        Arguments.of(
            Rig.UNARY,
            ("{\"a\":1" + "0".repeat(410) + ",\"b\":\"" + FITTING.substring(0, 900) + "\"}")
                .getBytes(StandardCharsets.UTF_8)),
        Arguments.of(
            Rig.UNARY,
            ("{\"contents\":[],\"contents\":" + gemini(FITTING.substring(0, 1000)) + "}")
                .getBytes(StandardCharsets.UTF_8)));
  }

  @ParameterizedTest
  @MethodSource("bearable")
  void passesWhatFitsByteForByte(String path, byte[] body) {
    List<Header> json = Header.list("content-type", "application/json");
    try (TestClient client = TestClient.connect(rig.port())) {
      client.exchange("POST", path, json, body);
      assertArrayEquals(body, rig.journal().lastRequest().body());
      client.request("POST", path, Header.list("transfer-encoding", "chunked"), null);
      for (int from = 0; from < body.length; from += 700) {
        int to = Math.min(body.length, from + 700);
        client.sendChunk(java.util.Arrays.copyOfRange(body, from, to));
      }
      client.sendChunk(new byte[0]).read();
      assertArrayEquals(body, rig.journal().lastRequest().body());
    }
    assertEquals(2, rig.journal().requestCount());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1beta/models/gemini-2.5-flash:countTokens",
        "/v1beta/cachedContents",
        "/upload/v1beta/files",
      })
  void leavesEverythingElseToGoogle(String path) {
    rig.post(path, gemini(LONG));
    assertEquals(gemini(LONG), rig.journal().lastRequest().bodyText());
  }

  @Test
  void keepsTheConnectionAfterARefusalThatSawTheWholeRequest() {
    try (TestClient client = TestClient.connect(rig.port())) {
      String video = "{'contents':{'parts':{'fileData':{'fileUri':'https://youtu.be/a'}}}}";
      Response refused = client.post(Rig.UNARY, video);
      assertTrue(refused.text().contains("too large: 15781 tokens"), refused.text());
      assertEquals(400, refused.status());
      assertEquals(200, client.post(Rig.UNARY, Rig.BODY).status());
    }
  }

  @Test
  void countsExactlyWithAVocabulary() throws Exception {
    String file = "server.tokenizer_file: " + TokenTexts.vocabulary();
    TokenTexts.Counted text =
        TokenTexts.all().stream()
            .filter(counted -> counted.tokens() > 1_000 && counted.utf8().length < 20_000)
            .findFirst()
            .orElseThrow();
    Object part = Json.object("text", text.text());
    Object body = Json.object("contents", List.of(Json.object("parts", List.of(part))));
    try (Rig exact = Rig.of(1, "server.max_tokens_per_request: 1000", file)) {
      Response answer = exact.post(Rig.UNARY, Json.write(body, Json.Style.PRETTY));
      assertEquals(400, answer.status(), answer.text());
      // Gemini 2.5 has one token more for the content.
      assertTrue(answer.text().contains((text.tokens() + 1) + " tokens"), answer.text());
      assertEquals(0, exact.journal().requestCount());
    }
  }

  @Test
  void refusesAndPassesOverHttp2() {
    try (TestHttp2Client client = TestHttp2Client.plain(rig.port())) {
      assertEquals(400, client.post(Rig.UNARY, gemini(LONG)).status());
      assertEquals(0, rig.journal().requestCount());
      assertEquals(200, client.post(Rig.UNARY, gemini(FITTING)).status());
    }
  }

  /** It is counted in several turns, as its parts are there already when that is found out. */
  @Test
  void passesALongBodyThatTurnsOutToBeNoJsonAtItsEnd() throws Exception {
    String body = "{\"contents\":\"" + LONG.repeat(150);
    try (Rig wide = Rig.of(1, "server.max_tokens_per_request: 1000000");
        TestHttp2Client client = TestHttp2Client.plain(wide.port())) {
      // To refuse it is Google's business.
      wide.post(Rig.UNARY, body);
      assertEquals(body, wide.journal().lastRequest().bodyText());
      wide.journal().clear();
      client.post(Rig.UNARY, body);
      assertEquals(body, wide.journal().lastRequest().bodyText());
    }
  }

  @Test
  void refusesALongBodyThatTurnsOutToBeNoJsonAtItsEnd() {
    String body = "{\"x\":\"" + LONG.repeat(150);
    Response answer = rig.post(Rig.UNARY, body);
    assertEquals(400, answer.status(), answer.text());
    assertTrue(answer.text().contains("more than"), answer.text());
    try (TestHttp2Client client = TestHttp2Client.plain(rig.port())) {
      assertEquals(400, client.post(Rig.UNARY, body).status());
      assertEquals(200, client.post(Rig.UNARY, gemini(FITTING)).status());
    }
    assertEquals(1, rig.journal().requestCount());
  }

  @ParameterizedTest
  @ValueSource(strings = {Rig.UNARY, Rig.CHAT, "/v1beta/cachedContents"})
  void refusesCompressedBodiesThatAreNoUploads(String path) {
    Response answer = rig.post(path, Rig.BODY, "content-encoding", "gzip");
    assertEquals(415, answer.status());
    assertEquals("identity", answer.header("accept-encoding"));
    assertTrue(answer.text().toLowerCase(java.util.Locale.ROOT).contains("unsupported_encoding"));
    assertEquals(0, rig.journal().requestCount());
    assertEquals(200, rig.post(Rig.UNARY, Rig.BODY, "content-encoding", "identity").status());
  }
}
