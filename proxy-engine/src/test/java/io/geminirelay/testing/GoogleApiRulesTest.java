package io.geminirelay.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.sim.Json;
import io.geminirelay.testing.sim.Quota;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Credentials, paths, models and quotas are judged as Google judges them. */
class GoogleApiRulesTest {
  private static final String MODEL = "/v1beta/models/gemini-2.5-flash";
  private static final String CHAT = "/v1beta/openai/chat/completions";
  private static final String NATIVE =
      "{'contents':[{'parts':[{'text':'a prompt that is longer than one event'}]}],}";
  private static final String MESSAGES =
      "{\"model\":\"gemini-2.5-flash\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]";
  private static final String GOOG = "x-goog-api-key";
  private static final String BEARER = "authorization";

  private final FakeTime time = new FakeTime();
  private final GeminiSimulator simulator = GeminiSimulator.plain(time).key("k1", "p1");
  private final TestClient client = TestClient.connect(simulator.port());

  @AfterEach
  void stop() {
    client.close();
    simulator.close();
  }

  private void check(int status, String says, Response response) {
    assertEquals(status, response.status(), response.toString());
    assertTrue(response.text().contains(says), response.toString());
  }

  @Test
  void takesOneCredentialInTheRightPlace() {
    String path = MODEL + ":generateContent";
    check(200, "Echo", client.post(path, NATIVE, GOOG, "k1"));
    check(200, "Echo", client.post(path + "?key=k1", NATIVE));
    check(403, "unregistered callers", client.post(path, NATIVE));
    check(400, "API_KEY_INVALID", client.post(path, NATIVE, GOOG, "other"));
    check(401, "ACCESS_TOKEN_TYPE_UNSUPPORTED", client.post(path, NATIVE, BEARER, "Bearer k1"));
    check(400, "Multiple authentication", client.post(path + "?key=k1", NATIVE, GOOG, "k1"));
    check(400, "Multiple auth", client.post(path, NATIVE, GOOG, "k1", BEARER, "Bearer k1"));
    check(200, "Echo", client.post(CHAT, MESSAGES + "}", BEARER, "Bearer k1"));
    check(400, "Authorization header", client.post(CHAT, MESSAGES + "}", GOOG, "k1"));
    Response two = client.post(CHAT, MESSAGES + "}", BEARER, "Bearer k1", GOOG, "k1");
    check(400, "Multiple authentication", two);
    assertTrue(two.text().startsWith("[{"));
  }

  @Test
  void tellsWrongPathsFromWrongModels() {
    for (String path :
        List.of("/", "/v1beta/models/gemini/gemini-2.0:generateContent", MODEL + ":nothing")) {
      Response page = client.post(path, NATIVE, GOOG, "k1");
      check(404, "", page);
      assertEquals("text/html", page.header("content-type"));
      assertEquals(0, page.body().length);
    }
    String unknown = "/v1beta/models/unheard-of";
    check(404, "NOT_FOUND", client.post(unknown + ":generateContent", NATIVE, GOOG, "k1"));
    check(404, "embedContent", client.post(MODEL + ":embedContent", "{}", GOOG, "k1"));
    Response stream = client.post(unknown + ":streamGenerateContent?alt=sse", NATIVE, GOOG, "k1");
    assertEquals("text/event-stream", stream.header("content-type"));
    check(404, "{\n  \"error\"", stream);
    check(400, "INVALID_ARGUMENT", client.post(MODEL + ":generateContent", "{", GOOG, "k1"));
  }

  @Test
  void framesStreamsAsEventsOrAsOneArray() throws IOException {
    String path = MODEL + ":streamGenerateContent";
    Response events = client.post(path + "?alt=sse", NATIVE, GOOG, "k1");
    assertTrue(events.text().startsWith("data: {"));
    assertTrue(events.text().endsWith("\r\n\r\n"));
    Response array = client.post(path, NATIVE, GOOG, "k1");
    assertTrue(array.text().contains("}\n,\r\n{"));
    assertTrue(array.text().endsWith("\n]"));
    assertEquals(
        events.text().split("\r\n\r\n", -1).length - 1, Json.list(Json.parse(array.body())).size());
    Response chat = client.post(CHAT, MESSAGES + ",\"stream\":true}", BEARER, "Bearer k1");
    assertTrue(chat.text().startsWith("data: {\"choices\":[{\"delta\":{\"content\":\"Echo"));
    assertTrue(chat.text().endsWith("\n\ndata: [DONE]\n\n"));
    assertFalse(chat.text().contains("usage"));
  }

  @Test
  void cutsAnswersAtTheLongestAllowed() {
    String limited = NATIVE.replace("],}", "],'generationConfig':{'maxOutputTokens':2}}");
    check(200, "MAX_TOKENS", client.post(MODEL + ":generateContent", limited, GOOG, "k1"));
    String wide = "{\"contents\":[{\"parts\":[{\"text\":\"" + "\uD83D\uDE00".repeat(40) + "\"}]}]}";
    Response stream = client.post(MODEL + ":streamGenerateContent?alt=sse", wide, GOOG, "k1");
    assertFalse(stream.text().contains("?"));
  }

  @Test
  void minuteQuotaEndsWithTheMinuteAndDayQuotaAtMidnightPacific() {
    simulator.quota("p1", "gemini-2.5-flash", Quota.of(2, 3));
    String path = MODEL + ":generateContent";
    check(200, "Echo", client.post(path, NATIVE, GOOG, "k1"));
    check(200, "Echo", client.post(path, NATIVE, GOOG, "k1"));
    Response minute = client.post(path, NATIVE, GOOG, "k1");
    check(429, "PerMinutePerProjectPerModel-FreeTier", minute);
    assertFalse(minute.text().contains("PerDay"));
    check(429, "\"60s\"", minute);
    time.advance(Duration.ofMinutes(1));
    check(200, "Echo", client.post(path, NATIVE, GOOG, "k1"));
    check(429, "PerDayPerProjectPerModel-FreeTier", client.post(path, NATIVE, GOOG, "k1"));
    check(200, "Echo", client.post(path.replace("flash", "pro"), NATIVE, GOOG, "k1"));
    time.set(Instant.parse("2026-07-16T06:59:59Z"));
    check(429, "PerDay", client.post(path, NATIVE, GOOG, "k1"));
    time.advance(Duration.ofSeconds(1));
    check(200, "Echo", client.post(path, NATIVE, GOOG, "k1"));
  }

  @Test
  void countsInputTokensOfAMinute() {
    simulator.quota("p1", "*", Quota.of(-1, -1).withTokensPerMinute(12).paid());
    String path = MODEL + ":generateContent";
    check(200, "Echo", client.post(path, NATIVE, GOOG, "k1"));
    check(
        429,
        "GenerateContentPaidTierInputTokensPerModelPerMinute",
        client.post(path, NATIVE, GOOG, "k1"));
    simulator.quota("p1", "*", Quota.of(0, -1).withoutDetail());
    Response bare = client.post(path, NATIVE, GOOG, "k1");
    check(429, "check quota", bare);
    assertFalse(new String(bare.body(), StandardCharsets.UTF_8).contains("details"));
  }
}
