package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.AnswerReference;
import io.geminirelay.testing.Corpus;
import io.geminirelay.testing.CorpusExchange;
import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Reading;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Reaction;
import io.geminirelay.testing.sim.ReceivedRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code POST /generate} from the client's side: what is asked of Google, and what comes back. */
class GenerateRouteTest {
  private static final String SSE = "text/event-stream";

  /** An event with this text and this count of all tokens. */
  static String event(String text, int total, String more) {
    return "data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"%s\"}]}%s}],"
            .formatted(text, more)
        + "\"usageMetadata\": {\"totalTokenCount\": %d}}\r\n\r\n".formatted(total);
  }

  /** A stream of these events. */
  static Answer stream(String... events) {
    List<byte[]> pieces =
        List.of(events).stream().map(e -> e.getBytes(StandardCharsets.UTF_8)).toList();
    return Answer.stream(200, Header.list("content-type", SSE), pieces);
  }

  @ParameterizedTest(name = "HTTP/{0} client, {1} upstream")
  @CsvSource({"1.1, 1.1", "2, 1.1", "1.1, 2"})
  void tellsTheTextOfEveryRecordedStream(String client, String upstream) throws Exception {
    long seed = new Random().nextLong();
    String group = upstream.equals("2") ? "http_version: \"2\"," : "";
    try (Rig rig = Rig.of(GeminiSimulator.plain(new FakeTime()), group, 3, "internal_retries: 0");
        CorpusClient connection = CorpusClient.of(client, rig.port())) {
      Random random = new Random(seed);
      for (CorpusExchange recorded : Corpus.ofKind("native-sse", "native-json-stream")) {
        AnswerReference expected = AnswerReference.of(recorded.responseBody(), 50, false);
        if (recorded.status() != 200 || expected.error() != null) {
          continue;
        }
        rig.script().next(1, recorded.replay(random.nextLong()));
        CorpusClient.Head head = new CorpusClient.Head("/generate", List.of());
        byte[] body = Rig.BODY.getBytes(StandardCharsets.UTF_8);
        Response answer = connection.exchange("POST", head, body, random.nextLong());
        assertTold(recorded + ", seed " + seed, expected, answer);
      }
    }
  }

  private static void assertTold(String name, AnswerReference expected, Response answer) {
    assertEquals(200, answer.status(), name);
    assertTrue(answer.whole(), name);
    assertEquals("application/json; charset=UTF-8", answer.header("content-type"), name);
    List<Map<String, Object>> elements = AnswerReference.elements(answer.body());
    assertEquals(expected.chunks().size() + 1, elements.size(), name);
    Map<String, Object> last = elements.get(elements.size() - 1);
    assertEquals(expected.text(), last.get("content"), name);
    assertEquals(expected.complete(), last.get("is_complete"), name);
    assertEquals(expected.reason(), last.get("finish_reason"), name);
  }

  @Test
  void asksForAStreamOfTheConfiguredModelAndPassesTheBodyAsItIs() throws Exception {
    try (Rig rig = Rig.of(1, "generate: {model: gemini-2.5-pro}")) {
      String body = "{'contents':[{'parts':[{\"text\": \"Hello\",}]}]} ";
      Response answer =
          rig.post("/generate?x=1&key=abc", body, "accept", SSE, "x-goog-api-key", "abc");
      assertEquals(200, answer.status(), answer::toString);
      ReceivedRequest asked = rig.journal().requests().get(0);
      assertEquals("/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse", asked.uri());
      assertEquals(body, new String(asked.body(), StandardCharsets.UTF_8));
      assertEquals(Rig.key(0), asked.key());
      assertEquals("application/json", Header.first(asked.headers(), "content-type"));
      assertNull(Header.first(asked.headers(), "accept"));
    }
  }

  @Test
  void writesAnElementAtEachThreshold() throws Exception {
    try (Rig rig = Rig.of(1)) {
      rig.script()
          .always(
              Reaction.of(
                  stream(
                      event("a", 49, ""),
                      event("b", 50, ""),
                      event("c", 99, ""),
                      event("d", 260, ""),
                      event("e", 261, ""),
                      event("f", 262, ",\"finishReason\": \"STOP\""),
                      event("g", 263, ",\"finishReason\": \"STOP\""))));
      List<Map<String, Object>> elements =
          AnswerReference.elements(rig.post("/generate", Rig.BODY).body());
      assertEquals(
          List.of(
              element("ab", false, 1, 50),
              element("abcd", false, 2, 260),
              element("abcde", false, 3, 261),
              element("abcdefg", true, 4, 263)),
          elements);
      List<Map<String, Object>> deltas =
          AnswerReference.elements(rig.post("/generate?mode=delta", Rig.BODY).body());
      assertEquals(
          List.of("ab", "cd", "e", "fg"), deltas.stream().map(e -> e.get("content")).toList());
    }
  }

  private static Map<String, Object> element(String text, boolean complete, int n, int total) {
    return Map.of(
        "content", text, "is_complete", complete, "chunk_number", n, "total_tokens", total);
  }

