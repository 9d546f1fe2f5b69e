package io.geminirelay.flow.interpret;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.Secret;
import io.geminirelay.testing.Corpus;
import io.geminirelay.testing.CorpusExchange;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SimpleFailureTest {
  private static final Secret OWN = Secret.of("own-key");

  private static GoogleError error(String body) {
    ByteBuf buf = UnpooledByteBufAllocator.DEFAULT.heapBuffer().writeBytes(body.getBytes(UTF_8));
    try {
      return GoogleError.read(buf);
    } finally {
      buf.release();
    }
  }

  private static String body(int code, String reason, String message) {
    return """
        {"error":{"code":%d,"message":"%s","status":"SOME_STATUS","details":[
          {"@type":"x","metadata":{"reason":"NOT_THIS"}},
          {"@type":"y","reason":"%s"},{"@type":"z","retryDelay":"24.66s"}]}}
        """
        .formatted(code, message, reason);
  }

  @ParameterizedTest
  @CsvSource({
    "429, X, false, 429, QUOTA_ERROR",
    "429, X, true, 429, QUOTA_ERROR",
    "404, X, false, 404, MODEL_NOT_FOUND",
    "400, API_KEY_INVALID, true, 401, UNAUTHORIZED",
    "400, X, true, 400, UPSTREAM_ERROR",
    "400, API_KEY_INVALID, false, 400, UPSTREAM_ERROR",
    "401, X, true, 401, UNAUTHORIZED",
    "403, X, true, 401, UNAUTHORIZED",
    "403, X, false, 403, UPSTREAM_ERROR",
    "408, X, false, 408, TIMEOUT",
    "504, X, true, 504, TIMEOUT",
    "500, X, true, 500, UPSTREAM_ERROR",
    "503, X, false, 503, UPSTREAM_ERROR",
    "302, X, false, 400, UPSTREAM_ERROR"
  })
  void tellsWhatAnErrorMeans(int status, String reason, boolean own, int told, String code) {
    SimpleFailure failure =
        SimpleFailure.of(
            status, error(body(status == 302 ? 400 : status, reason, "Said")), own ? OWN : null);
    assertEquals(told, failure.status().code());
    assertEquals(code, failure.code());
    boolean refused = code.equals("UNAUTHORIZED");
    assertEquals(refused ? "api_key_refused" : "some_status", failure.reason());
    assertEquals(refused ? -1 : 25, failure.retryAfterSeconds());
    assertTrue(refused ? failure.message().contains("refused") : failure.message().equals("Said"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<html>",
        "[]",
        "7",
        "{}",
        "{\"error\":null}",
        "{\"error\":{\"message\":{\"a\":1},\"details\":[[],7,null],\"code\":\"x\"}}",
        "{\"error\":{\"details\":[{\"reason\":7,\"retryDelay\":\"soon\"}"
      })
  void standsWhatIsNoErrorBody(String body) {
    SimpleFailure failure = SimpleFailure.of(502, error(body), null);
    assertEquals("Google answered 502.", failure.message());
    assertEquals("status_502", failure.reason());
    assertEquals(-1, failure.retryAfterSeconds());
  }

  @Test
  void keepsWhatWasSaidBeforeABreak() {
    assertEquals("Said", error("{\"error\":{\"message\":\"Said\",\"code\":4").message());
  }

  @Test
  void cutsAnEndlessMessageBetweenCharacters() {
    String cut = error("{\"error\":{\"message\":\"x" + "😀".repeat(5_000) + "\"}}").message();
    assertTrue(cut.length() <= 2_001 && cut.endsWith("😀…"), cut);
  }

  @Test
  void leavesOutAWordThatWasCutSinceItMayBeHalfAKey() {
    String cut = error("{\"error\":{\"message\":\"" + "so ".repeat(665) + "AIza123\"}}").message();
    assertTrue(cut.endsWith("so …"), cut);
  }

  @Test
  void namesNoReasonThatHasNotTheFormOfOne() {
    String odd = body(403, "own-key", "own\\u002dkey");
    assertFalse(SimpleFailure.of(403, error(odd), OWN).toString().contains("own-key"));
  }

  @Test
  void findsAMessageInEveryRecordedJsonError() {
    for (CorpusExchange recorded : Corpus.ofKind("errors")) {
      String text = recorded.responseText();
      boolean named = text.contains("\"message\"") && !recorded.path().contains("interactions");
      SimpleFailure failure = SimpleFailure.of(recorded.status(), error(text), null);
      assertEquals(recorded.status(), failure.status().code(), recorded::toString);
      assertEquals(
          !named, failure.message().startsWith("Google answered"), () -> recorded + " " + text);
    }
  }
}
