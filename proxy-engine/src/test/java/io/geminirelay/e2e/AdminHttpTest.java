package io.geminirelay.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.TestHttp2Client;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** The admin interface as HTTP: methods, headers, bodies, and what is never told. */
class AdminHttpTest {
  private final FakeTime time = new FakeTime();

  @Test
  void everyAnswerIsDataAndNothingElse() throws Exception {
    try (Rig rig = Operator.rig(time)) {
      guarded(200, Operator.tryToken(rig, Operator.TOKEN));
      guarded(401, Operator.tryToken(rig, "wrong"));
      guarded(204, Operator.ask(rig, "POST", Operator.LOGOUT, Operator.BEARER));
      guarded(404, Operator.get(rig, "/admin/api/nothing", Operator.BEARER));
      guarded(405, Operator.get(rig, Operator.LOGIN));
      guarded(413, rig.post(Operator.LOGIN, "x".repeat((1 << 20) + 1)));
    }
    try (Rig rig = Rig.of(1)) {
      guarded(404, Operator.get(rig, Operator.SESSION));
    }
  }

  private static void guarded(int status, Response answer) {
    assertEquals(status, answer.status(), answer::toString);
    assertEquals("no-store", answer.header("cache-control"), answer::toString);
    assertEquals("nosniff", answer.header("x-content-type-options"), answer::toString);
    assertEquals(
        "default-src 'none'; frame-ancestors 'none'",
        answer.header("content-security-policy"),
        answer::toString);
  }

  @Test
  void aPathTakesItsOwnMethods() throws Exception {
    try (Rig rig = Operator.rig(time)) {
      assertEquals("POST", Operator.get(rig, Operator.LOGIN).header("allow"));
      Response options = Operator.ask(rig, "OPTIONS", Operator.SESSION);
      assertEquals(405, options.status());
      assertEquals("GET, HEAD", options.header("allow"));
      Operator operator = Operator.at(rig);
      Response head = Operator.ask(rig, "HEAD", Operator.SESSION, "Cookie", operator.cookie());
      assertEquals(200, head.status());
      assertArrayEquals(new byte[0], head.body());
      Response whole = operator.session(rig);
      assertEquals(whole.header("content-length"), head.header("content-length"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "[]",
        "null",
        "{",
        "{}",
        "{\"token\":1}",
        "{\"token\":\"\"}",
        "{\"token\":\"open-sesame-open-sesame\"} {}",
        "{\"token\":\"a\",\"token\":\"open-sesame-open-sesame\"}",
        "{\"token\":\"open-sesame-open-sesame\",\"more\":1}",
        "{\"open-sesame-open-sesame\":1}",
        "{\"token\":open-sesame-open-sesame}",
        "{\"token\":123456789012345678901234567890123456789012345678901234567890}"
      })
  void aBodyThatBreaksTheRulesIsRefusedWithoutQuotingIt(String body) throws Exception {
    try (Rig rig = Operator.rig(time);
        TestClient client = TestClient.connect(rig.port())) {
      Response refused = client.post(Operator.LOGIN, body);
      // Without a body nobody can say that it has the wrong type.
      assertEquals(400, refused.status(), refused::toString);
      assertTrue(refused.text().contains("INVALID_BODY"), refused::text);
      assertFalse(refused.text().contains("sesame-open-sesame\\\"}"), refused::text);
      Response next = client.post(Operator.LOGIN, "{\"token\":\"" + Operator.TOKEN + "\"}");
      assertEquals(200, next.status(), next::toString);
    }
  }

  private static String deep(int depth) {
    return "{\"token\":" + "[".repeat(depth) + "]".repeat(depth) + "}";
  }

  @Test
  void deepAndBrokenBodiesAreRefused() throws Exception {
    try (Rig rig = Operator.rig(time);
        TestClient client = TestClient.connect(rig.port())) {
      for (int depth : new int[] {17, 4_000}) {
        assertEquals(400, client.post(Operator.LOGIN, deep(depth)).status());
      }
      assertEquals(400, client.post("/admin/api/keys", deep(100_000), Operator.BEARER).status());
      byte[] cut = "{\"token\":\"\u00e4\"}".getBytes(UTF_8);
      cut[11] = '"';
      List<Header> json = Header.list("Content-Type", "application/json");
      assertEquals(400, client.exchange("POST", Operator.LOGIN, json, cut).status());
      String type = "application/json; charset=utf-8";
      byte[] right = ("{\"token\":\"" + Operator.TOKEN + "\"}").getBytes(UTF_8);
      for (String wrong : List.of("text/plain", "application/x-www-form-urlencoded", "")) {
        List<Header> headers = Header.list("Content-Type", wrong);
        assertEquals(415, client.exchange("POST", Operator.LOGIN, headers, right).status());
      }
      List<Header> headers = Header.list("Content-Type", type);
      assertEquals(200, client.exchange("POST", Operator.LOGIN, headers, right).status());
    }
  }

  @Test
  void servesHttp2() throws Exception {
    try (Rig rig = Operator.rig(time);
        TestHttp2Client client = TestHttp2Client.plain(rig.port())) {
      Response login = client.post(Operator.LOGIN, "{\"token\":\"" + Operator.TOKEN + "\"}");
      assertEquals(200, login.status(), login::toString);
      String cookie = login.header("set-cookie").split(";", 2)[0];
      Response session =
          client.exchange("GET", Operator.SESSION, Header.list("cookie", "a=b; " + cookie), null);
      assertEquals(200, session.status(), session::toString);
      assertEquals(401, client.exchange("GET", Operator.SESSION, List.of(), null).status());
    }
  }

  @Test
  void aClientThatDoesNotWaitForItsAnswerLeavesNothing() throws Exception {
    try (Rig rig = Operator.rig(time)) {
      for (int i = 0; i < 50; i++) {
        TestClient client = TestClient.connect(rig.port());
        client.request("GET", Operator.SESSION, Header.list(Operator.BEARER), null);
        client.abort();
      }
      assertEquals(401, Operator.get(rig, Operator.SESSION, Operator.BEARER).status());
    }
  }

  @Test
  void noCredentialIsLogged() throws Exception {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    Logger access = (Logger) LoggerFactory.getLogger("access");
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    root.addAppender(lines);
    access.addAppender(lines);
    String cookie;
    String csrf;
    try (Rig rig = Operator.rig(time, "server.security: {max_login_attempts: 1}")) {
      Operator operator = Operator.at(rig);
      cookie = operator.cookie().substring("relay_session=".length());
      csrf = operator.csrf();
      Operator.get(rig, Operator.SESSION, Operator.BEARER);
      Operator.get(rig, Operator.SESSION + "?key=" + Operator.TOKEN);
      Operator.tryToken(rig, "a-wrong-token-of-somebody");
      Operator.tryToken(rig, Operator.TOKEN);
    } finally {
      root.detachAppender(lines);
      access.detachAppender(lines);
    }
    List<String> texts =
        lines.list.stream()
            .map(line -> line.getFormattedMessage() + line.getMDCPropertyMap() + line)
            .toList();
    assertTrue(texts.stream().anyMatch(text -> text.contains("locked out")), texts::toString);
    for (String secret : List.of(cookie, csrf, Operator.TOKEN, "a-wrong-token-of-somebody")) {
      assertFalse(texts.stream().anyMatch(text -> text.contains(secret)), texts::toString);
    }
  }
}