  @Test
  void flushesEachElementWhenItsEventHasCome() throws Exception {
    try (Rig rig = Rig.of(1, "generate: {chunk_token: 1}");
        TestClient client = TestClient.connect(rig.port())) {
      String first = event("one", 5, "");
      rig.script().always(Reaction.of(stream(first, "x").stallAfter(first.length())));
      byte[] body = Rig.BODY.getBytes(StandardCharsets.UTF_8);
      client.request("POST", "/generate", List.of(), body);
      Reading answer = client.begin();
      assertEquals(
          "[{\"content\":\"one\",\"is_complete\":false,\"chunk_number\":1,\"total_tokens\":5}",
          answer.nextUntil("}"));
    }
    try (Rig rig = Rig.of(1, "generate: {chunk_token: 1}");
        TestClient client = TestClient.connect(rig.port())) {
      String first = event("one", 5, "");
      rig.script().always(Reaction.of(stream(first, "x").stallAfter(first.length())));
      byte[] body = Rig.BODY.getBytes(StandardCharsets.UTF_8);
      client.request("POST", "/generate", List.of(), body);
      client.begin();
      client.abort();
      assertNotNull(rig.journal().awaitCancelled(1).get(0));
      rig.journal().awaitOpenStreams(0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/generate", "/generate?mode=delta", "/generate?mode=whole"})
  void givesTheSameElementsAsEvents(String path) throws Exception {
    try (Rig rig = Rig.of(1)) {
      rig.script()
          .always(
              Reaction.of(
                  stream(
                      event("é\\n\\u0000\\ud83d\\ude00", 60, ""),
                      event("b\\\"\\\\", 120, ",\"finishReason\": \"STOP\""))));
      Response array = rig.post(path, Rig.BODY);
      Response events = rig.post(path, Rig.BODY, "Accept", SSE);
      assertEquals(SSE, events.header("content-type"));
      assertEquals("no-store", events.header("cache-control"));
      assertNotNull(events.header("x-request-id"));
      List<Map<String, Object>> elements = AnswerReference.elements(array.body());
      assertEquals(elements, AnswerReference.events(events.body()));
      boolean delta = path.endsWith("delta");
      assertEquals(
          (delta ? "" : "é\n\u0000😀") + "b\"\\", elements.get(elements.size() - 1).get("content"));
    }
  }

  @Test
  void leavesThoughtsOutUnlessTheyAreAskedFor() throws Exception {
    String thought =
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"hm \","
            + "\"thought\":true}]}}]}\r\n\r\n";
    String config = ",\"%s\":{\"%s\":{\"%s\":true}}}";
    try (Rig rig = Rig.of(1)) {
      rig.script()
          .always(Reaction.of(stream(thought, event("yes", 9, ",\"finishReason\": \"STOP\""))));
      String plain = Rig.BODY.substring(0, Rig.BODY.length() - 1);
      assertContent("yes", rig.post("/generate", Rig.BODY));
      assertContent("yes", rig.post("/generate", plain + ",\"x\":{\"includeThoughts\":true}}"));
      assertContent(
          "hm yes",
          rig.post(
              "/generate",
              plain + config.formatted("generationConfig", "thinkingConfig", "includeThoughts")));
      assertContent(
          "hm yes",
          rig.post(
              "/generate",
              plain
                  + config.formatted("generation_config", "thinking_config", "include_thoughts")));
    }
  }

  private static void assertContent(String text, Response answer) {
    List<Map<String, Object>> elements = AnswerReference.elements(answer.body());
    assertEquals(text, elements.get(elements.size() - 1).get("content"));
  }

  @Test
  void servesOneRequestAfterAnotherOnAConnection() throws Exception {
    try (Rig rig = Rig.of(1);
        TestClient client = TestClient.connect(rig.port())) {
      for (int i = 0; i < 3; i++) {
        Response answer = client.post("/generate", Rig.BODY);
        assertContent("Echo: Hello", answer);
        assertEquals(200, client.post(Rig.UNARY, Rig.BODY).status());
      }
    }
  }

  @Test
  void refusesModesThatDoNotExistAndCompressedBodies() throws Exception {
    try (Rig rig = Rig.of(1)) {
      Response mode = rig.post("/generate?mode=full", Rig.BODY);
      assertEquals(400, mode.status());
      assertTrue(mode.text().contains("whole") && mode.text().contains("delta"), mode::text);
      assertEquals(415, rig.post("/generate", Rig.BODY, "content-encoding", "gzip").status());
      assertEquals(0, rig.journal().requestCount());
    }
  }

  @Test
  void sendsCommentsOnlyToClientsThatReadEvents() throws Exception {
    try (Rig rig = Rig.of(2, "keepalive_secs: 1", "internal_retries: 0")) {
      rig.script()
          .always(Reaction.usual(answer -> answer.delayed(java.time.Duration.ofMillis(1_300))));
      Response array = rig.post("/generate", Rig.BODY);
      assertContent("Echo: Hello", array);
      Response events = rig.post("/generate", Rig.BODY, "accept", SSE);
      assertTrue(events.text().startsWith(":"), events::text);
      List<Map<String, Object>> elements = AnswerReference.events(events.body());
      assertEquals("Echo: Hello", elements.get(elements.size() - 1).get("content"));
    }
  }
}
