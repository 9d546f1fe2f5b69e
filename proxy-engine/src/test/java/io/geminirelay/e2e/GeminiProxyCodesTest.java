package io.geminirelay.e2e;

import static io.geminirelay.e2e.SimpleRig.assertFails;
import static io.geminirelay.e2e.SimpleRig.body;
import static io.geminirelay.e2e.SimpleRig.error;
import static io.geminirelay.e2e.SimpleRig.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Reaction;
import io.netty.util.ResourceLeakDetector;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code POST /gemini-proxy} tells when Google gives no answer, or none to pass on. */
class GeminiProxyCodesTest {
  private static final String JSON = "application/json; charset=UTF-8";

  private static String candidate(String parts, String finish) {
    return """
        {"candidates":[{"content":{"role":"model","parts":[%s]},"finishReason":"%s"}],
         "usageMetadata":{"totalTokenCount":9}}
        """
        .formatted(parts, finish);
  }

  private static Response ask(Reaction reaction, String... settings) throws Exception {
    try (SimpleRig rig = SimpleRig.start(settings)) {
      rig.google().script().always(reaction);
      return rig.post(body("Hi"));
    }
  }

  private static Response ask(String json) throws Exception {
    return ask(Reaction.of(Answer.of(200, JSON, json)));
  }

  static Stream<Arguments> errors() {
    return Stream.of(
        Arguments.of(Errors.tooManyRequestsPerMinute(), 429, "QUOTA_ERROR"),
        Arguments.of(Errors.tooManyRequestsPerDay(), 429, "QUOTA_ERROR"),
        Arguments.of(Errors.tooManyRequestsNoDetail(), 429, "QUOTA_ERROR"),
        Arguments.of(Errors.notFound("m", "generateContent"), 404, "MODEL_NOT_FOUND"),
        Arguments.of(Errors.badRequest("Bad."), 400, "UPSTREAM_ERROR"),
        Arguments.of(Errors.internal500(), 500, "UPSTREAM_ERROR"),
        Arguments.of(Errors.overloaded503(), 503, "UPSTREAM_ERROR"),
        Arguments.of(Errors.badGateway502(), 502, "UPSTREAM_ERROR"),
        Arguments.of(Errors.gatewayTimeout504(), 504, "TIMEOUT"),
        Arguments.of(Reaction.of(Answer.of(302)), 502, "UPSTREAM_ERROR"),
        Arguments.of(Reaction.of(Answer.of(408, JSON, "{}")), 408, "TIMEOUT"),
        // The gateway's own keys are not the client's concern.
        Arguments.of(Errors.keyInvalid(), 503, "UPSTREAM_ERROR"),
        Arguments.of(Errors.keySuspended(), 503, "UPSTREAM_ERROR"));
  }

  @ParameterizedTest
  @MethodSource("errors")
  void tellsErrorsOfGoogleByTheirCode(Reaction reaction, int status, String code) throws Exception {
    Response answer = ask(reaction, "internal_retries: 0", "max_wait_secs: 0");
    assertFails(status, code, answer);
    assertFalse(answer.text().contains("AIza"), answer::text);
  }

  @Test
  void keepsGooglesMessageAndTheTimeToWait() throws Exception {
    Response answer = ask(Errors.tooManyRequestsPerMinute());
    assertTrue(String.valueOf(error(answer).get("message")).contains("quota"), answer::text);
    assertTrue(Integer.parseInt(answer.header("retry-after")) >= 24, answer::toString);
    assertEquals("resource_exhausted", error(answer).get("reason"));
  }

  @Test
  void tellsTheTimeToWaitWhenEveryKeyIsKnownToRest() throws Exception {
    try (SimpleRig rig = SimpleRig.start()) {
      rig.google().script().always(Errors.tooManyRequestsPerMinute());
      assertFails(429, "QUOTA_ERROR", rig.post(body("Hi")));
      long asked = rig.google().journal().requestCount();
      Response again = rig.post(body("Hi"));
      assertFails(429, "QUOTA_ERROR", again);
      assertNotNull(again.header("retry-after"));
      assertEquals("keys_cooling", error(again).get("reason"));
      assertEquals(asked, rig.google().journal().requestCount());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "IMAGE_SAFETY"})
  void tellsAWithheldAnswer(String reason) throws Exception {
    for (String parts : List.of("", "{\"text\":\"half of it\"}")) {
      Response answer = ask(candidate(parts, reason));
      assertFails(400, "SAFETY_BLOCKED", answer);
      assertTrue(String.valueOf(error(answer).get("message")).contains(reason), answer::text);
      assertFalse(answer.text().contains("half"), answer::text);
    }
  }

