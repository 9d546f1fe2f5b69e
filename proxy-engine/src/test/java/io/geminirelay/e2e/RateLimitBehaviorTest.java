package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Response;
import io.geminirelay.testing.sim.Errors;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The three ways to treat a refusal, as they are chosen in the configuration. */
class RateLimitBehaviorTest {
  private static OutcomeRig rig(String behavior) throws Exception {
    return new OutcomeRig("rate_limit_behavior: " + behavior);
  }

  private static void serveOneAroundTheRefusal(OutcomeRig rig) {
    Response answer = rig.ask(Rig.UNARY, Rig.BODY);
    assertEquals("200 1+1", answer.status() + " " + rig.attempts(), answer::toString);
  }

  @Test
  void quotaAwareRestsTheModelForTheTimeThatGoogleNames() throws Exception {
    try (OutcomeRig rig = rig("quota_aware")) {
      rig.oneKeyGets(Errors.tooManyRequestsPerMinute());
      serveOneAroundTheRefusal(rig);
      assertFalse(rig.usesOn());
      assertTrue(rig.usesOnForAnotherModel());
      rig.pass(Duration.ofSeconds(30));
      rig.rig().script().clear();
      assertTrue(rig.usesOn());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void blockUntilResetRestsTheWholeKeyUntilTheReset(boolean daily) throws Exception {
    try (OutcomeRig rig = rig("block_until_reset")) {
      rig.oneKeyGets(daily ? Errors.tooManyRequestsPerDay() : Errors.tooManyRequestsPerMinute());
      serveOneAroundTheRefusal(rig);
      assertFalse(rig.usesOn());
      assertFalse(rig.usesOnForAnotherModel());
      assertTrue(rig.health().contains("\"cooling\":1"), rig.health());
      rig.pass(Duration.ofHours(12).minusSeconds(1));
      assertFalse(rig.usesOn());
      rig.pass(Duration.ofSeconds(2));
      rig.rig().script().clear();
      assertTrue(rig.usesOn());
      assertTrue(rig.usesOnForAnotherModel());
    }
  }

  @Test
  void blockUntilResetTellsTheClientWhenTheDayBegins() throws Exception {
    try (OutcomeRig rig = rig("block_until_reset")) {
      rig.everyKeyGets(Errors.tooManyRequestsPerMinute());
      assertEquals(429, rig.ask(Rig.UNARY, Rig.BODY).status());
      Response answer = rig.ask(OutcomeRig.OTHER_MODEL, Rig.BODY);
      assertEquals("429 43200", answer.status() + " " + answer.header("retry-after"));
      assertEquals(0, rig.rig().journal().requestCount());
    }
  }

  @Test
  void retryNextKeyMovesOnAndRestsNothing() throws Exception {
    try (OutcomeRig rig = rig("retry_next_key")) {
      rig.oneKeyGets(Errors.tooManyRequestsPerDay());
      serveOneAroundTheRefusal(rig);
      assertTrue(rig.usesOn());
      assertTrue(rig.health().contains("\"available\":3"), rig.health());
      rig.everyKeyGets(Errors.tooManyRequestsPerDay());
      for (int i = 0; i < 2; i++) {
        Response answer = rig.ask(Rig.UNARY, Rig.BODY);
        assertEquals(429, answer.status(), answer::toString);
        assertTrue(answer.text().contains("PerDay"), answer.text());
        assertEquals(3, rig.rig().journal().requestCount());
      }
    }
  }
}
