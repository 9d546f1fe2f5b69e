package io.geminirelay.e2e;

import static io.geminirelay.e2e.SimpleRig.OWN_KEY;
import static io.geminirelay.e2e.SimpleRig.assertFails;
import static io.geminirelay.e2e.SimpleRig.body;
import static io.geminirelay.e2e.SimpleRig.data;
import static io.geminirelay.e2e.SimpleRig.error;
import static io.geminirelay.e2e.SimpleRig.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.geminirelay.base.config.Secret;
import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Reaction;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** A key that a client brings for one request: used for that one, and apart from all others. */
class GeminiProxyOwnKeyTest {
  private static final String MODEL = "gemini-2.5-pro";
  private static final String OWN = body("Hi", MODEL, OWN_KEY);

  private static Map<String, Long> counts(SimpleRig rig) {
    return rig.google().journal().countsByKey();
  }

  @Test
  void isTheOnlyKeyThatIsUsed() throws Exception {
    try (SimpleRig rig = SimpleRig.start()) {
      for (int i = 0; i < 5; i++) {
        Response answer = rig.post(OWN);
        assertEquals("Echo: Hi", text(answer));
        assertEquals(MODEL, data(answer).get("model"));
        assertFalse(answer.toString().contains(OWN_KEY));
      }
      assertEquals(Map.of(OWN_KEY, 5L), counts(rig));
      assertEquals(
          "/v1beta/models/gemini-2.5-pro:generateContent",
          rig.google().journal().lastRequest().uri());
      assertFalse(rig.google().journal().lastRequest().bodyText().contains(OWN_KEY));
      assertEquals("Echo: Hi", text(rig.post(body("Hi"))));
      assertEquals(5L, rig.google().journal().countOf(OWN_KEY));
    }
  }

