package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No bytes of a client make the upstream, or another client, see a request that nobody sent. */
class SmugglingTest {
  private static VectorRig rig;

  @BeforeAll
  static void start() throws Exception {
    rig =
        new VectorRig(
            ", limits: {body_timeout_secs: 1}", "auth: none\nupstream: {max_replay_bytes: 1024}");
  }

  @AfterAll
  static void stop() throws IOException {
    rig.close();
  }

  static List<Vector> vectors() {
    return Stream.of(
            LengthVectors.all(), CodingVectors.all(), ChunkVectors.all(), HeadVectors.all())
        .flatMap(List::stream)
        .toList();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("vectors")
  void leavesEveryConnectionInStep(Vector vector) {
    rig.check(vector);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "g\r\n",
        "5\nhello\r\n0\r\n\r\n",
        "5\r\nhelloX",
        "0\r\na: b\r\n c\r\n\r\n",
        "0\r\nsmuggled\r\n\r\n",
        "fffffffffffffffff\r\n",
        "5;a\rb\r\nhello"
      })
  void cutsTheRequestThatIsUnderWayWhenItsBodyBreaks(String broken) {
    // More than is kept for a repeat, so that it is under way before it is whole.
    String piece = "7d0\r\n" + "x".repeat(2_000) + "\r\n";
    rig.upstream.clear();
    try (TestClient client = TestClient.connect(rig.port())) {
      client.send(Vector.chunked(piece));
      Rig.await(() -> countOfX(rig.upstream.received()) == 2_000, "what has come so far");
      client.send(broken + Vector.SMUGGLED);
      Response answer = client.read();
      assertEquals(400, answer.status(), answer::toString);
      assertTrue(client.seesClose());
    }
    Rig.await(() -> rig.upstream.cut() > 0, "the end of the request upstream");
    String sent = rig.upstream.received();
    assertEquals(2_000, countOfX(sent));
    assertFalse(sent.contains("\r\n0\r\n") || sent.contains("smuggled"), sent);
    rig.check(Vector.served("X", "afterwards", "", Vector.get(), Vector.getOn()));
  }

  private static long countOfX(String text) {
    int body = text.indexOf("\r\n\r\n");
    return text.substring(Math.max(0, body)).chars().filter(c -> c == 'x').count();
  }

  @Test
  void hasEveryVectorOnce() {
    List<Vector> all = vectors();
    assertTrue(all.size() >= 110, "there are " + all.size());
    assertEquals(all.size(), all.stream().map(Vector::id).distinct().count());
  }
}
