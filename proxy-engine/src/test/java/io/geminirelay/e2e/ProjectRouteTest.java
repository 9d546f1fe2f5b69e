package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Reaction;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What Google's errors tell of projects, and what follows for keys that share one. */
class ProjectRouteTest {
  private static final String OTHER = "/v1beta/models/gemini-2.0-flash:generateContent";

  private final FakeTime time = new FakeTime();

  private Rig rig(int keys) throws Exception {
    return Rig.of(GeminiSimulator.plain(time), time, "", keys, "max_wait_secs: 0");
  }

  private static Reaction spent(int project) {
    return Reaction.of(
        Answer.of(
            429,
            "application/json",
            "{\"error\":{\"code\":429,\"details\":[{\"metadata\":{\"consumer\":\"projects/"
                + project
                + "\",\"quota_limit\":\"XPerDayY\",\"quota_limit_value\":\"5\"}}]}}"));
  }

  @Test
  void keysThatShowedToShareAProjectAreRefusedOnce() throws Exception {
    try (Rig rig = rig(5)) {
      for (int i = 0; i < 4; i++) {
        rig.script().whenKey(Rig.key(i), spent(7));
      }
      for (int i = 0; i < 5; i++) {
        assertEquals(200, rig.post(Rig.UNARY, Rig.BODY).status());
      }
      assertEquals(9, rig.journal().requestCount(), "each once, to learn");
      rig.journal().clear();
      for (int i = 0; i < 10; i++) {
        assertEquals(200, rig.post(OTHER, Rig.BODY).status());
      }
      assertEquals(11, rig.journal().requestCount(), "one for all of them");
    }
  }

  @Test
  void aProjectWhoseServiceIsOffIsAskedOnceForAllItsKeys() throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(time)) {
      String yaml =
          "groups: [{name: g, target_url: \"%s\", api_keys: [{key: %s, project: p},"
              + " {key: %s, project: p}, {key: %s, project: q}]}]\n";
      try (Gateway gateway =
              Gateway.start(
                  yaml.formatted(google.baseUrl(), Rig.key(0), Rig.key(1), Rig.key(2)), time);
          io.geminirelay.testing.TestClient client =
              io.geminirelay.testing.TestClient.connect(gateway.port())) {
        google.script().always(Errors.serviceDisabled("p"));
        google.script().whenKey(Rig.key(2), Reaction.usual(usual -> usual));
        for (int i = 0; i < 6; i++) {
          assertEquals(200, client.post(i % 2 == 0 ? OTHER : Rig.UNARY, Rig.BODY).status());
        }
        assertEquals(6, google.journal().countOf(Rig.key(2)));
        assertEquals(7, google.journal().requestCount());
      }
    }
  }

  /** A client must not be able to have a key of the gateway refused by naming another payer. */
  @Test
  void noClientNamesTheProjectThatPays() throws Exception {
    try (Rig rig = rig(1)) {
      Response answer = rig.post(Rig.UNARY, Rig.BODY, "X-Goog-User-Project", "someone-else");
      assertEquals(200, answer.status());
      assertNull(rig.journal().lastRequest().header("x-goog-user-project"));
    }
  }

  @Test
  void aClockThatIsSetRightAfterTheStartEndsADaysRestInTime() throws Exception {
    try (Rig rig = rig(1)) {
      rig.script().next(1, Errors.tooManyRequestsPerDay());
      assertEquals("43200", rig.post(Rig.UNARY, Rig.BODY).header("retry-after"));
      time.set(Instant.parse("2026-07-16T06:00:00Z"));
      Rig.await(
          () -> {
            // What was foreseen holds for a moment.
            time.advance(Duration.ofMillis(60));
            String wait = rig.post(Rig.UNARY, Rig.BODY).header("retry-after");
            return Long.parseLong(wait) <= 3600 && Long.parseLong(wait) > 3000;
          },
          "the clock");
      time.advance(Duration.ofHours(1));
      assertEquals(200, rig.post(Rig.UNARY, Rig.BODY).status());
      assertEquals(2, rig.journal().requestCount());
    }
  }
}