  static Stream<Arguments> refusals() {
    return Stream.of(
        Arguments.of(Errors.keyInvalid(), 401, "UNAUTHORIZED"),
        Arguments.of(Errors.keyExpired(), 401, "UNAUTHORIZED"),
        Arguments.of(Errors.keySuspended(), 401, "UNAUTHORIZED"),
        Arguments.of(Errors.keyLeaked(), 401, "UNAUTHORIZED"),
        Arguments.of(Errors.serviceDisabled("p"), 401, "UNAUTHORIZED"),
        Arguments.of(Errors.tooManyRequestsPerDay(), 429, "QUOTA_ERROR"),
        Arguments.of(Errors.tooManyRequestsPerMinute(), 429, "QUOTA_ERROR"),
        Arguments.of(Errors.tooManyRequestsNoDetail(), 429, "QUOTA_ERROR"),
        Arguments.of(Errors.badRequest("Bad."), 400, "UPSTREAM_ERROR"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void isNotReplacedWhenItIsRefusedAndHarmsNoOther(Reaction refusal, int status, String code)
      throws Exception {
    try (SimpleRig rig = SimpleRig.start()) {
      rig.google().script().whenKey(OWN_KEY, refusal);
      for (int i = 0; i < 10; i++) {
        Response answer = rig.post(OWN);
        assertFails(status, code, answer);
        assertFalse(answer.toString().contains(OWN_KEY), answer::toString);
        assertFalse(answer.toString().contains(Secret.of(OWN_KEY).fingerprint()));
      }
      // Asked each time: nothing of the refusal was kept.
      assertEquals(Map.of(OWN_KEY, 10L), counts(rig));
      assertEquals("Echo: Hi", text(rig.post(body("Hi"))));
      rig.google().script().clear();
      assertEquals("Echo: Hi", text(rig.post(OWN)));
    }
  }

  @Test
  void tellsTheTimeToWaitThatGoogleNames() throws Exception {
    try (SimpleRig rig = SimpleRig.start()) {
      rig.google().script().whenKey(OWN_KEY, Errors.tooManyRequestsPerMinute());
      assertEquals("24", rig.post(OWN).header("retry-after"));
    }
  }

  @Test
  void tellsWhyGoogleRefusedIt() throws Exception {
    try (SimpleRig rig = SimpleRig.start()) {
      Response answer = rig.post(body("Hi", MODEL, "AIzaNobodyKnowsThisKey000000000000000001"));
      assertFails(401, "UNAUTHORIZED", answer);
      assertEquals("api_key_refused", error(answer).get("reason"));
      assertEquals(
          "Google refused the api_key given (API_KEY_INVALID).", error(answer).get("message"));
    }
  }

  @ParameterizedTest
  @MethodSource("poolTroubles")
  void servesWhileEveryOtherKeyIsRefused(Reaction refusal) throws Exception {
    try (SimpleRig rig = SimpleRig.start()) {
      rig.google().script().whenKey(Rig.key(0), refusal).whenKey(Rig.key(1), refusal);
      assertTrue(rig.post(body("Hi")).status() >= 400);
      assertTrue(rig.post(body("Hi")).status() >= 400);
      long asked = rig.google().journal().requestCount();
      assertEquals("Echo: Hi", text(rig.post(body("Hi", "gemini-2.5-flash", OWN_KEY))));
      assertEquals(asked + 1, rig.google().journal().requestCount());
    }
  }

  static Stream<Reaction> poolTroubles() {
    return ThreeKeys.refusals();
  }

  @Test
  void canBeTheTextOfAConfiguredKeyAndStillTouchesNothingOfIt() throws Exception {
    try (SimpleRig rig = SimpleRig.start()) {
      rig.google().script().next(1, Errors.tooManyRequestsPerDay(MODEL));
      rig.google().script().next(1, Errors.keyInvalid());
      assertFails(429, "QUOTA_ERROR", rig.post(body("Hi", MODEL, Rig.key(0))));
      assertFails(401, "UNAUTHORIZED", rig.post(body("Hi", MODEL, Rig.key(0))));
      rig.google().journal().clear();
      for (int i = 0; i < 4; i++) {
        assertEquals(
            200, rig.rig().post(Rig.UNARY, Rig.BODY, "X-API-KEY", SimpleRig.TOKEN).status());
      }
      assertEquals(Map.of(Rig.key(0), 2L, Rig.key(1), 2L), counts(rig));
    }
  }

  @ParameterizedTest
  @MethodSource("passing")
  void isTriedAgainAfterFailuresThatPass(Reaction failure) throws Exception {
    try (SimpleRig rig = SimpleRig.start()) {
      rig.google().script().nextWithKey(2, OWN_KEY, failure);
      assertEquals("Echo: Hi", text(rig.post(OWN)));
      assertEquals(Map.of(OWN_KEY, 3L), counts(rig));
    }
  }

  static Stream<Reaction> passing() {
    return Stream.of(
        Errors.internal500(),
        Errors.badGateway502(),
        Errors.overloaded503(),
        Errors.gatewayTimeout504(),
        Errors.emptyOk(),
        Reaction.usual(Answer::resetBeforeHead),
        Reaction.usual(Answer::closeBeforeHead));
  }

  @Test
  void endsWithGooglesErrorWhenAFailureDoesNotPass() throws Exception {
    try (SimpleRig rig = SimpleRig.start("internal_retries: 1")) {
      rig.google().script().whenKey(OWN_KEY, Errors.internal500());
      assertFails(500, "UPSTREAM_ERROR", rig.post(OWN));
      assertEquals(Map.of(OWN_KEY, 2L), counts(rig));
    }
  }

  @Test
  void closesTheTargetForNobody() throws Exception {
    try (SimpleRig rig =
        SimpleRig.start("internal_retries: 0", "circuit_breaker: {failure_threshold: 3}")) {
      rig.google().script().whenKey(OWN_KEY, Errors.internal500());
      for (int i = 0; i < 5; i++) {
        assertFails(500, "UPSTREAM_ERROR", rig.post(OWN));
      }
      assertEquals("Echo: Hi", text(rig.post(body("Hi"))));
    }
  }

  @Test
  void isKeptFromATargetThatFails() throws Exception {
    try (SimpleRig rig =
        SimpleRig.start("internal_retries: 0", "circuit_breaker: {failure_threshold: 3}")) {
      rig.google().script().always(Errors.internal500());
      for (int i = 0; i < 3; i++) {
        assertTrue(rig.post(body("Hi")).status() >= 500);
      }
      long asked = rig.google().journal().requestCount();
      Response refused = rig.post(OWN);
      assertFails(503, "UPSTREAM_ERROR", refused);
      assertEquals("breaker_open", error(refused).get("reason"));
      assertEquals(asked, rig.google().journal().requestCount());
    }
  }

  @Test
  void goesToTheFirstGroupThatServesTheModelAndIsAllowed() throws Exception {
    try (GeminiSimulator one = GeminiSimulator.plain(new FakeTime());
        GeminiSimulator two = GeminiSimulator.plain(new FakeTime());
        GeminiSimulator three = GeminiSimulator.plain(new FakeTime());
        Gateway gateway =
            Gateway.start(
                """
                clients:
                - {name: all, token: token-of-the-first-client}
                - {name: some, token: token-of-the-second-client, groups: [c]}
                groups:
                - {name: a, target_url: "%s", api_keys: [%s]}
                - {name: b, target_url: "%s", api_keys: [%s], model_aliases: [gemini-2.5-pro]}
                - {name: c, target_url: "%s", api_keys: [%s], model_aliases: [gemini-2.5-pro]}
                """
                    .formatted(
                        one.baseUrl(),
                        Rig.key(0),
                        two.baseUrl(),
                        Rig.key(1),
                        three.baseUrl(),
                        Rig.key(2)));
        TestClient client = TestClient.connect(gateway.port())) {
      List<GeminiSimulator> all = List.of(one, two, three);
      assertEquals(List.of(0L, 1L, 0L), asked(client, "token-of-the-first-client", MODEL, all));
      assertEquals(
          List.of(1L, 0L, 0L), asked(client, "token-of-the-first-client", "gemini-x", all));
      assertEquals(List.of(0L, 0L, 1L), asked(client, "token-of-the-second-client", MODEL, all));
      assertEquals(
          List.of(0L, 0L, 1L), asked(client, "token-of-the-second-client", "gemini-x", all));
    }
  }

  private static List<Long> asked(
      TestClient client, String token, String model, List<GeminiSimulator> all) {
    all.forEach(each -> each.journal().clear());
    Response answer = client.post(SimpleRig.PATH, body("Hi", model, OWN_KEY), "X-API-KEY", token);
    assertEquals("Echo: Hi", text(answer));
    return all.stream().map(each -> each.journal().countOf(OWN_KEY)).toList();
  }

  @Test
  void reachesNoLog() throws Exception {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    Logger own = (Logger) LoggerFactory.getLogger("io.geminirelay");
    ListAppender<ILoggingEvent> all = new ListAppender<>();
    all.start();
    Level before = own.getLevel();
    root.addAppender(all);
    own.setLevel(Level.TRACE);
    try (SimpleRig rig = SimpleRig.start()) {
      rig.google().script().nextWithKey(1, OWN_KEY, Errors.keySuspended());
      rig.post(OWN);
      rig.google().script().nextWithKey(1, OWN_KEY, Errors.internal500());
      assertEquals(200, rig.post(OWN).status());
      rig.post("{\"prompt\":\"x\",\"api_key\":" + OWN_KEY + "}");
    } finally {
      own.setLevel(before);
      root.detachAppender(all);
    }
    assertFalse(all.list.isEmpty());
    for (ILoggingEvent event : List.copyOf(all.list)) {
      String line = event.getFormattedMessage() + event.getThrowableProxy();
      assertFalse(line.contains(OWN_KEY.substring(0, 12)), line);
      assertFalse(line.contains(Secret.of(OWN_KEY).fingerprint()), line);
    }
  }
}
