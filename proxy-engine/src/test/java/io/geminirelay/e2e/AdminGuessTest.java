package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.exchange.Trail;
import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.Response;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The admin token cannot be guessed by a way in that is no login. */
class AdminGuessTest {
  private static final String HEADER = Trail.HEADER.toString();
  private static final String STRICT =
      "server.security: {max_login_attempts: 3, lockout_duration_secs: 60}";
  private static final String METRICS = "server.metrics_token: token-of-the-metrics-00";
  private static final String CLIENT = "clients: [{name: c, token: token-of-a-client-000}]";

  private final FakeTime time = new FakeTime();

  private static Response get(Rig rig, String path, String token) {
    return Operator.get(rig, path, "Authorization", "Bearer " + token);
  }

  private static Response traced(Rig rig, String token) {
    return rig.post(
        Rig.UNARY,
        Rig.BODY,
        "X-Api-Key",
        "token-of-a-client-000",
        HEADER,
        "1",
        Trail.ADMIN.toString(),
        token);
  }

  private static String trail(Response answer) {
    assertEquals(200, answer.status(), answer::toString);
    return answer.header(HEADER);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/metrics", "/health/detailed"})
  void wrongTokensAreCountedOnEveryPageAndForAll(String path) throws Exception {
    try (Rig rig = Operator.rig(time, STRICT, METRICS, CLIENT)) {
      assertEquals(200, get(rig, path, Operator.TOKEN).status());
      assertEquals(401, get(rig, path, "wrong-0").status());
      assertEquals(401, get(rig, path, "wrong-1").status());
      assertEquals(401, Operator.tryToken(rig, "wrong-2").status());

      Response locked = get(rig, path, Operator.TOKEN);
      assertEquals(429, locked.status(), locked::toString);
      assertEquals("60", locked.header("retry-after"));
      assertEquals(429, Operator.tryToken(rig, Operator.TOKEN).status());
      assertEquals(200, get(rig, "/metrics", "token-of-the-metrics-00").status());

      time.advance(Duration.ofSeconds(60));
      assertEquals(200, get(rig, path, Operator.TOKEN).status());
    }
  }

  @Test
  void theHeaderOfTheTrailIsNoWayToGuess() throws Exception {
    try (Rig rig = Operator.rig(time, STRICT, CLIENT)) {
      assertTrue(trail(traced(rig, Operator.TOKEN)).contains("exit="));
      for (int i = 0; i < 3; i++) {
        assertNull(trail(traced(rig, "wrong-" + i)), "as where none was asked for");
      }
      assertNull(trail(traced(rig, Operator.TOKEN)), "locked out");
      assertEquals(429, Operator.tryToken(rig, Operator.TOKEN).status());
    }
  }

  @Test
  void whatIsNoGuessIsNotCounted() throws Exception {
    try (Rig rig = Operator.rig(time, STRICT, METRICS, CLIENT)) {
      for (int i = 0; i < 6; i++) {
        assertEquals(200, get(rig, "/metrics", "token-of-the-metrics-00").status());
        assertEquals(200, Operator.get(rig, "/metrics").status());
        assertEquals(401, get(rig, "/metrics", "token-of-a-client-000").status());
        assertEquals(401, Operator.get(rig, "/health/detailed").status());
        assertEquals(401, get(rig, Rig.UNARY, "wrong-" + i).status());
        assertNull(trail(traced(rig, "")));
      }
      assertNotNull(Operator.at(rig));
    }
  }

  /** A program that is not told of a new token sends the one before, again and again. */
  @Test
  void theSameWrongTokenOfAProgramCountsOnce() throws Exception {
    try (Rig rig = Operator.rig(time, STRICT, METRICS)) {
      for (int i = 0; i < 6; i++) {
        assertEquals(401, get(rig, "/metrics", "token-of-the-metrics-before").status());
      }
      assertNotNull(Operator.at(rig));
    }
  }
}
