package io.geminirelay.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that may use some models only can name no other, in path or body. */
class ClientModelsTest {
  private static final String YAML =
      """
      clients: [{name: c, token: token-of-the-client-0001, models: ["gemini-2.5-*"]}]
      groups: [{name: g, target_url: "%s", api_keys: [AIzaTestKeyNumberOne00000000000000000001]}]
      """;

  private static Response post(Gateway gateway, String path, String body) {
    try (TestClient client = TestClient.connect(gateway.port())) {
      return client.post(path, body, "Authorization", "Bearer token-of-the-client-0001");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"model\":\"gemini-3-pro\",\"messages\":[]}",
        "{\"messages\":[],\"model\":\"models/gemini-3-pro\"}",
        "{\"model\":\"gemini-2.5-flash\",\"messages\":[],\"model\":\"gemini-3-pro\"}",
        "{'model':'gemini-3-pro','messages':[]}",
        "{\"messages\":[]}"
      })
  void refusesOtherModelsInTheBody(String body) throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
        Gateway gateway = Gateway.start(YAML.formatted(google.baseUrl()))) {
      Response refused = post(gateway, "/v1/chat/completions", body);
      assertEquals(403, refused.status(), refused.text());
      assertTrue(refused.text().contains("\"permission_error\""), refused.text());
      assertEquals(0, google.journal().requestCount());
    }
  }

  @Test
  void seesASecondModelThatComesLater() throws Exception {
    String first = "{\"model\":\"gemini-2.5-flash\",\"messages\":[\"" + "x".repeat(100_000);
    String rest = "\"],\"model\":\"gemini-3-pro\"}";
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
        Gateway gateway = Gateway.start(YAML.formatted(google.baseUrl()));
        TestClient client = TestClient.connect(gateway.port())) {
      client.send(
          "PUT /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
              + "Authorization: Bearer token-of-the-client-0001\r\n"
              + "Transfer-Encoding: chunked\r\n\r\n");
      client.sendChunk(first.getBytes(UTF_8));
      client.sendChunk(rest.getBytes(UTF_8));
      client.send("0\r\n\r\n");
      assertEquals(403, client.read().status());
      assertEquals(0, google.journal().requestCount());
    }
  }

  @Test
  void refusesOtherModelsInThePathAndServesItsOwn() throws Exception {
    String body = "{\"contents\":[{\"parts\":[{\"text\":\"Hi\"}]}]}";
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
        Gateway gateway = Gateway.start(YAML.formatted(google.baseUrl()))) {
      assertEquals(
          403, post(gateway, "/v1beta/models/gemini-3-pro:generateContent", body).status());
      assertEquals(0, google.journal().requestCount());
      assertEquals(
          200, post(gateway, "/v1beta/models/gemini-2.5-flash:generateContent", body).status());
    }
  }
}
