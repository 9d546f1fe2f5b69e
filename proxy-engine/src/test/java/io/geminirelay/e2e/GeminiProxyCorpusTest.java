package io.geminirelay.e2e;

import static io.geminirelay.e2e.SimpleRig.body;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Corpus;
import io.geminirelay.testing.CorpusExchange;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Json;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Recorded traffic behind {@code POST /gemini-proxy}: always an answer in its own form. */
class GeminiProxyCorpusTest {
  @Test
  void answersEveryRecordingInItsOwnForm() throws Exception {
    long seed = new Random().nextLong();
    try (SimpleRig rig = SimpleRig.start("internal_retries: 0");
        TestClient client = TestClient.connect(rig.rig().port())) {
      int served = 0;
      for (CorpusExchange recorded : Corpus.ofKind("native-unary", "errors", "native-sse")) {
        if (recorded.responseBody().length > 200_000) {
          continue;
        }
        rig.google().script().clear().always(recorded.replay(seed++));
        String own = body("Hi", "gemini-2.5-flash", SimpleRig.OWN_KEY);
        Response answer = client.post(SimpleRig.PATH, own, "X-API-KEY", SimpleRig.TOKEN);
        String where = recorded + ", seed " + (seed - 1) + ": " + answer;
        Map<String, Object> all = SimpleRig.parsed(answer);
        boolean ok = answer.status() == 200;
        served += ok ? 1 : 0;
        assertTrue(answer.whole(), where);
        assertEquals(ok ? "OK" : "Failed", all.get("result"), where);
        assertEquals(ok, Json.map(all.get("data")).containsKey("response"), where);
      }
      System.out.println("recordings that became an answer: " + served);
      assertTrue(served > 20, served + " served");
    }
  }
}
