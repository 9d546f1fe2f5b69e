package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Errors;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class NativeRouteTest {
  private static final String BODY = "{\"contents\":[{\"parts\":[{\"text\":\"Hello\"}]}]}";
  private static final String KEYS =
      "api_keys: [AIzaTestKeyNumberOne00000000000000000001, AIzaTestKeyNumberTwo00000000000000000002]";

  private static HttpResponse<String> post(Gateway gateway, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(BODY))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void answersAndStreams() throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
        Gateway gateway =
            Gateway.start(
                "groups: [{name: g, target_url: \"" + google.baseUrl() + "\", " + KEYS + "}]")) {
      HttpResponse<String> whole = post(gateway, "/v1beta/models/gemini-2.5-flash:generateContent");
      assertEquals(200, whole.statusCode(), whole.body());
      assertTrue(whole.body().contains("Hello"), whole.body());
      HttpResponse<String> stream =
          post(gateway, "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse");
      assertEquals(200, stream.statusCode());
      assertTrue(stream.body().contains("finishReason"), stream.body());
    }
  }

  @Test
  void hidesARefusedKey() throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
        Gateway gateway =
            Gateway.start(
                "groups: [{name: g, target_url: \"" + google.baseUrl() + "\", " + KEYS + "}]")) {
      google
          .script()
          .whenKey("AIzaTestKeyNumberOne00000000000000000001", Errors.tooManyRequestsPerDay());
      for (int i = 0; i < 10; i++) {
        assertEquals(
            200, post(gateway, "/v1beta/models/gemini-2.5-flash:generateContent").statusCode());
      }
    }
  }

  @Test
  void endsARequestWhoseEndComesByItself() throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
        Gateway gateway =
            Gateway.start(
                "groups: [{name: g, target_url: \"" + google.baseUrl() + "\", " + KEYS + "}]");
        TestClient client = TestClient.connect(gateway.port())) {
      byte[] text = BODY.replace("Hello", "x".repeat(70_000)).getBytes(StandardCharsets.UTF_8);
      client.request(
          "POST",
          "/v1beta/models/gemini-2.5-flash:generateContent",
          Header.list("Transfer-Encoding", "chunked"),
          null);
      client.sendChunk(text);
      google.journal().awaitOpenConnections(1);
      client.sendChunk(new byte[0]);
      assertEquals(200, client.read().status());
      assertArrayEquals(text, google.journal().lastRequest().body());
    }
  }
}
