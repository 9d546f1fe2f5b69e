package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Reaction;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The gateway's own answers repeat words of Google's, but no key that stands among them. */
class KeySecrecyInterpretedTest {
  private static final String JSON = "application/json";
  private static final String WITHHELD =
      "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"%s\"}]},\"finishReason\":\"%s\","
          + "\"finishMessage\":\"the key %s was used\"}]}";
  private static final String BLOCKED =
      "{\"promptFeedback\":{\"blockReason\":\"OTHER\",\"blockReasonMessage\":\"the key %s was used\"}}";
  private static final String ERROR =
      "{\"error\":{\"code\":%d,\"message\":\"the key %s was used\",\"status\":\"INTERNAL\"}}";

  private static void assertHidden(String key, String path, String body, Answer answer)
      throws Exception {
    try (GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
        Gateway gateway =
            Gateway.start(
                "internal_retries: 0\ngroups: [{name: g, target_url: \"%s\", api_keys: ['%s']}]"
                    .formatted(google.baseUrl(), key));
        TestClient client = TestClient.connect(gateway.port())) {
      google.script().always(Reaction.of(answer));
      Response got = client.post(path, body, "content-type", JSON);
      String json = key.replace("\"", "\\\"");
      assertFalse(got.toString().contains(key) || got.text().contains(json), got::text);
      assertTrue(got.text().contains("the key [redacted] was used"), got::text);
    }
  }

  /** The key as Google may write it: escaped, as any character in JSON can be. */
  private static String escaped(String key) {
    return "\\u%04x".formatted((int) key.charAt(0)) + key.substring(1).replace("\"", "\\\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "AIzaTestKeyNumberOne00000000000000000001",
        "a-key-of-another-form",
        "key\"quote\"1"
      })
  void hidesKeysInTheAnswerToAPrompt(String key) throws Exception {
    String said = escaped(key);
    for (Answer answer :
        List.of(
            Answer.of(200, JSON, WITHHELD.formatted("", "SAFETY", said)),
            Answer.of(200, JSON, WITHHELD.formatted("", "STOP", said)),
            Answer.of(200, JSON, BLOCKED.formatted(said)),
            Answer.of(400, JSON, ERROR.formatted(400, said)),
            Answer.of(503, JSON, ERROR.formatted(503, said)))) {
      assertHidden(key, "/gemini-proxy", "{\"prompt\":\"Hi\"}", answer);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "AIzaTestKeyNumberOne00000000000000000001",
        "a-key-of-another-form",
        "key\"quote\"1"
      })
  void hidesKeysInElements(String key) throws Exception {
    String said = escaped(key);
    String text = GenerateRouteTest.event("so far", 9, "");
    for (String last :
        List.of(
            WITHHELD.formatted("", "SAFETY", said),
            BLOCKED.formatted(said),
            ERROR.formatted(503, said))) {
      Answer answer = GenerateRouteTest.stream(text, "data: " + last + "\r\n\r\n");
      assertHidden(key, "/generate", Rig.BODY, answer);
      assertHidden(key, "/generate?mode=delta", Rig.BODY, answer.withLength());
    }
  }
}
