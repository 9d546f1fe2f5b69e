package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.sim.Quota;
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
    String body = Rig.BODY.replace("Hello", "x ".repeat(2000));
    try (Rig rig = rig("limits: {\"*\": {tpm: 1500}},", 1)) {
      // Guessed at a thousand; what is left then depends on what the answer says.
      assertEquals(200, rig.post(Rig.UNARY, Rig.BODY).status());
      assertEquals(200, rig.post(Rig.UNARY, body).status());
      long sent = rig.journal().requestCount();
      assertEquals(2, sent);
    }
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
