package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Reaction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The URLs that a client gets back are those by which it reached the proxy before the gateway. */
class BehindAProxyTest {
  private static final String UPLOAD = "/upload/v1beta/files";
  private static final Answer STARTED =
      Answer.of(
          200,
          new Header(
              "x-goog-upload-url",
              "https://generativelanguage.googleapis.com/upload/v1beta/files?upload_id=1"),
          new Header("content-length", "0"));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "127.0.0.1 | X-Forwarded-Proto | https | https://gw.example:8",
        "127.0.0.1 | X-Forwarded-Proto | http | http://gw.example:8",
        "127.0.0.1 | X-Forwarded-Host | api.example | http://api.example",
        "127.0.0.1 | X-Forwarded-Host | evil/x | http://gw.example:8",
        "127.0.0.1 | Forwarded | for=192.0.2.1;proto=https;host=api.example | https://api.example",
        "10.0.0.0/8 | X-Forwarded-Proto | https | http://gw.example:8",
        "10.0.0.0/8 | X-Forwarded-Host | api.example | http://gw.example:8",
        "10.0.0.0/8 | Forwarded | for=192.0.2.1;proto=https | http://gw.example:8",
      })
  void believesSchemeAndHostOfTrustedProxies(String trusted, String name, String value, String own)
      throws Exception {
    try (Rig rig = Rig.of(1, "server.trusted_proxies: [" + trusted + "]", "auth: none")) {
      rig.script().always(Reaction.of(STARTED));
      Response answer = rig.post(UPLOAD, "{}", "Host", "gw.example:8", name, value);
      assertEquals(200, answer.status());
      assertEquals(own + UPLOAD + "?upload_id=1", answer.header("x-goog-upload-url"));
      for (Header sent : rig.journal().lastRequest().headers()) {
        boolean tells = sent.name().toLowerCase(java.util.Locale.ROOT).contains("forwarded");
        assertEquals(false, tells, sent.toString());
      }
    }
  }
}
