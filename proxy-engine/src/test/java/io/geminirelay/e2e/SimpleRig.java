package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.sim.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A gateway with two keys and one client that calls {@code POST /gemini-proxy}. */
record SimpleRig(GeminiSimulator google, Rig rig) implements AutoCloseable {
  static final String PATH = "/gemini-proxy";
  static final String TOKEN = "token-of-the-one-client-0000";

  /** A key that Google knows and the gateway does not. */
  static final String OWN_KEY = "AIzaOwnKeyOfTheClient0000000000000000001";

  static SimpleRig start(String... settings) throws Exception {
    return start(TimeSource.SYSTEM, settings);
  }

  static SimpleRig start(TimeSource time, String... settings) throws Exception {
    GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
    google.key(Rig.key(0), "project-a").key(Rig.key(1), "project-b").key(OWN_KEY, "own");
    List<String> all = new ArrayList<>(List.of(settings));
    if (String.join(" ", settings).indexOf("clients:") < 0) {
      all.add("clients: [{name: c, token: " + TOKEN + "}]");
    }
    return new SimpleRig(google, Rig.of(google, time, "", 2, all.toArray(String[]::new)));
  }

  /** A body with this prompt alone. */
  static String body(String prompt) {
    return Json.write(Map.of("prompt", prompt), Json.Style.COMPACT);
  }

  /** A body with a model and this key. */
  static String body(String prompt, String model, String key) {
    return Json.write(
        Json.object("prompt", prompt, "model", model, "api_key", key), Json.Style.COMPACT);
  }

  Response post(String body) {
    return rig.post(PATH, body, "X-API-KEY", TOKEN);
  }

  static Map<String, Object> parsed(Response answer) {
    try {
      return Json.map(Json.parse(answer.body()));
    } catch (IOException e) {
      throw new AssertionError(answer.toString(), e);
    }
  }

  /** The text of a success. */
  static String text(Response answer) {
    return String.valueOf(data(answer).get("response"));
  }

  /** The data of a success. */
  static Map<String, Object> data(Response answer) {
    assertEquals(200, answer.status(), answer::toString);
    assertEquals("application/json; charset=UTF-8", answer.header("content-type"));
    Map<String, Object> all = parsed(answer);
    assertEquals("OK", all.get("result"), answer::toString);
    assertEquals(List.of("result", "data"), List.copyOf(all.keySet()));
    return Json.map(all.get("data"));
  }

  /** The one error of a failure. */
  static Map<String, Object> error(Response answer) {
    Map<String, Object> all = parsed(answer);
    assertEquals("Failed", all.get("result"), answer::toString);
    List<Object> errors = Json.list(all.get("errors"));
    assertEquals(1, errors.size(), answer::toString);
    return Json.map(errors.get(0));
  }

  /** Says that {@code answer} fails with this status and code. */
  static void assertFails(int status, String code, Response answer) {
    assertEquals(status, answer.status(), answer::toString);
    assertEquals(code, error(answer).get("code"), answer::toString);
  }

  @Override
  public void close() {
    rig.close();
  }
}
