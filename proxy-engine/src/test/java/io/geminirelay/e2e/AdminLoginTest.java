package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.ConfigLoader;
import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.sim.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is let into the admin interface. */
class AdminLoginTest {
  private static final String STRICT =
      "server.security: {max_login_attempts: 3, lockout_duration_secs: 60}";

  private final FakeTime time = new FakeTime();

  @Test
  void aLoginGivesASessionThatMayWriteWithItsOwnToken() throws Exception {
    try (Rig rig = Operator.rig(time)) {
      Response login = Operator.tryToken(rig, Operator.TOKEN);
      String cookie = login.header("set-cookie");
      assertTrue(
          cookie.matches(
              "relay_session=[\\w-]{43}; Path=/admin; Max-Age=86400; HttpOnly; SameSite=Strict"),
          cookie);
      Map<?, ?> told = (Map<?, ?>) Json.parse(login.body());
      assertEquals("2026-07-16T19:00:00Z", told.get("expires"));

      Operator operator = Operator.at(rig);
      Response session = operator.session(rig);
      assertEquals(200, session.status(), session::toString);
      assertEquals(operator.csrf(), ((Map<?, ?>) Json.parse(session.body())).get("csrf"));
      assertNotEquals(told.get("csrf"), operator.csrf());

      assertEquals(403, logout(rig, operator.cookie(), null).status());
      assertEquals(403, logout(rig, operator.cookie(), (String) told.get("csrf")).status());
      Response over = logout(rig, operator.cookie(), operator.csrf());
      assertEquals(204, over.status(), over::toString);
      assertTrue(over.header("set-cookie").startsWith("relay_session=; Path=/admin; Max-Age=0;"));
      assertEquals(401, operator.session(rig).status());
      assertEquals(401, logout(rig, operator.cookie(), operator.csrf()).status());
    }
  }

  private static Response logout(Rig rig, String cookie, String csrf) {
    return csrf == null
        ? Operator.ask(rig, "POST", Operator.LOGOUT, "Cookie", cookie)
        : Operator.ask(rig, "POST", Operator.LOGOUT, "Cookie", cookie, "X-CSRF-Token", csrf);
  }

  @Test
  void theBearerNeedsNoSessionAndHasNone() throws Exception {
    try (Rig rig = Operator.rig(time)) {
      assertEquals(204, Operator.ask(rig, "POST", Operator.LOGOUT, Operator.BEARER).status());
      Response session = Operator.get(rig, Operator.SESSION, Operator.BEARER);
      assertEquals(401, session.status(), session::toString);
      assertTrue(session.text().contains("has no session"), session::text);
    }
  }

  @Test
  void wrongTokensLockAnAddressOutForATimeWhateverItSendsThen() throws Exception {
    try (Rig rig = Operator.rig(time, STRICT)) {
      Operator before = Operator.at(rig);
      assertEquals(401, Operator.tryToken(rig, "wrong-0").status());
      assertEquals(401, bearer(rig, "wrong-1").status());
      assertEquals(401, Operator.tryToken(rig, "wrong-2").status());
      time.advance(Duration.ofSeconds(20));

      Response locked = Operator.tryToken(rig, Operator.TOKEN);
      assertEquals(429, locked.status(), locked::toString);
      assertEquals("40", locked.header("retry-after"));
      assertTrue(locked.text().contains("LOCKED_OUT"), locked::text);
      assertEquals(429, bearer(rig, Operator.TOKEN).status());
      assertEquals(200, before.session(rig).status(), "who is in already stays");

      time.advance(Duration.ofSeconds(40));
      assertEquals(200, Operator.tryToken(rig, Operator.TOKEN).status());
    }
  }

  private static Response bearer(Rig rig, String token) {
    return Operator.ask(rig, "POST", Operator.LOGOUT, "Authorization", "bearer " + token);
  }

  @Test
  void aRightTokenWipesTheWrongOnesOut() throws Exception {
    try (Rig rig = Operator.rig(time, STRICT)) {
      for (int i = 0; i < 3; i++) {
        assertEquals(401, Operator.tryToken(rig, "wrong").status());
        assertEquals(401, Operator.tryToken(rig, "wrong").status());
        assertEquals(204, bearer(rig, Operator.TOKEN).status());
      }
    }
  }

  @Test
  void behindATrustedProxyAddressesAreToldApartByTheirNetworks() throws Exception {
    try (Rig rig = Operator.rig(time, STRICT, "server.trusted_proxies: [127.0.0.1]")) {
      for (int i = 0; i < 3; i++) {
        assertEquals(401, from(rig, "2001:db8::" + (i + 1), "wrong").status());
      }
      assertEquals(429, from(rig, "2001:db8::ffff", Operator.TOKEN).status());
      assertEquals(200, from(rig, "2001:db8:0:1::1", Operator.TOKEN).status());
      assertEquals(200, from(rig, "192.0.2.1", Operator.TOKEN).status());
    }
  }

