package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Json;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What {@code /health/detailed} says of keys, buckets and breakers, and {@code /health} of all. */
class HealthDetailsTest {
  private static final String ADMIN = "open-sesame-open-sesame";
  private static final String MODEL = "gemini-2.5-flash";

  private final FakeTime time = new FakeTime();

  private Rig rig(int keys, String... settings) throws Exception {
    String[] all = java.util.Arrays.copyOf(settings, settings.length + 1);
    all[settings.length] = "server.admin_token: " + ADMIN;
    return Rig.of(GeminiSimulator.plain(time), time, "", keys, all);
  }

  private static Response get(Rig rig, String path) {
    try (TestClient client = TestClient.connect(rig.port())) {
      return client.exchange("GET", path, Header.list("Authorization", "Bearer " + ADMIN), null);
    }
  }

  private static Map<?, ?> details(Rig rig) throws Exception {
    Response answer = get(rig, "/health/detailed");
    assertEquals(200, answer.status(), answer::toString);
    assertFalse(answer.text().contains("AIza"), answer::text);
    return (Map<?, ?>) Json.parse(answer.body());
  }

  /** Follows names and numbers into a JSON tree. */
  private static Object at(Object tree, Object... path) {
    Object found = tree;
    for (Object step : path) {
      found =
          step instanceof Integer index
              ? ((List<?>) found).get(index)
              : ((Map<?, ?>) found).get(step);
    }
    return found;
  }

  @Test
  void namesTheQuotaAndTheNextResetAfterARefusalForTheDay() throws Exception {
    try (Rig rig = rig(2)) {
      rig.script().nextWithKey(1, Rig.key(0), Errors.tooManyRequestsPerDay());
      for (int i = 0; i < 3; i++) {
        assertEquals(200, rig.post(Rig.UNARY, Rig.BODY).status());
      }
      Map<?, ?> details = details(rig);
      assertEquals("ok", details.get("status"));
      Map<?, ?> key = (Map<?, ?>) at(details, "groups", 0, "keys", 0);
      assertTrue(String.valueOf(key.get("name")).matches("g/1#[0-9a-f]{10}"), key::toString);
      assertEquals("cooling", key.get("state"));
      assertEquals(MODEL, key.get("model"));
      assertEquals("quota_per_day", key.get("reason"));
      assertTrue(String.valueOf(key.get("quota_id")).contains("PerDay"), key::toString);
      // Midnight in Los Angeles, twelve hours away.
      assertEquals("2026-07-16T07:00:00Z", key.get("until"));
      assertEquals(43_200L, ((Number) key.get("seconds_left")).longValue());
      assertEquals("available", at(details, "groups", 0, "keys", 1, "state"));
      assertEquals(1L, ((Number) at(details, "groups", 0, "states", "cooling")).longValue());
      Object model = at(details, "buckets", 0, "models", 0);
      assertEquals(MODEL, at(model, "model"));
      assertEquals("quota_per_day", at(model, "rest", "reason"));
      assertEquals("2026-07-16T07:00:00Z", at(model, "rest", "until"));
      assertEquals(key.get("name"), at(details, "buckets", 0, "keys", 0));
      time.advance(Duration.ofHours(13));
      Object later = at(details(rig), "groups", 0, "keys", 0);
      assertEquals(0L, ((Number) at(later, "seconds_left")).longValue());
      assertEquals(true, at(later, "trial_due"));
    }
  }

  @Test
  void staysHealthyWhileEveryKeyOnlyRests() throws Exception {
    try (Rig rig = rig(1)) {
      rig.script().always(Errors.tooManyRequestsPerDay());
      assertEquals(429, rig.post(Rig.UNARY, Rig.BODY).status());
      assertEquals(200, get(rig, "/health").status());
      assertEquals(1L, ((Number) details(rig).get("usable_keys")).longValue());
    }
  }

  @Test
  void isUnhealthyWhileEveryKeyIsRefusedUntilOneMayBeTriedAgain() throws Exception {
    try (Rig rig = rig(1)) {
      rig.script().always(Errors.keyInvalid());
      assertEquals(503, rig.post(Rig.UNARY, Rig.BODY).status());
      assertEquals(503, get(rig, "/health").status());
      Map<?, ?> details = details(rig);
      assertEquals("no_usable_key", details.get("status"));
      Object key = at(details, "groups", 0, "keys", 0);
      assertEquals("invalid", at(key, "state"));
      assertEquals("key_invalid", at(key, "reason"));
      assertEquals("2026-07-15T19:01:00Z", at(key, "until"));
      time.advance(Duration.ofMinutes(1));
      assertEquals(200, get(rig, "/health").status());
      assertEquals(true, at(details(rig), "groups", 0, "keys", 0, "trial_due"));
    }
  }

  @Test
  void showsBreakersOfTargetsAndModels() throws Exception {
    try (Rig rig = rig(1, "circuit_breaker: {failure_threshold: 1, recovery_timeout_secs: 60}")) {
      rig.script().always(Errors.overloaded503());
      rig.post(Rig.UNARY, Rig.BODY);
      Object breaker = at(details(rig), "breakers", 0);
      assertEquals("admitting", at(breaker, "state"));
      assertEquals(MODEL, at(breaker, "models", 0, "model"));
      assertEquals("refusing", at(breaker, "models", 0, "state"));
      assertEquals("2026-07-15T19:01:00Z", at(breaker, "models", 0, "until"));
    }
  }

