package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestHttp2Client;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.ReceivedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the operator learns of a request by {@code X-Relay-Trace}, and nobody else. */
class TraceTest {
  private static final String ADMIN = "open-sesame-open-sesame";
  private static final String SETTING = "server.admin_token: " + ADMIN;
  private static final String MODEL = "gemini-2.5-flash";
  private static final String[] ASKED = {"X-Relay-Trace", "1", "X-Relay-Admin", ADMIN};
  private static final String OK = "g/[12]#[0-9a-f]{10};exit=direct;outcome=ok;status=200;ms=\\d+";

  private static void assertMatches(String pattern, Response answer) {
    String trace = answer.header("x-relay-trace");
    assertNotNull(trace, answer::toString);
    assertTrue(trace.matches(pattern), trace);
  }

  @ParameterizedTest
  @ValueSource(strings = {Rig.UNARY, Rig.STREAM, Rig.CHAT})
  void tellsBothAttemptsOfARetriedRequest(String path) throws Exception {
    try (Rig rig = Rig.of(2, SETTING)) {
      rig.script().next(1, Errors.tooManyRequestsPerMinute(MODEL, 30));
      Response answer = rig.post(path, path.equals(Rig.CHAT) ? Rig.CHAT_BODY : Rig.BODY, ASKED);
      assertEquals(200, answer.status());
      assertMatches(
          "g/[12]#[0-9a-f]{10};exit=direct;outcome=quota_per_minute;status=429;ms=\\d+"
              + ";quota=[A-Za-z-]+PerMinute[A-Za-z-]+, "
              + OK,
          answer);
    }
  }

  @Test
  void tellsAClientOfHttp2() throws Exception {
    try (Rig rig = Rig.of(2, SETTING);
        TestHttp2Client client = TestHttp2Client.plain(rig.port())) {
      rig.script().next(1, Errors.keyInvalid());
      Response answer = client.post(Rig.UNARY, Rig.BODY, ASKED);
      assertEquals(200, answer.status());
      assertMatches("g/.*;outcome=key_invalid;status=400;ms=\\d+, " + OK, answer);
    }
  }

  @Test
  void tellsTheWaitBeforeAnAttempt() throws Exception {
    try (Rig rig = Rig.of(1, SETTING)) {
      rig.script().next(1, Errors.internal500());
      Response answer = rig.post(Rig.UNARY, Rig.BODY, ASKED);
      assertEquals(200, answer.status());
      assertMatches(
          "g/.*;outcome=server_error;status=500;ms=\\d+, g/.*;outcome=ok;status=200;wait=\\d+;ms=.*",
          answer);
    }
  }

  @Test
  void tellsWithAFaultOfTheGateway() throws Exception {
    try (Rig rig = Rig.of(1, SETTING)) {
      rig.script().always(Errors.keyInvalid());
      Response refused = rig.post(Rig.UNARY, Rig.BODY, ASKED);
      assertEquals(503, refused.status());
      assertMatches(
          "g/1.*;outcome=key_invalid;status=400;ms=\\d+, end;reason=no_other_key", refused);
      assertMatches("end;reason=no_key", rig.post(Rig.UNARY, Rig.BODY, ASKED));
    }
  }

  @Test
  void tellsWithAnErrorOfGoogle() throws Exception {
    try (Rig rig = Rig.of(1, SETTING)) {
      rig.script().always(Errors.tooManyRequestsPerDay());
      Response refused = rig.post(Rig.UNARY, Rig.BODY, ASKED);
      assertEquals(429, refused.status());
      assertMatches("g/1.*;outcome=quota_per_day;status=429;.*, end;reason=no_other_key", refused);
    }
  }

  @ParameterizedTest
  @CsvSource({"/generate,{\"contents\":[]}", "/gemini-proxy,{\"prompt\":\"Hi\"}"})
  void tellsOnInterpretedRoutes(String path, String body) throws Exception {
    try (Rig rig = Rig.of(2, SETTING)) {
      rig.script().next(1, Errors.tooManyRequestsPerDay());
      Response answer = rig.post(path, path.equals("/generate") ? Rig.BODY : body, ASKED);
      assertEquals(200, answer.status(), answer::toString);
      assertMatches("g/.*;outcome=quota_per_day;status=429;.*, " + OK, answer);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "X-Relay-Trace,1,X-Other,x",
    "X-Relay-Trace,1,X-Relay-Admin,wrong",
    "X-Relay-Trace,1,X-Relay-Admin,''",
    "X-Relay-Trace,1,Authorization,Bearer open-sesame-open-sesame",
    "X-Relay-Trace,0,X-Relay-Admin,open-sesame-open-sesame",
    "X-Other,1,X-Relay-Admin,open-sesame-open-sesame",
  })
  void tellsNothingWithoutTheRight(String name, String value, String name2, String value2)
      throws Exception {
    try (Rig rig = Rig.of(1, SETTING)) {
      Response answer = rig.post(Rig.UNARY, Rig.BODY, name, value, name2, value2);
      assertEquals(200, answer.status());
      assertNull(answer.header("x-relay-trace"));
    }
  }

  @Test
  void tellsNothingWhereNoAdminTokenIsConfigured() throws Exception {
    try (Rig rig = Rig.of(1)) {
      assertNull(rig.post(Rig.UNARY, Rig.BODY, ASKED).header("x-relay-trace"));
    }
  }

  @Test
  void opensNothingToACallerThatIsNoClient() throws Exception {
    try (Rig rig = Rig.of(1, SETTING, "clients: [{name: c, token: the-token-of-a-client}]")) {
      Response refused = rig.post(Rig.UNARY, Rig.BODY, ASKED);
      assertEquals(401, refused.status());
      assertNull(refused.header("x-relay-trace"));
      Response asBearer = rig.post(Rig.UNARY, Rig.BODY, "Authorization", "Bearer " + ADMIN);
      assertEquals(401, asBearer.status());
      Response answer =
          rig.post(
              Rig.UNARY,
              Rig.BODY,
              "Authorization",
              "Bearer the-token-of-a-client",
              ASKED[0],
              ASKED[1],
              ASKED[2],
              ASKED[3]);
      assertMatches(OK, answer);
    }
  }

  @Test
  void neverReachesGoogleNorComesFromThere() throws Exception {
    try (Rig rig = Rig.of(1, SETTING)) {
      rig.script()
          .always(
              io.geminirelay.testing.sim.Reaction.usual(
                  answer -> answer.with("X-Relay-Trace", "forged")));
      assertNull(rig.post(Rig.UNARY, Rig.BODY).header("x-relay-trace"));
      assertMatches(OK, rig.post(Rig.UNARY, Rig.BODY, ASKED));
      for (ReceivedRequest request : rig.journal().requests()) {
        assertNull(request.header("x-relay-trace"));
        assertNull(request.header("x-relay-admin"));
        assertFalse(request.headers().toString().contains(ADMIN));
      }
    }
  }
}
