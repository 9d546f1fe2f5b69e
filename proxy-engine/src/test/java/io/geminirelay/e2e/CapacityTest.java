package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.Secret;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Json;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the operator is told of what the keys can serve: neither more nor less than is so. */
class CapacityTest {
  private static final String FLASH = "gemini-2.5-flash";
  private static final String PRO = "gemini-2.5-pro";
  private static final String MORE = "max_wait_secs: 0";

  @TempDir Path folder;

  private static int ask(TestClient client, String model) {
    return client.post("/v1beta/models/" + model + ":generateContent", Rig.BODY).status();
  }

  private static Map<String, Object> key(AdminCalls calls, int n) throws Exception {
    return calls.get("keys/" + Secret.of(Rig.key(n)).fingerprint());
  }

  private static Map<String, Object> model(AdminCalls calls, String name) throws Exception {
    for (Object each : Json.list(calls.get("models").get("models"))) {
      if (Json.map(each).get("model").equals(name)) {
        return Json.map(each);
      }
    }
    throw new AssertionError("no model " + name);
  }

  private static long number(Object value) {
    return ((Number) value).longValue();
  }

  @Test
  void quotaThatIsUsedUpIsNoCapacity() throws Exception {
    try (AdminCalls calls = new AdminCalls(folder, MORE, Rig.key(0), Rig.key(1));
        TestClient client = TestClient.connect(calls.gateway().port())) {
      calls.ask(200, "PATCH", "config", "{\"set\":{\"groups.g.limits\":{\"*\":{\"rpm\":2}}}}");
      for (int i = 0; i < 4; i++) {
        assertEquals(200, ask(client, FLASH));
      }
      assertEquals(429, ask(client, FLASH));

      Map<String, Object> overview = calls.get("overview");
      assertEquals(0, number(Json.map(overview.get("keys")).get("available")), overview::toString);
      assertTrue(overview.containsKey("capacity_returns_at"), overview::toString);
      Map<String, Object> flash = model(calls, FLASH);
      assertEquals(0, number(flash.get("keys_open")), flash::toString);
      assertEquals(2, number(flash.get("keys_cooling")), flash::toString);
      assertTrue(flash.containsKey("returns_at"), flash::toString);
      Map<String, Object> one = key(calls, 0);
      assertEquals("cooling", one.get("state"), one::toString);
      assertEquals("quota_per_minute", one.get("reason"));
      assertEquals(FLASH, one.get("model"));
      assertTrue(number(one.get("seconds_left")) > 0, one::toString);
    }
  }

  @Test
  void aModelThatRestsDoesNotHideWhatIsServed() throws Exception {
    try (AdminCalls calls = new AdminCalls(folder, MORE, Rig.key(0));
        TestClient client = TestClient.connect(calls.gateway().port())) {
      assertEquals(200, ask(client, PRO));
      calls.google.script().next(1, Errors.tooManyRequestsPerMinute(FLASH, 300));
      assertEquals(429, ask(client, FLASH));
      assertEquals(200, ask(client, PRO));

      Map<String, Object> one = key(calls, 0);
      assertEquals("available", one.get("state"), one::toString);
      assertEquals(FLASH, one.get("model"));
      assertEquals("quota_per_minute", one.get("reason"));
      assertTrue(one.containsKey("until"), one::toString);
      assertEquals(1, number(one.get("cooling_models")));
      Map<String, Object> overview = calls.get("overview");
      assertEquals(1, number(Json.map(overview.get("keys")).get("available")));
      assertFalse(overview.containsKey("capacity_returns_at"), overview::toString);
      assertEquals(1, number(model(calls, PRO).get("keys_open")));
      assertEquals(0, number(model(calls, FLASH).get("keys_open")));

      calls.google.script().next(1, Errors.tooManyRequestsPerMinute(PRO, 200));
      assertEquals(429, ask(client, PRO));
      assertEquals("cooling", key(calls, 0).get("state"));
      assertEquals(2, number(key(calls, 0).get("cooling_models")));
      assertTrue(calls.get("overview").containsKey("capacity_returns_at"));
    }
  }
}