  private static Response from(Rig rig, String address, String token) {
    return Operator.tryToken(rig, token, "X-Forwarded-For", address);
  }

  @Test
  void aSessionEndsWithItsTime() throws Exception {
    try (Rig rig = Operator.rig(time, "server.security: {session_timeout_secs: 60}")) {
      Operator operator = Operator.at(rig);
      time.advance(Duration.ofSeconds(59));
      assertEquals(200, operator.session(rig).status());
      time.advance(Duration.ofSeconds(1));
      assertEquals(401, operator.session(rig).status());
    }
  }

  @Test
  void ofTooManySessionsTheOldestEnds() throws Exception {
    try (Rig rig = Operator.rig(time)) {
      Operator first = Operator.at(rig);
      Operator second = Operator.at(rig);
      for (int i = 2; i < 65; i++) {
        Operator.at(rig);
      }
      assertEquals(401, first.session(rig).status());
      assertEquals(200, second.session(rig).status());
    }
  }

  @Test
  void httpsCanBeDemanded() throws Exception {
    String[] settings = {
      "server.security: {require_https: true}", "server.trusted_proxies: [127.0.0.1]"
    };
    try (Rig rig = Operator.rig(time, settings)) {
      assertEquals(403, Operator.tryToken(rig, Operator.TOKEN).status());
      assertEquals(403, bearer(rig, Operator.TOKEN).status());
      String[] https = {"X-Forwarded-For", "192.0.2.1", "X-Forwarded-Proto", "https"};
      Response login = Operator.tryToken(rig, Operator.TOKEN, https);
      assertEquals(200, login.status(), login::toString);
      assertTrue(login.header("set-cookie").endsWith("; Secure"), login::toString);
      String cookie = login.header("set-cookie").split(";", 2)[0];
      assertEquals(403, Operator.get(rig, Operator.SESSION, "Cookie", cookie).status());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "Origin,https://evil.example",
    "Origin,null",
    "Origin,http://127.0.0.1:1",
    "Sec-Fetch-Site,cross-site",
    "Sec-Fetch-Site,same-site"
  })
  void pagesOfOtherSitesMayNotWrite(String header, String value) throws Exception {
    try (Rig rig = Operator.rig(time)) {
      Response login = Operator.tryToken(rig, Operator.TOKEN, header, value);
      assertEquals(403, login.status(), login::toString);
      Operator operator = Operator.at(rig);
      String[] write = {
        "Cookie", operator.cookie(), "X-CSRF-Token", operator.csrf(), header, value
      };
      assertEquals(403, Operator.ask(rig, "POST", Operator.LOGOUT, write).status());
      assertEquals(200, operator.session(rig).status());
    }
  }

  @Test
  void itsOwnPageMayWrite() throws Exception {
    try (Rig rig = Operator.rig(time)) {
      String own = "http://127.0.0.1:" + rig.port();
      assertEquals(200, Operator.tryToken(rig, Operator.TOKEN, "Origin", own).status());
      String[] fetch = {"Sec-Fetch-Site", "same-origin", "Origin", own};
      assertEquals(200, Operator.tryToken(rig, Operator.TOKEN, fetch).status());
    }
  }

  @Test
  void anotherAdminTokenEndsWhatTheOneBeforeHasOpened() throws Exception {
    try (Rig rig = Operator.rig(time)) {
      Operator operator = Operator.at(rig);
      rig.gateway().engine().apply(config("admin_token: another-token-another-token"));
      assertEquals(401, operator.session(rig).status());
      assertEquals(401, bearer(rig, Operator.TOKEN).status());
      assertEquals(204, bearer(rig, "another-token-another-token").status());
      rig.gateway().engine().apply(config("workers: 1"));
      assertEquals(404, operator.session(rig).status());
      assertEquals(404, Operator.tryToken(rig, Operator.TOKEN).status());
      rig.gateway().engine().apply(config("admin_token: " + Operator.TOKEN));
      assertEquals(401, operator.session(rig).status(), "once ended, a session stays so");
    }
  }

  private static EngineConfig config(String server) throws Exception {
    Path file = Files.createTempFile("gateway", ".yaml");
    try {
      Files.writeString(
          file, "server: {port: 0, %s}\ngroups: [{name: g, api_keys: [k]}]".formatted(server));
      return ConfigLoader.load(new ConfigSource(file, Path.of(""), Map.of())).config();
    } finally {
      Files.delete(file);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/admin", "/admin/", "/admin/api/session", "/admin/openapi.json", "/admin/x"})
  void thereIsNothingWithoutAnAdminToken(String path) throws Exception {
    try (Rig rig = Rig.of(1)) {
      Response answer = Operator.get(rig, path, Operator.BEARER);
      assertEquals(404, answer.status(), answer::toString);
      assertFalse(answer.text().contains(Operator.TOKEN));
    }
  }
}
