package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.AnswerReference;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestHttp2Client;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Json;
import io.geminirelay.testing.sim.Reaction;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code POST /generate} where the answer is not what was hoped for: it says so, and why. */
class GenerateFailuresTest {
  private static final String TEXT = GenerateRouteTest.event("so far", 9, "");
  private static final String ERROR =
      "{\"error\": {\"code\": 503, \"message\": \"Overloaded: %s\", \"status\": \"UNAVAILABLE\"}}";

  private static Rig rig() throws Exception {
    return Rig.of(1, "internal_retries: 0");
  }

  private static Map<String, Object> last(Response answer) {
    assertEquals(200, answer.status(), answer::toString);
    assertTrue(answer.whole(), answer::toString);
    List<Map<String, Object>> elements =
        String.valueOf(answer.header("content-type")).startsWith("text/")
            ? AnswerReference.events(answer.body())
            : AnswerReference.elements(answer.body());
    return elements.get(elements.size() - 1);
  }

  private static Map<String, Object> lastOf(String... events) throws Exception {
    try (Rig rig = rig()) {
      rig.script().always(Reaction.of(GenerateRouteTest.stream(events)));
      return last(rig.post("/generate", Rig.BODY));
    }
  }

  @Test
  void explainsReasonsOtherThanStop() throws Exception {
    Map<String, Object> cut =
        lastOf(GenerateRouteTest.event("half", 9, ",\"finishReason\": \"MAX_TOKENS\""));
    assertEquals("MAX_TOKENS", cut.get("finish_reason"));
    assertEquals("half", cut.get("content"));
    assertEquals(true, cut.get("is_complete"));
    Map<String, Object> unsafe =
        lastOf(
            GenerateRouteTest.event(
                "", 9, ",\"finishReason\": \"SAFETY\",\"finishMessage\": \"Mind the gap.\""));
    assertEquals("SAFETY", unsafe.get("finish_reason"));
    assertTrue(unsafe.get("message").toString().endsWith("Mind the gap."), unsafe::toString);
  }

  @Test
  void explainsAnAnswerThatWasThoughtAwayAndOneWithoutText() throws Exception {
    Map<String, Object> thought =
        lastOf(
            "data: {\"candidates\": [{\"content\": {},\"finishReason\": \"MAX_TOKENS\"}],"
                + "\"usageMetadata\": {\"totalTokenCount\": 30,\"thoughtsTokenCount\": 25}}\r\n\r\n");
    assertEquals("", thought.get("content"));
    assertEquals(true, thought.get("is_complete"));
    assertTrue(thought.get("message").toString().contains("thinking"), thought::toString);
    Map<String, Object> call =
        lastOf(
            "data: {\"candidates\": [{\"content\": {\"parts\": [{\"functionCall\": {\"args\":"
                + " {\"text\": \"no\"}}}]},\"finishReason\": \"STOP\"}]}\r\n\r\n");
    assertEquals("", call.get("content"));
    assertFalse(call.containsKey("finish_reason"));
    assertTrue(call.get("message").toString().contains("functionCall"), call::toString);
  }

  @Test
  void explainsABlockedPrompt() throws Exception {
    Map<String, Object> blocked =
        lastOf("data: {\"promptFeedback\": {\"blockReason\": \"PROHIBITED_CONTENT\"}}\r\n\r\n");
    assertEquals("PROHIBITED_CONTENT", blocked.get("finish_reason"));
    assertEquals(true, blocked.get("is_complete"));
    assertTrue(blocked.get("message").toString().contains("blocked"), blocked::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"data: %s\r\n\r\n", "%s\n", "[%s]"})
  void showsAnErrorInMidStream(String frame) throws Exception {
    try (Rig rig = rig()) {
      String error = frame.formatted(ERROR.formatted(Rig.key(0)));
      rig.script().always(Reaction.of(GenerateRouteTest.stream(TEXT, error)));
      for (String accept : List.of("*/*", "text/event-stream")) {
        Response answer = rig.post("/generate", Rig.BODY, "accept", accept);
        Map<String, Object> last = last(answer);
        assertEquals("so far", last.get("content"));
        assertEquals(false, last.get("is_complete"));
        Map<String, Object> shown = Json.map(last.get("error"));
        assertEquals(503, shown.get("code"));
        assertEquals("UNAVAILABLE", shown.get("status"));
        assertEquals("Overloaded: [redacted]", shown.get("message"));
        assertFalse(answer.text().contains(Rig.key(0)));
      }
    }
  }

  @Test
  void showsABreakOfTheConnection() throws Exception {
    try (Rig rig = rig();
        TestHttp2Client http2 = TestHttp2Client.plain(rig.port())) {
      Answer answer = GenerateRouteTest.stream(TEXT, TEXT);
      for (Answer broken :
          List.of(answer.cutAfter(TEXT.length() + 40), answer.resetAfter(TEXT.length()))) {
        rig.script().clear().always(Reaction.of(broken));
        for (Response got :
            List.of(
                rig.post("/generate", Rig.BODY),
                rig.post("/generate?mode=delta", Rig.BODY, "accept", "text/event-stream"),
                http2.post("/generate", Rig.BODY))) {
          Map<String, Object> last = last(got);
          assertEquals("so far", last.get("content"));
          assertEquals(false, last.get("is_complete"));
          assertEquals("broken_answer", Json.map(last.get("error")).get("reason"));
        }
      }
    }
  }

  @Test
  void showsAStreamThatEndsWithoutAReason() throws Exception {
    Map<String, Object> last = lastOf(TEXT);
    assertEquals("so far", last.get("content"));
    assertEquals(false, last.get("is_complete"));
    assertEquals("broken_answer", Json.map(last.get("error")).get("reason"));
  }

  @Test
  void keepsGooglesErrorAnswersWithTheirStatus() throws Exception {
    try (Rig rig = rig()) {
      rig.script().always(Errors.badRequest("no contents"));
      Response answer = rig.post("/generate", "{}");
      assertEquals(400, answer.status());
      assertTrue(answer.text().contains("no contents"), answer::text);
    }
    try (Rig rig = rig()) {
      rig.script().always(Errors.tooManyRequestsPerDay());
      assertEquals(429, rig.post("/generate", Rig.BODY).status());
      assertEquals(429, rig.post("/generate", Rig.BODY).status(), "the gateway's own");
    }
  }

  @Test
  void givesAStatusToWhatFailsBeforeAnyText() throws Exception {
    try (Rig rig = rig()) {
      String early = "data: " + ERROR.formatted("early").replace("503", "400") + "\r\n\r\n";
      rig.script().always(Reaction.of(GenerateRouteTest.stream(early)));
      Response answer = rig.post("/generate", Rig.BODY);
      assertEquals(400, answer.status(), answer::toString);
      assertTrue(answer.text().startsWith("{\"error\":{\"code\":400"), answer::text);
      rig.script().clear().always(Errors.emptyOk());
      assertEquals(502, rig.post("/generate", Rig.BODY).status());
    }
  }
}
