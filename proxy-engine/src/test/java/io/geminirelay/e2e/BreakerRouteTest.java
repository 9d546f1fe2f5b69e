package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Reaction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A model or target that keeps failing is left alone, and only it. */
class BreakerRouteTest {
  private static final String OTHER = "/v1beta/models/gemini-2.0-flash:generateContent";
  private static final String BREAKER =
      "circuit_breaker: {failure_threshold: 4, half_open_max_calls: 2, success_threshold: 2}";

  private final FakeTime time = new FakeTime();

  private Rig rig() throws Exception {
    return Rig.of(
        GeminiSimulator.plain(time),
        time,
        "",
        3,
        BREAKER,
        "internal_retries: 0",
        "max_wait_secs: 0");
  }

  private static void overload(Rig rig) {
    rig.script().when(request -> request.uri().contains("2.5-flash"), Errors.overloaded503());
    Rig.await(
        () -> {
          Response answer = rig.post(Rig.UNARY, Rig.BODY);
          assertEquals(503, answer.status(), answer::toString);
          return answer.text().contains("BREAKER_OPEN");
        },
        "the breaker");
  }

  @Test
  void anOverloadedModelIsNotAskedForAMinuteWhileOthersAreServed() throws Exception {
    try (Rig rig = rig()) {
      overload(rig);
      rig.journal().clear();
      for (String path : List.of(Rig.UNARY, Rig.STREAM)) {
        Response answer = rig.post(path, Rig.BODY);
        assertEquals("503 60", answer.status() + " " + answer.header("retry-after"));
      }
      Response openAi = rig.post(Rig.CHAT, Rig.CHAT_BODY);
      assertEquals("503 60", openAi.status() + " " + openAi.header("retry-after"));
      assertEquals(0, rig.journal().requestCount());
      for (int i = 0; i < 3; i++) {
        assertEquals(200, rig.post(OTHER, Rig.BODY).status());
      }
      assertEquals(3, rig.journal().countsByKey().size(), "no key is to blame");
      time.advance(Duration.ofSeconds(59));
      assertEquals("1", rig.post(Rig.UNARY, Rig.BODY).header("retry-after"));
    }
  }

  @Test
  void afterwardsAFewTryItAtATimeAndTheirSuccessServesAll() throws Exception {
    try (Rig rig = rig()) {
      overload(rig);
      time.advance(Duration.ofSeconds(60));
      rig.script().clear().always(Reaction.of(Answer.never()));
      rig.journal().clear();
      List<TestClient> held = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        TestClient client = TestClient.connect(rig.port());
        held.add(client);
        client.request("POST", Rig.UNARY, List.of(), Rig.BODY.getBytes(StandardCharsets.UTF_8));
        rig.journal().awaitRequests(i + 1);
      }
      for (int i = 0; i < 20; i++) {
        assertEquals(503, rig.post(Rig.UNARY, Rig.BODY).status());
      }
      assertEquals(2, rig.journal().requestCount());
      rig.script().clear();
      held.forEach(TestClient::close);
      // What the trials of clients that left had taken is free for others.
      Rig.await(() -> rig.post(Rig.UNARY, Rig.BODY).status() == 200, "a place");
      for (int i = 0; i < 5; i++) {
        assertEquals(200, rig.post(Rig.UNARY, Rig.BODY).status());
      }
    }
  }

  @Test
  void oneFailedTrialClosesItForAnotherMinute() throws Exception {
    try (Rig rig = rig()) {
      overload(rig);
      time.advance(Duration.ofSeconds(60));
      rig.journal().clear();
      assertEquals(503, rig.post(Rig.UNARY, Rig.BODY).status());
      assertEquals(1, rig.journal().requestCount());
      assertEquals("60", rig.post(Rig.UNARY, Rig.BODY).header("retry-after"));
      assertEquals(1, rig.journal().requestCount());
    }
  }

  /** Neither a key's quota nor what a client asks wrongly is the target's fault. */
  @ParameterizedTest
  @ValueSource(strings = {"quota", "invalid", "client", "file"})
  void nothingElseOpensIt(String what) throws Exception {
    Reaction answer =
        switch (what) {
          case "quota" -> Errors.tooManyRequestsPerMinute();
          case "invalid" -> Errors.keyInvalid();
          case "client" -> Errors.badRequest("no");
          default -> Errors.fileForbidden("x");
        };
    try (Rig rig = rig()) {
      rig.script().when(request -> request.uri().contains("2.5-flash"), answer);
      for (int i = 0; i < 12; i++) {
        Response got = rig.post(Rig.UNARY, Rig.BODY);
        assertTrue(got.status() >= 400 && !got.text().contains("BREAKER"), got::toString);
        time.advance(Duration.ofHours(1));
      }
      rig.script().clear();
      assertEquals(200, rig.post(OTHER, Rig.BODY).status());
    }
  }

  @Test
  void aFailingTargetIsLeftAloneWithEveryModel() throws Exception {
    try (Rig rig = rig()) {
      rig.script().always(Errors.internal500());
      Rig.await(() -> rig.post(OTHER, Rig.BODY).text().contains("BREAKER_OPEN"), "the breaker");
      rig.journal().clear();
      Response answer = rig.post(Rig.UNARY, Rig.BODY);
      assertEquals("503 60", answer.status() + " " + answer.header("retry-after"));
      assertEquals(0, rig.journal().requestCount());
    }
  }
}