  @Test
  void tellsABlockedPrompt() throws Exception {
    Response answer =
        ask("{\"promptFeedback\":{\"blockReason\":\"PROHIBITED_CONTENT\",\"safetyRatings\":[]}}");
    assertFails(400, "SAFETY_BLOCKED", answer);
    assertEquals("prohibited_content", error(answer).get("reason"));
  }

  @ParameterizedTest
  @CsvSource({"MAX_TOKENS", "STOP", "RECITATION", "MALFORMED_FUNCTION_CALL", "SOMETHING_NEW"})
  void explainsAnAnswerWithoutText(String reason) throws Exception {
    Response answer = ask(candidate("{\"text\":\"hmm\",\"thought\":true}", reason));
    assertFails(502, "UPSTREAM_ERROR", answer);
    assertTrue(String.valueOf(error(answer).get("message")).contains(reason), answer::text);
    assertEquals("empty_answer", error(answer).get("reason"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"MAX_TOKENS", "STOP", "OTHER"})
  void givesTheTextThatThereIsWithoutThoughts(String reason) throws Exception {
    String parts =
        "{\"thought\":true,\"text\":\"hmm\"},{\"text\":\"One \"},"
            + "{\"text\":\"so\",\"thought\":true},{\"text\":\"two\\u00fc\\ud83d\\ude00.\"}";
    assertEquals("One twoü😀.", text(ask(candidate(parts, reason))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{}", "[]", "no json", "{\"candidates\":[", "\"text\"", "{\"candidates\":[]} }"})
  void tellsWhatIsNoAnswer(String body) throws Exception {
    assertFails(502, "UPSTREAM_ERROR", ask(body));
  }

  @Test
  void tellsAnErrorInsideASuccessWithoutItsText() throws Exception {
    String key = Rig.key(0);
    Response answer =
        ask(
            "{\"error\":{\"code\":503,\"message\":\"Consumer api_key:%s\",\"status\":\"UNAVAILABLE\"}}"
                .formatted(key));
    assertFails(503, "UPSTREAM_ERROR", answer);
    assertFalse(answer.text().contains(key), answer::text);
  }

  @Test
  void tellsABrokenAnswer() throws Exception {
    Response answer = ask(Reaction.usual(usual -> usual.resetAfter(30)));
    assertFails(502, "UPSTREAM_ERROR", answer);
    assertEquals("broken_answer", error(answer).get("reason"));
    assertTrue(answer.whole());
  }

  @Test
  void tellsAnAnswerThatFellSilent() throws Exception {
    Response answer =
        ask(Reaction.usual(usual -> usual.stallAfter(30)), "upstream: {idle_timeout_secs: 1}");
    assertFails(504, "TIMEOUT", answer);
  }

  @Test
  void tellsThatNoAnswerBegan() throws Exception {
    Response answer =
        ask(
            Reaction.of(Answer.never()),
            "server.request_timeout_secs: 1",
            "upstream: {deadline_secs: 1}");
    assertFails(504, "TIMEOUT", answer);
  }

  @Test
  void endsAnAnswerThatIsTooLongAndGoesOn() throws Exception {
    withFewerRecords(
        () -> {
          byte[] block = ("{\"text\":\"" + "x".repeat(1 << 20) + "\"},").getBytes(UTF_8);
          List<Header> headers = Header.list("content-type", JSON);
          Answer endless = Answer.flood(headers, block, 64, new byte[0]);
          try (SimpleRig rig = SimpleRig.start()) {
            rig.google().script().next(1, Reaction.of(endless));
            assertFails(502, "UPSTREAM_ERROR", rig.post(body("Hi")));
            rig.google().journal().awaitCancelled(1);
            assertTrue(rig.google().journal().sentBytes() < 60L << 20);
            assertEquals("Echo: Hi", text(rig.post(body("Hi"))));
          }
        });
  }

  @Test
  void servesEightMegabytes() throws Exception {
    String text = "Grüße 😀 \\\" ".repeat(500_000);
    withFewerRecords(
        () -> {
          Response answer = ask(candidate("{\"text\":\"" + text + "\"}", "STOP"));
          assertEquals(text.replace("\\\"", "\""), text(answer));
          assertNull(answer.header("transfer-encoding"));
        });
  }

  private interface Work {
    void run() throws Exception;
  }

  /** Leaks are looked for in some buffers only: a record of each access makes megabytes slow. */
  private static void withFewerRecords(Work work) throws Exception {
    ResourceLeakDetector.Level before = ResourceLeakDetector.getLevel();
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.SIMPLE);
    try {
      work.run();
    } finally {
      ResourceLeakDetector.setLevel(before);
    }
  }

  @Test
  void refusesAnAnswerThatIsCoded() throws Exception {
    Response answer = ask(Reaction.usual(Answer::gzipped));
    assertFails(502, "UPSTREAM_ERROR", answer);
  }
}
