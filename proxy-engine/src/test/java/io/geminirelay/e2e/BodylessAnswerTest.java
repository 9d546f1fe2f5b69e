package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.TestHttp2Client;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Reaction;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers without a body stay whole between all pairs of protocols. */
class BodylessAnswerTest {
  @ParameterizedTest
  @CsvSource({"1.1, 200", "2, 200", "1.1, 204", "2, 204", "1.1, 304", "2, 304", "2, 404"})
  void reachesTheClientOnceAndWhole(String version, int status) throws Exception {
    String yaml =
        "groups: [{name: g, target_url: \"%s\", http_version: \"%s\","
            + " api_keys: [AIzaTestKeyNumberOne00000000000000000001]}]";
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
        Gateway gateway = Gateway.start(yaml.formatted(google.baseUrl(), version));
        TestClient client = TestClient.connect(gateway.port());
        TestHttp2Client http2 = TestHttp2Client.plain(gateway.port())) {
      google.script().always(Reaction.of(Answer.of(status, new Header("x-mark", "here"))));
      List<Header> none = List.of(new Header("Host", "localhost"));
      for (int i = 0; i < 2; i++) {
        check(status, client.exchange("GET", "/v1beta/files/a", none, new byte[0]));
        check(status, http2.exchange("GET", "/v1beta/files/a", List.of(), new byte[0]));
      }
    }
  }

  private static void check(int status, Response got) {
    assertEquals(status, got.status(), got::toString);
    assertEquals("here", got.header("x-mark"));
    assertEquals(0, got.body().length);
    assertTrue(got.whole());
  }
}
