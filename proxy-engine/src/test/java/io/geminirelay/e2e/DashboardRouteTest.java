package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The dashboard's page as a running gateway serves it. */
class DashboardRouteTest {
  private static final String TOKEN = "server.admin_token: open-sesame-open-sesame";

  private final FakeTime time = new FakeTime();

  private Rig rig(String... settings) throws Exception {
    return Rig.of(GeminiSimulator.plain(time), time, "", 1, settings);
  }

  private static Response get(TestClient client, String path, String... headers) {
    return client.exchange("GET", path, Header.list(headers), null);
  }

  @Test
  void thePageAndWhatItNamesComeBeforeAnyLogin() throws Exception {
    try (Rig rig = rig(TOKEN);
        TestClient client = TestClient.connect(rig.port())) {
      Response door = get(client, "/admin");
      assertEquals(308, door.status());
      assertEquals("/admin/", door.header("location"));
      Response page = get(client, "/admin/");
      assertEquals(200, page.status(), page::toString);
      assertTrue(page.header("content-security-policy").startsWith("default-src 'none'"));
      for (String file : List.of("app.js", "base.css", "chart-4.5.1.js", "pico-2.1.1.css")) {
        assertTrue(file.startsWith("pico") || page.text().contains("assets/" + file), file);
        Response answer = get(client, "/admin/assets/" + file, "Accept-Encoding", "gzip");
        assertEquals(200, answer.status());
        assertEquals("gzip", answer.header("content-encoding"));
        String etag = answer.header("etag");
        Response again =
            get(client, "/admin/assets/" + file, "Accept-Encoding", "gzip", "If-None-Match", etag);
        assertEquals(304, again.status());
      }
    }
  }

  @Test
  void nothingElseIsServedAsAFile() throws Exception {
    try (Rig rig = rig(TOKEN);
        TestClient client = TestClient.connect(rig.port())) {
      for (String path : List.of("/admin/assets/none.js", "/admin/assets/%2e%2e/app.js")) {
        Response answer = get(client, path);
        assertTrue(answer.status() == 404 || answer.status() == 400, answer::toString);
      }
      assertEquals(200, get(client, "/admin/").status());
    }
  }

  @Test
  void isNotThereWithoutAnAdminToken() throws Exception {
    try (Rig rig = rig();
        TestClient client = TestClient.connect(rig.port())) {
      for (String path : List.of("/admin", "/admin/", "/admin/assets/app.js")) {
        Response answer = get(client, path);
        assertEquals(404, answer.status());
        assertFalse(answer.text().contains("<html"), answer::text);
      }
    }
  }
}
