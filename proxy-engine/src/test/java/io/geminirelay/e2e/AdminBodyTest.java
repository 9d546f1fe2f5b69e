package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bodies that are sent to the admin interface by whomever. */
class AdminBodyTest {
  private static final String KEYS = "/admin/api/keys";
  private static final int MIB = 1 << 20;

  /** Sends the head of a request and tells what comes back before a byte of the body. */
  private static Response headAlone(Rig rig, String path, String... headers) {
    try (TestClient client = TestClient.connect(rig.port())) {
      return client.send(head(path, MIB, headers)).read();
    }
  }

  private static String head(String path, int length, String... headers) {
    StringBuilder head = new StringBuilder("POST " + path + " HTTP/1.1\r\nHost: gateway\r\n");
    for (Header header : Header.list(headers)) {
      head.append(header.name()).append(": ").append(header.value()).append("\r\n");
    }
    return head.append("Content-Length: ").append(length).append("\r\n\r\n").toString();
  }

  @Test
  void whatCanBeToldByTheHeadIsToldBeforeTheBody() throws Exception {
    try (Rig closed = Rig.of(1)) {
      assertEquals(404, headAlone(closed, Operator.LOGIN).status());
    }
    try (Rig rig = Rig.of(1, "server.admin_token: " + Operator.TOKEN)) {
      assertEquals(404, headAlone(rig, "/admin/api/none").status());
      assertEquals(401, headAlone(rig, KEYS).status());
      assertEquals(413, headAlone(rig, Operator.LOGIN).status());
      try (TestClient client = TestClient.connect(rig.port())) {
        client.send(head(KEYS, MIB + 1, Operator.BEARER));
        assertEquals(413, client.read().status());
      }
    }
  }

  @Test
  void aLoginWithoutALengthMayNotBeLongEither() throws Exception {
    try (Rig rig = Rig.of(1, "server.admin_token: " + Operator.TOKEN);
        TestClient client = TestClient.connect(rig.port())) {
      client.send(
          "POST " + Operator.LOGIN + " HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\n\r\n");
      client.sendChunk(new byte[9_000]);
      assertEquals(413, client.read().status());
    }
  }

  @Test
  void manyThatNeverEndTakeABoundedPartOfTheMemory() throws Exception {
    try (Rig rig = Rig.of(1, "server.admin_token: " + Operator.TOKEN)) {
      List<TestClient> clients = new ArrayList<>();
      try {
        for (int i = 0; i < 15; i++) {
          clients.add(unended(rig));
        }
        Rig.await(() -> isFull(rig) || !clients.add(unended(rig)), "no room for more");
        // Whose bytes come last finds no room: a stranger's, where those that try were faster.
        assertTrue(clients.size() < 20, clients.size() + " were sent");
        assertEquals(200, Operator.get(rig, "/health").status());
        assertEquals(200, rig.post(Rig.UNARY, Rig.BODY).status());
      } finally {
        clients.forEach(TestClient::close);
      }
      Rig.await(() -> !isFull(rig), "room again");
    }
  }

  /** A stranger's request, of a MiB but for its last byte. */
  private static TestClient unended(Rig rig) {
    TestClient client = TestClient.connect(rig.port());
    return client
        .send(head(KEYS, MIB, "Authorization", "Bearer not-the-token"))
        .send(new byte[MIB - 1]);
  }

  /** Whether two MiB more, in two requests that are not ended, find no room. */
  private static boolean isFull(Rig rig) {
    try (TestClient first = TestClient.connect(rig.port());
        TestClient second = TestClient.connect(rig.port())) {
      first.send(head(KEYS, MIB, Operator.BEARER)).send(new byte[MIB - 1]);
      second.send(head(KEYS, MIB, Operator.BEARER)).send(new byte[MIB]);
      int status = second.read().status();
      assertTrue(status == 503 || status == 415, String.valueOf(status));
      return status == 503;
    }
  }

  @Test
  void aBodyOfTheOperatorsMayBeLong() throws Exception {
    try (Rig rig = Rig.of(1, "server.admin_token: " + Operator.TOKEN)) {
      String text = "{\"group\":\"g\",\"text\":\"" + "# a\\n".repeat(100_000) + "\"}";
      try (TestClient client = TestClient.connect(rig.port())) {
        Response answer =
            client.exchange(
                "POST",
                KEYS + "/import",
                Header.list(
                    "Authorization",
                    "Bearer " + Operator.TOKEN,
                    "Content-Type",
                    "application/json"),
                text.getBytes(StandardCharsets.UTF_8));
        assertEquals(200, answer.status(), answer::toString);
      }
    }
  }
}
