package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestHttp2Client;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an address may ask, and which address that is. */
class AddressLimitsTest {
  private static final String LIMIT = "rate_limit: {requests_per_minute: 60, burst_size: 3}";

  private final FakeTime time = new FakeTime();

  private Rig rig(String... settings) throws Exception {
    String[] all = new String[settings.length + 1];
    System.arraycopy(settings, 0, all, 0, settings.length);
    all[settings.length] = LIMIT;
    return Rig.of(GeminiSimulator.plain(new FakeTime()), time, "", 1, all);
  }

  private static int ask(Rig rig, String... headers) {
    return rig.post(Rig.UNARY, Rig.BODY, headers).status();
  }

  @Test
  void letsABurstThroughThenTheRate() throws Exception {
    try (Rig rig = rig();
        TestHttp2Client http2 = TestHttp2Client.plain(rig.port())) {
      assertEquals(200, ask(rig));
      assertEquals(200, http2.post(Rig.UNARY, Rig.BODY).status());
      assertEquals(200, ask(rig));
      Response refused = http2.post(Rig.CHAT, Rig.CHAT_BODY);
      assertEquals(429, refused.status());
      assertEquals("1", refused.header("retry-after"));
      assertTrue(refused.text().contains("rate_limit_error"), refused::text);
      assertEquals(3, rig.journal().requestCount());
      time.advance(Duration.ofSeconds(1));
      assertEquals(200, ask(rig));
      assertEquals(429, ask(rig));
      time.advance(Duration.ofHours(1));
      for (int i = 0; i < 3; i++) {
        assertEquals(200, ask(rig));
      }
      assertEquals(429, ask(rig));
    }
  }

  @Test
  void boundsTheGuessingOfTokensButNotHealth() throws Exception {
    try (Rig rig = rig("clients: [{name: c, token: token-of-the-client-0001}]")) {
      for (int i = 0; i < 3; i++) {
        assertEquals(401, ask(rig, "Authorization", "Bearer guess-" + i));
      }
      assertEquals(429, ask(rig, "Authorization", "Bearer guess-4"));
      assertEquals(429, ask(rig, "Authorization", "Bearer token-of-the-client-0001"));
      for (int i = 0; i < 10; i++) {
        try (var client = io.geminirelay.testing.TestClient.connect(rig.port())) {
          assertEquals(200, client.exchange("GET", "/health", List.of(), null).status());
        }
      }
    }
  }

  @Test
  void doesNotBelieveWhatAnUntrustedPeerSaysOfItself() throws Exception {
    try (Rig rig = rig("server.trusted_proxies: [10.0.0.0/8]", "auth: none")) {
      for (int i = 0; i < 3; i++) {
        assertEquals(200, ask(rig, "X-Forwarded-For", "203.0.113." + i));
      }
      assertEquals(429, ask(rig, "X-Forwarded-For", "203.0.113.9"));
      assertEquals(429, ask(rig, "Forwarded", "for=203.0.113.9"));
    }
  }

  @Test
  void limitsTheClientsOfATrustedProxyEachByItself() throws Exception {
    try (Rig rig = rig("server.trusted_proxies: [127.0.0.0/8]", "auth: none")) {
      for (int i = 0; i < 3; i++) {
        assertEquals(200, ask(rig, "X-Forwarded-For", "198.51.100." + i + ", 203.0.113.1"));
      }
      assertEquals(429, ask(rig, "X-Forwarded-For", "203.0.113.1"));
      assertEquals(429, ask(rig, "Forwarded", "for=\"203.0.113.1:4711\";proto=https"));
      assertEquals(200, ask(rig, "X-Forwarded-For", "203.0.113.2"));
      assertEquals(200, ask(rig, "X-Forwarded-For", "203.0.113.2, 127.0.0.2"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "10.0.0.0/8"})
  void servesThisMachineAloneBehindAProxyOnItThatIsTrustedOrNot(String trusted) throws Exception {
    try (Rig rig = Rig.of(1, "server.trusted_proxies: [" + trusted + "]")) {
      assertEquals(200, ask(rig));
      assertEquals(200, ask(rig, "X-Forwarded-For", "127.0.0.1"));
      assertEquals(200, ask(rig, "Forwarded", "for=\"[::1]:80\";proto=https;host=localhost"));
      String far = "203.0.113.5";
      List<List<String>> refused =
          List.of(
              List.of("X-Forwarded-For", far),
              List.of("X-Forwarded-For", far + ", unknown"),
              List.of("X-Forwarded-For", far, "X-Forwarded-For", "127.0.0.1"),
              List.of("X-Forwarded-For", far, "Forwarded", "for=9.9.9.9"),
              List.of("X-Forwarded-For", far, "Forwarded", "x"),
              List.of("X-Forwarded-For", far, "Forwarded", "for=127.0.0.1"),
              List.of("X-Forwarded-For", "127.0.0.1", "Forwarded", "for=_hidden"),
              List.of("Forwarded", "for=" + far),
              List.of("Forwarded", "for=_hidden"),
              List.of("Forwarded", "for=\", for=" + far),
              List.of("X-Real-IP", far),
              List.of("X-Forwarded-Host", "evil.example"),
              List.of("X-Forwarded-Host", "evil/x"));
      for (List<String> headers : refused) {
        assertEquals(403, ask(rig, headers.toArray(new String[0])), headers::toString);
      }
      assertEquals(3, rig.journal().requestCount());
    }
  }
}
