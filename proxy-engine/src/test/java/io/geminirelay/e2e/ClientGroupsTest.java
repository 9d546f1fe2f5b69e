package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.TestHttp2Client;
import io.geminirelay.testing.sim.Errors;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A client gets keys of its groups and models of its list alone, on every route. */
class ClientGroupsTest {
  private static final String TOKEN = "token-of-the-client-0001";
  private static final String[] AUTH = {"Authorization", "Bearer " + TOKEN};
  private static final String YAML =
      """
      clients: [{name: c, token: %s, %s}]
      groups:
        - {name: a, target_url: "%s", api_keys: [%s]}
        - {name: b, target_url: "%s", api_keys: [%s]}
      """;

  private static Gateway gateway(GeminiSimulator google, String rights) throws Exception {
    String url = google.baseUrl();
    return Gateway.start(YAML.formatted(TOKEN, rights, url, Rig.key(0), url, Rig.key(1)));
  }

  private static String body(String path) {
    if (path.endsWith("embeddings")) {
      return "{\"model\":\"gemini-embedding-001\",\"input\":\"Hello\"}";
    }
    if (path.endsWith("gemini-proxy")) {
      return "{\"prompt\":\"Hello\"}";
    }
    return path.endsWith("completions") ? Rig.CHAT_BODY : Rig.BODY;
  }

  @ParameterizedTest
  @CsvSource({
    "/v1beta/models/gemini-2.5-flash:generateContent",
    "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
    "/v1beta/models/gemini-2.5-flash:countTokens",
    "/upload/v1beta/files",
    "/v1beta/openai/chat/completions",
    "/v1/chat/completions",
    "/embeddings",
    "/generate",
    "/gemini-proxy",
  })
  void usesKeysOfItsGroupsAlone(String path) throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
        Gateway gateway = gateway(google, "groups: [b]");
        TestHttp2Client http2 = TestHttp2Client.plain(gateway.port())) {
      for (int i = 0; i < 4; i++) {
        try (TestClient http1 = TestClient.connect(gateway.port())) {
          http1.post(path, body(path), AUTH);
        }
        http2.post(path, body(path), AUTH);
      }
      assertEquals(Map.of(Rig.key(1), 8L), google.journal().countsByKey());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/v1beta/models/gemini-2.5-flash:generateContent",
    "/v1/chat/completions",
    "/generate",
    "/gemini-proxy"
  })
  void failsRatherThanUseAnotherGroupsKey(String path) throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
        Gateway gateway = gateway(google, "groups: [b]")) {
      google.script().always(Errors.keyInvalid());
      for (int i = 0; i < 3; i++) {
        try (TestClient client = TestClient.connect(gateway.port())) {
          assertTrue(client.post(path, body(path), AUTH).status() >= 400);
        }
      }
      assertEquals(0, google.journal().countOf(Rig.key(0)));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1beta/models/gemini-2.5-flash:generateContent | PERMISSION_DENIED",
        "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse | PERMISSION_DENIED",
        "/v1beta/models/gemini-2.5-flash:countTokens | PERMISSION_DENIED",
        "/v1/models/gemini-2.5-flash:generateContent | PERMISSION_DENIED",
        "/v1beta/openai/chat/completions | permission_error",
        "/chat/completions | permission_error",
        "/v1/embeddings | permission_error",
        "/generate | forbidden",
        "/gemini-proxy | UNAUTHORIZED",
      })
  void mayNotUseOtherModels(String path, String said) throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
        Gateway gateway = gateway(google, "models: [gemini-3-*]");
        TestClient http1 = TestClient.connect(gateway.port());
        TestHttp2Client http2 = TestHttp2Client.plain(gateway.port())) {
      for (Response refused :
          java.util.List.of(
              http1.post(path, body(path), AUTH), http2.post(path, body(path), AUTH))) {
        assertEquals(403, refused.status(), refused::toString);
        assertTrue(refused.text().contains(said), refused::text);
      }
      assertEquals(0, google.journal().requestCount());
    }
  }
}
