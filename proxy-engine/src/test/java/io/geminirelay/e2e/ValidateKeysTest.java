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
import io.geminirelay.testing.sim.Reaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** {@code /health/detailed?validate=true}: the page that really asks Google. */
class ValidateKeysTest {
  private static final String ADMIN = "open-sesame-open-sesame";
  private static final String PAGE = "/health/detailed?validate=true";

  private static Rig rig(int keys) throws Exception {
    return Rig.of(
        GeminiSimulator.plain(new FakeTime()),
        new FakeTime(),
        "",
        keys,
        "server.admin_token: " + ADMIN);
  }

  private static Response get(Rig rig, String path) {
    try (TestClient client = TestClient.connect(rig.port())) {
      return client.exchange("GET", path, Header.list("Authorization", "Bearer " + ADMIN), null);
    }
  }

  private static List<?> keys(Response answer) throws Exception {
    assertEquals(200, answer.status(), answer::toString);
    assertFalse(answer.text().contains("AIza"), answer::text);
    Map<?, ?> details = (Map<?, ?>) Json.parse(answer.body());
    return (List<?>) ((Map<?, ?>) ((List<?>) details.get("groups")).get(0)).get("keys");
  }

  private static Map<?, ?> verified(List<?> keys, int n) {
    return (Map<?, ?>) ((Map<?, ?>) keys.get(n)).get("verified");
  }

  @Test
  void tellsOfEachKeyWhetherGoogleAcceptsItAndShowsItsNewState() throws Exception {
    try (Rig rig = rig(2)) {
      rig.script().whenKey(Rig.key(1), Errors.keySuspended());
      List<?> keys = keys(get(rig, PAGE));
      assertEquals(true, verified(keys, 0).get("ok"));
      assertEquals("ok", verified(keys, 0).get("reason"));
      assertTrue(verified(keys, 0).containsKey("ms"));
      assertEquals(false, verified(keys, 1).get("ok"));
      assertEquals("key_suspended", verified(keys, 1).get("reason"));
      assertEquals("invalid", ((Map<?, ?>) keys.get(1)).get("state"));
      assertEquals(2, rig.journal().requestCount());
      assertFalse(((Map<?, ?>) keys(get(rig, "/health/detailed")).get(0)).containsKey("verified"));
      assertEquals(2, rig.journal().requestCount());
    }
  }

  @Test
  void takesAKeyBackThatWorksAgainLongBeforeItsTime() throws Exception {
    try (Rig rig = rig(1)) {
      rig.script().next(1, Errors.keyInvalid());
      assertEquals(503, rig.post(Rig.UNARY, Rig.BODY).status());
      assertEquals(503, rig.post(Rig.UNARY, Rig.BODY).status());
      assertEquals(true, verified(keys(get(rig, PAGE)), 0).get("ok"));
      assertEquals(200, rig.post(Rig.UNARY, Rig.BODY).status());
    }
  }

  @Test
  void asksOnceHoweverManyWantToKnow() throws Exception {
    try (Rig rig = rig(10)) {
      rig.script().always(Reaction.usual(answer -> answer.delayed(Duration.ofMillis(50))));
      List<CompletableFuture<Response>> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        all.add(CompletableFuture.supplyAsync(() -> get(rig, PAGE), task -> start(task)));
      }
      for (CompletableFuture<Response> each : all) {
        assertEquals(true, verified(keys(each.get(20, TimeUnit.SECONDS)), 9).get("ok"));
      }
      assertEquals(10, rig.journal().requestCount());
    }
  }

  private static void start(Runnable task) {
    new Thread(task, "asker").start();
  }

  @Test
  void wantsTheAdminToken() throws Exception {
    try (Rig rig = rig(1);
        TestClient client = TestClient.connect(rig.port())) {
      assertEquals(401, client.exchange("GET", PAGE, List.of(), null).status());
      assertEquals(0, rig.journal().requestCount());
    }
  }
}
