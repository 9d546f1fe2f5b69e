package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A gateway of one event loop in front of an upstream that keeps all bytes. */
final class VectorRig implements AutoCloseable {
  final RawUpstream upstream;
  private final Gateway gateway;
  private final TestClient beside;

  /** {@code server} are settings of that section, {@code root} those at the root. */
  VectorRig(String server, String root) throws Exception {
    upstream = new RawUpstream();
    try {
      gateway =
          Gateway.start(
              "server: {port: 0, workers: 1, drain_timeout_secs: 5%s}\n%s\n".formatted(server, root)
                  + "groups: [{name: g, target_url: \"http://%s\", api_keys: [%s]}]\n"
                      .formatted(upstream.authority(), Rig.key(0)));
    } catch (Exception | Error e) {
      upstream.close();
      throw e;
    }
    beside = TestClient.connect(port());
  }

  int port() {
    return gateway.port();
  }

  /**
   * Sends a vector, and then a request on its own connection if that is open, and one on another:
   * both have to get their own answers, and all has to reach the upstream over one connection.
   */
  void check(Vector vector) {
    upstream.clear();
    int before = upstream.accepted();
    String follow = "";
    try (TestClient client = TestClient.connect(port())) {
      client.send(vector.sent().getBytes(StandardCharsets.ISO_8859_1));
      for (int status : vector.statuses()) {
        Response answer = vector.sent().startsWith("HEAD ") ? headAnswer(client) : client.read();
        assertEquals(status, answer.status(), answer::toString);
      }
      if (vector.ends()) {
        assertTrue(client.seesClose(), "more than was asked for");
      } else {
        follow += ask(client, "after-" + vector.id());
      }
      follow += ask(beside, "beside-" + vector.id());
    }
    assertEquals(expected(vector.upstream() + follow), upstream.received());
    assertTrue(upstream.accepted() <= before + 1, "the upstream's connection was lost");
  }

  private static Response headAnswer(TestClient client) {
    String line = client.headLines().get(0);
    int status = Integer.parseInt(line.substring(9, 12));
    return new Response(status, List.of(), new byte[0], true, List.of());
  }

  private String expected(String text) {
    return text.replace(Vector.AUTHORITY, upstream.authority());
  }

  /** Asks for a model of this name, and gives what of it reaches the upstream. */
  private static String ask(TestClient client, String name) {
    String line = "GET /v1beta/models/" + name + " HTTP/1.1";
    client.send(Vector.head(line));
    Response answer = client.read();
    assertEquals(200, answer.status(), answer::toString);
    assertEquals(line, answer.text(), "another request's answer");
    return Vector.sentOn(line);
  }

  @Override
  public void close() throws IOException {
    beside.close();
    try {
      gateway.close();
    } finally {
      upstream.close();
    }
  }
}
