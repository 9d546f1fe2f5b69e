package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Quota;
import io.geminirelay.testing.sim.Reaction;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Limits that the operator set, or Google told of, behind a running gateway. */
class KnownLimitsTest {
  private static final String COUNT = Rig.UNARY.replace("generateContent", "countTokens");
  private static final String NO_WAIT = "max_wait_secs: 0";

  private final FakeTime time = new FakeTime();
  private final GeminiSimulator google = GeminiSimulator.plain(time);

  private Rig rig(String group, int keys) throws Exception {
    for (int i = 0; i < keys; i++) {
      google.key(Rig.key(i), "project-" + i);
      google.quota("project-" + i, "*", Quota.of(3, -1));
    }
    return Rig.of(google, time, group, keys, NO_WAIT);
  }

  private static int status(Rig rig) {
    return rig.post(Rig.UNARY, Rig.BODY).status();
  }

  @Test
  void sendsNothingThatWouldBeRefused() throws Exception {
    try (Rig rig = rig("limits: {\"gemini-2.5-*\": {rpm: 3}},", 2)) {
      for (int i = 0; i < 6; i++) {
        assertEquals(200, status(rig), "request " + i);
      }
      Response seventh = rig.post(Rig.UNARY, Rig.BODY);
      assertEquals(429, seventh.status());
      long wait = Long.parseLong(seventh.header("retry-after"));
      assertTrue(wait > 55 && wait <= 62, "retry after " + wait);
      assertEquals(6, rig.journal().requestCount());
      time.advance(Duration.ofSeconds(wait));
      for (int i = 0; i < 6; i++) {
        assertEquals(200, status(rig), "request " + i + " a minute later");
      }
      assertEquals(12, rig.journal().answers().stream().filter(a -> a.status() == 200).count());
    }
  }

  @Test
  void countsNothingThatHasAQuotaOfItsOwn() throws Exception {
    try (Rig rig = rig("limits: {\"*\": {rpm: 1}},", 1)) {
      rig.post(COUNT, Rig.BODY);
      rig.post(COUNT, Rig.BODY);
      assertEquals(200, status(rig));
      assertEquals(429, status(rig));
    }
  }

  @Test
  void countsTheTokensThatGoogleCounted() throws Exception {
    try (Rig rig = rig("limits: {\"*\": {tpm: 2000}},", 1)) {
      // An answer that says 1,995 leaves no room for a body guessed at ten tokens and more.
      rig.script().always(Reaction.of(Answer.of(200, "application/json", answer(1_995))));
      assertEquals(200, status(rig));
      assertEquals(429, status(rig));
      assertEquals(1, rig.journal().requestCount());
      time.advance(Duration.ofSeconds(62));
      rig.script().always(Reaction.of(Answer.of(200, "application/json", answer(1))));
      // Three would not fit by their length, but do by Google's count of those before.
      String longer = Rig.BODY.replace("Hello", "Hello ".repeat(500));
      for (int i = 0; i < 3; i++) {
        assertEquals(200, rig.post(Rig.UNARY, longer).status());
      }
    }
  }

  private static String answer(int promptTokens) {
    return """
        {"candidates": [{"content": {"parts": [{"text": "ok"}], "role": "model"},
        "finishReason": "STOP", "index": 0}], "usageMetadata": {"promptTokenCount": %d,
        "candidatesTokenCount": 1, "totalTokenCount": %d}}"""
        .formatted(promptTokens, promptTokens + 1);
  }

  @Test
  void learnsALimitFromOneRefusalAndKeepsIt() throws Exception {
    try (Rig rig = rig("", 1)) {
      for (int i = 0; i < 3; i++) {
        assertEquals(200, status(rig));
      }
      assertEquals(429, status(rig));
      assertEquals(4, rig.journal().requestCount(), "the refusal that tells of the limit");
      for (int minute = 0; minute < 5; minute++) {
        time.advance(Duration.ofSeconds(70));
        for (int i = 0; i < 3; i++) {
          assertEquals(200, status(rig), "minute " + minute);
        }
        assertEquals(429, status(rig));
      }
      assertEquals(4 + 5 * 3, rig.journal().requestCount(), "no other was suffered");
    }
  }
}