  @Test
  void showsTheHealthOfAKeyThatFailsAndUntilWhenItRests() throws Exception {
    try (Rig rig = rig(2, "internal_retries: 0", "max_failures_threshold: 2")) {
      rig.script().whenKey(Rig.key(0), Errors.internal500());
      while (rig.journal().countOf(Rig.key(0)) < 2) {
        assertEquals(200, rig.post(Rig.UNARY, Rig.BODY).status());
      }
      Map<?, ?> key = (Map<?, ?>) at(details(rig), "groups", 0, "keys", 0);
      assertEquals("failing", key.get("state"), key::toString);
      assertTrue(((Number) key.get("health")).doubleValue() < 0.8, key::toString);
      assertTrue(key.get("reason") != null && key.get("until") != null, key::toString);
      assertTrue(((Number) key.get("seconds_left")).longValue() > 0, key::toString);
      Map<?, ?> other = (Map<?, ?>) at(details(rig), "groups", 0, "keys", 1);
      assertEquals(1.0, ((Number) other.get("health")).doubleValue());
    }
  }

  @Test
  void showsWhatClientsMayStillAskAndThatNobodyWaits() throws Exception {
    String token = "the-token-of-a-client";
    try (Rig rig =
        rig(
            1,
            "clients: [{name: crawler, token: "
                + token
                + ", requests_per_minute: 5, max_concurrent: 2}]")) {
      assertEquals(200, rig.post(Rig.UNARY, Rig.BODY, "Authorization", "Bearer " + token).status());
      Map<?, ?> details = details(rig);
      assertEquals("{requests=0, lanes=[]}", at(details, "waiting").toString());
      assertEquals(
          "{name=crawler, requests_in_flight=0, concurrent_left=2, requests_left=4}",
          at(details, "clients", 0).toString());
    }
  }

  @Test
  void showsWhatIsUsedOfWhatIsAllowed() throws Exception {
    try (Rig rig =
        Rig.of(
            GeminiSimulator.plain(time),
            time,
            "limits: {\"" + MODEL + "\": {rpm: 10, rpd: 100}},",
            1,
            "server.admin_token: " + ADMIN)) {
      for (int i = 0; i < 3; i++) {
        assertEquals(200, rig.post(Rig.UNARY, Rig.BODY).status());
      }
      Object model = at(details(rig), "buckets", 0, "models", 0);
      assertEquals(MODEL, at(model, "model"));
      Map<?, ?> minute = (Map<?, ?>) at(model, "requests_per_minute");
      assertEquals("{used=3, limit=10, left=7, limit_from=configured}", minute.toString());
      Map<?, ?> day = (Map<?, ?>) at(model, "requests_per_day");
      assertEquals("{used=3, limit=100, left=97, limit_from=configured}", day.toString());
      assertEquals(0.7, ((Number) at(model, "room")).doubleValue());
      assertEquals(java.util.Set.of("used"), ((Map<?, ?>) at(model, "tokens_per_minute")).keySet());
    }
  }

  @Test
  void showsAnExitWithoutItsCredential() throws Exception {
    String exits = "proxy_urls: [\"socks5://exit-user:exit-word@127.0.0.1:9\"],";
    try (Rig rig =
        Rig.of(GeminiSimulator.plain(time), time, exits, 1, "server.admin_token: " + ADMIN)) {
      Response answer = get(rig, "/health/detailed");
      Object exit = at(Json.parse(answer.body()), "exits", 0);
      assertEquals("open", at(exit, "state"));
      assertTrue(String.valueOf(at(exit, "exit")).endsWith("127.0.0.1:9"), exit::toString);
      assertFalse(answer.text().contains("exit-user") || answer.text().contains("exit-word"));
    }
  }

  @Test
  void showsAProjectOnceWithAllItsKeys() throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(time);
        Gateway gateway =
            Gateway.start(
                """
                server: {port: 0, admin_token: %s}
                groups:
                - name: g
                  target_url: "%s"
                  api_keys: [{key: %s, project: team, weight: 3}, {key: %s, project: team}, %s]
                """
                    .formatted(ADMIN, google.baseUrl(), Rig.key(0), Rig.key(1), Rig.key(2)),
                time);
        TestClient client = TestClient.connect(gateway.port())) {
      Response answer =
          client.exchange(
              "GET", "/health/detailed", Header.list("Authorization", "Bearer " + ADMIN), null);
      Object details = Json.parse(answer.body());
      assertEquals(2, ((List<?>) at(details, "buckets")).size());
      assertEquals("team", at(details, "buckets", 0, "name"));
      assertEquals(2, ((List<?>) at(details, "buckets", 0, "keys")).size());
      assertEquals("team", at(details, "groups", 0, "keys", 0, "project"));
      assertEquals(3L, ((Number) at(details, "groups", 0, "keys", 0, "weight")).longValue());
    }
  }

  @Test
  void showsThousandsOfKeys() throws Exception {
    try (Rig rig = rig(5_000)) {
      assertEquals(5_000, ((List<?>) at(details(rig), "groups", 0, "keys")).size());
      assertEquals(200, get(rig, "/health").status());
    }
  }
}
