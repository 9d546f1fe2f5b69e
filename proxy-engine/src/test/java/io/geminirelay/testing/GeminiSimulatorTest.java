package io.geminirelay.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.genai.Client;
import com.google.genai.errors.ClientException;
import com.google.genai.types.GenerateContentResponse;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.HttpRetryOptions;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Quota;
import io.geminirelay.testing.sim.Reaction;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The simulator is good enough for Google's own client library. */
class GeminiSimulatorTest {
  private GeminiSimulator simulator;
  private Client client;

  @BeforeEach
  void start() {
    simulator = GeminiSimulator.plain(new FakeTime()).key("AIza-one", "p1");
    client =
        Client.builder()
            .apiKey("AIza-one")
            .httpOptions(
                HttpOptions.builder()
                    .baseUrl(simulator.baseUrl())
                    .retryOptions(HttpRetryOptions.builder().attempts(1))
                    .build())
            .build();
  }

  @AfterEach
  void stop() {
    client.close();
    simulator.close();
  }

  @Test
  void answersGooglesClient() {
    assertEquals("Echo: hello", ask().text());
    assertEquals(1, simulator.journal().countOf("AIza-one", "gemini-2.5-flash", 200));
  }

  @Test
  void streamsToGooglesClient() {
    AtomicReference<String> text = new AtomicReference<>("");
    String prompt = "tell me a story that is longer than one event";
    try (var stream = client.models.generateContentStream("gemini-2.5-flash", prompt, null)) {
      stream.forEach(piece -> text.updateAndGet(before -> before + piece.text()));
    }
    assertEquals("Echo: " + prompt, text.get());
  }

  @Test
  void refusesWhenQuotaIsSpent() {
    simulator.quota("p1", "*", Quota.of(1, -1));
    ask();
    assertEquals(429, assertThrows(ClientException.class, this::ask).code());
  }

  @Test
  void givesScriptedErrorAndCutsBody() {
    simulator.script().next(1, Errors.keySuspended());
    ClientException refused = assertThrows(ClientException.class, this::ask);
    assertEquals(403, refused.code());
    assertTrue(refused.getMessage().contains("AIza-one"));
    simulator.script().next(1, Reaction.usual(answer -> answer.cutAfter(10)));
    assertThrows(RuntimeException.class, this::ask);
  }

  private GenerateContentResponse ask() {
    return client.models.generateContent("gemini-2.5-flash", "hello", null);
  }
}
