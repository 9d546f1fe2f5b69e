package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HealthRouteTest {
  private static final String KEY = "AIzaTestKeyNumberOne00000000000000000001";
  private static final String YAML =
      """
      server: {port: 0, admin_token: open-sesame-open-sesame}
      groups: [{name: g, target_url: "http://127.0.0.1:9", api_keys: [%s]}]
      """
          .formatted(KEY);

  @Test
  void answersHealthOnOneKeptConnection() throws Exception {
    try (Gateway gateway = Gateway.start(YAML);
        TestClient client = TestClient.connect(gateway.port())) {
      for (int i = 0; i < 3; i++) {
        Response health = client.exchange("GET", "/health", List.of(), new byte[0]);
        assertEquals(200, health.status());
        assertNull(health.header("connection"));
        assertEquals("{\"status\":\"ok\"}", health.text());
      }
    }
  }

  @Test
  void tellsDetailsToTheOperatorAlone() throws Exception {
    try (Gateway gateway = Gateway.start(YAML);
        TestClient client = TestClient.connect(gateway.port())) {
      assertEquals(
          401, client.exchange("GET", "/health/detailed", List.of(), new byte[0]).status());
    }
    try (Gateway gateway = Gateway.start(YAML);
        TestClient client = TestClient.connect(gateway.port())) {
      client.send(
          "GET /health/detailed HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer open-sesame-open-sesame\r\n\r\n");
      Response details = client.read();
      assertEquals(200, details.status());
      assertTrue(details.text().contains("\"available\":1"), details.text());
      assertFalse(details.text().contains(KEY));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/health/detailed?x=%zz", "/health/detailed?validate=%", "/admin/api/keys?q=%zz"})
  void refusesAQueryWithABrokenEscape(String uri) throws Exception {
    try (Gateway gateway = Gateway.start(YAML)) {
      Response answer =
          Scrape.get(gateway.port(), uri, "Authorization", "Bearer open-sesame-open-sesame");
      assertEquals(400, answer.status(), answer::toString);
      assertTrue(answer.text().contains("percent-encoded"), answer.text());
    }
  }

  @Test
  void refusesAnAdminPathWithABrokenEscape() throws Exception {
    try (Gateway gateway = Gateway.start(YAML)) {
      Response answer =
          Scrape.get(
              gateway.port(),
              "/admin/api/requests/%zz",
              "Authorization",
              "Bearer open-sesame-open-sesame");
      assertEquals(400, answer.status(), answer::toString);
    }
  }
}
