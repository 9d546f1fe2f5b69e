package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Reaction;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Refused keys behind a running gateway: what the client sees of them, and what they cost. */
class KeyFaultsTest {
  private static final int CROWD = 1_000;

  @Test
  void servesACrowdWithTheOneKeyThatHasQuota() throws Exception {
    try (Rig rig = Rig.of(10)) {
      rig.script().always(Reaction.usual(answer -> answer.delayed(Duration.ofMillis(200))));
      for (int i = 0; i < 9; i++) {
        rig.script().whenKey(Rig.key(i), i < 5 ? dayQuota() : minuteQuota());
      }
      assertEquals(CROWD, served(rig));
      long first = rig.journal().requestCount();
      System.out.println("upstream requests for " + CROWD + " with 1 of 10 keys: " + first);
      // A request that meets a spent key before its refusal is known takes one more turn at a key.
      assertTrue(first <= 3 * CROWD, "too many upstream requests: " + first);
      assertEquals(CROWD, served(rig));
      assertEquals(CROWD, rig.journal().requestCount() - first);
    }
  }

  private static Reaction dayQuota() {
    return Errors.tooManyRequestsPerDay();
  }

  private static Reaction minuteQuota() {
    return Errors.tooManyRequestsPerMinute("gemini-2.5-flash", 300);
  }

  private static long served(Rig rig) {
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
    for (int i = 0; i < CROWD; i++) {
      URI uri = URI.create(rig.gateway().url() + (i % 2 == 0 ? Rig.UNARY : Rig.STREAM));
      HttpRequest request =
          HttpRequest.newBuilder(uri)
              .POST(HttpRequest.BodyPublishers.ofString(Rig.BODY))
              .header("content-type", "application/json")
              .build();
      all.add(client.sendAsync(request, HttpResponse.BodyHandlers.ofString()));
    }
    return all.stream()
        .map(answer -> answer.orTimeout(60, TimeUnit.SECONDS).join())
        .filter(answer -> answer.statusCode() == 200 && answer.body().contains("finishReason"))
        .count();
  }

  static Stream<Arguments> badKeys() {
    return Stream.of(
        Arguments.of("invalid", Errors.keyInvalid()),
        Arguments.of("expired", Errors.keyExpired()),
        Arguments.of("suspended", Errors.keySuspended()),
        Arguments.of("leaked", Errors.keyLeaked()),
        Arguments.of("service off", Errors.serviceDisabled("p")),
        Arguments.of("no quota at all", Errors.noFreeQuota("gemini-2.5-flash")),
        Arguments.of("suspended, in gzip", Errors.keySuspended().altered(Answer::gzipped)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badKeys")
  void hidesOneBadKeyOfThree(String name, Reaction refusal) throws Exception {
    try (Rig rig = Rig.of(3)) {
      rig.script().whenKey(Rig.key(1), refusal);
      for (int i = 0; i < 12; i++) {
        Response answer =
            switch (i % 4) {
              case 0 -> rig.post(Rig.UNARY, Rig.BODY);
              case 1 -> rig.post(Rig.STREAM, Rig.BODY);
              case 2 -> rig.post(Rig.CHAT, Rig.CHAT_BODY);
              default -> rig.post(Rig.CHAT, Rig.CHAT_STREAM_BODY);
            };
        assertEquals(200, answer.status(), answer::toString);
        assertTrue(answer.whole());
      }
      assertEquals(1, rig.journal().countOf(Rig.key(1)), rig.journal()::toString);
      assertEquals(13, rig.journal().requestCount());
    }
  }

  @Test
  void saysWhenToComeBackOnceEveryKeyRests() throws Exception {
    try (Rig rig = Rig.of(3)) {
      rig.script().always(minuteQuota());
      Response first = rig.post(Rig.UNARY, Rig.BODY);
      assertEquals(429, first.status(), first::toString);
      assertRetryAfter(first);
      assertEquals(3, rig.journal().requestCount());
      Response google = rig.post(Rig.UNARY, Rig.BODY);
      assertEquals(429, google.status());
      assertRetryAfter(google);
      assertTrue(google.text().contains("\"status\":\"RESOURCE_EXHAUSTED\""), google::text);
      assertTrue(google.text().contains("KEYS_COOLING"), google::text);
      Response openAi = rig.post(Rig.CHAT, Rig.CHAT_BODY);
      assertEquals(429, openAi.status(), openAi::toString);
      assertRetryAfter(openAi);
      assertTrue(openAi.text().contains("\"type\":\"rate_limit_error\""), openAi::text);
      assertEquals(3, rig.journal().requestCount());
    }
  }

  private static void assertRetryAfter(Response answer) {
    String seconds = answer.header("retry-after");
    assertNotNull(seconds, answer::toString);
    long wait = Long.parseLong(seconds);
    assertTrue(wait > 200 && wait <= 600, seconds);
    assertNotNull(answer.header("x-request-id"));
  }

  static Stream<Arguments> echoes() {
    return Stream.of(
        Arguments.of("suspended", Errors.keySuspended()),
        Arguments.of("in gzip", Errors.keySuspended().altered(Answer::gzipped)),
        Arguments.of("in pieces", Errors.keySuspended().altered(a -> a.splitRandomly(7))),
        Arguments.of(
            "in an error for the client",
            (Reaction)
                (request, usual) ->
                    Answer.of(404, "application/json", "{\"a\":\"" + request.key() + "\"}")),
        Arguments.of(
            "in the same in gzip",
            (Reaction)
                (request, usual) ->
                    Answer.of(404, "application/json", "{\"a\":\"" + request.key() + "\"}")
                        .gzipped()),
        Arguments.of(
            "in a refusal",
            (Reaction)
                (request, usual) -> Answer.of(429, "text/plain", "no quota for " + request.key())),
        Arguments.of(
            "in headers",
            (Reaction)
                (request, usual) ->
                    Answer.of(
                        302,
                        Header.list(
                            "x-goog-api-key", String.valueOf(request.key()),
                            "x-goog-upload-url", "http://a/b?key=" + request.key(),
                            "location", "http://a/b?key=" + request.key(),
                            "x-other", "k=" + request.key()),
                        new byte[0])));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("echoes")
  void showsNoKeyToAnyone(String name, Reaction echo) throws Exception {
    try (Rig rig = Rig.of(2, "max_wait_secs: 0")) {
      rig.script().always(echo);
      for (Response answer :
          List.of(
              rig.post(Rig.UNARY, Rig.BODY),
              rig.post(Rig.STREAM, Rig.BODY, "accept-encoding", "gzip"),
              rig.post(Rig.CHAT, Rig.CHAT_BODY, "accept-encoding", "gzip"))) {
        assertFalse(answer.toString().contains("AIzaTestKey"), answer::toString);
        assertTrue(answer.status() > 300 && answer.whole(), answer::toString);
      }
    }
  }
}
