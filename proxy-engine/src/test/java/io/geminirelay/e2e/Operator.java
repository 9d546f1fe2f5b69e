package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Json;
import java.util.Arrays;
import java.util.Map;

/**
 * Somebody who uses the admin interface.
 *
 * @param cookie the session's, name and value
 * @param csrf what a write has to show
 */
record Operator(String cookie, String csrf) {
  static final String TOKEN = "open-sesame-open-sesame";
  static final String LOGIN = "/admin/api/login";
  static final String SESSION = "/admin/api/session";
  static final String LOGOUT = "/admin/api/logout";
  static final String EVENTS = "/admin/api/events";
  static final String[] BEARER = {"Authorization", "Bearer " + TOKEN};

  /** A gateway with one key and the admin token. */
  static Rig rig(FakeTime time, String... settings) throws Exception {
    String[] all = Arrays.copyOf(settings, settings.length + 1);
    all[settings.length] = "server.admin_token: " + TOKEN;
    return Rig.of(GeminiSimulator.plain(time), time, "", 1, all);
  }

  static Response tryToken(Rig rig, String token, String... headers) {
    return rig.post(LOGIN, "{\"token\":\"" + token + "\"}", headers);
  }

  /** Logs in. */
  static Operator at(Rig rig, String... headers) throws Exception {
    Response answer = tryToken(rig, TOKEN, headers);
    assertEquals(200, answer.status(), answer::toString);
    String cookie = answer.header("set-cookie");
    assertNotNull(cookie);
    Map<?, ?> told = (Map<?, ?>) Json.parse(answer.body());
    return new Operator(cookie.substring(0, cookie.indexOf(';')), (String) told.get("csrf"));
  }

  static Response get(Rig rig, String path, String... headers) {
    return ask(rig, "GET", path, headers);
  }

  static Response ask(Rig rig, String method, String path, String... headers) {
    try (TestClient client = TestClient.connect(rig.port())) {
      return client.exchange(method, path, Header.list(headers), null);
    }
  }

  Response session(Rig rig) {
    return get(rig, SESSION, "Cookie", cookie);
  }
}
