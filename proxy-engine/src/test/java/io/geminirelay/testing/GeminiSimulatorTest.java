package io.geminirelay.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.genai.Client;
import com.google.genai.errors.ClientException;
import com.google.genai.types.EmbedContentConfig;
import com.google.genai.types.FunctionCall;
import com.google.genai.types.FunctionDeclaration;
import com.google.genai.types.GenerateContentConfig;
import com.google.genai.types.GenerateContentResponse;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.HttpRetryOptions;
import com.google.genai.types.ListModelsConfig;
import com.google.genai.types.Schema;
import com.google.genai.types.Tool;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Quota;
import io.geminirelay.testing.sim.Reaction;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
  void closesOnce() {
    GeminiSimulator simulator = GeminiSimulator.plain(InstantSource.system());
    simulator.close();
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
  void callsDeclaredToolOnceAndReadsItsResult() {
    Tool tool =
        Tool.builder()
            .functionDeclarations(
                FunctionDeclaration.builder()
                    .name("weather")
                    .parameters(
                        Schema.builder()
                            .type("OBJECT")
                            .properties(Map.of("city", Schema.builder().type("STRING").build()))))
            .build();
    GenerateContentConfig config = GenerateContentConfig.builder().tools(tool).build();
    String prompt = "please call the tool, and mind that this prompt is longer than an event";
    List<FunctionCall> calls = new ArrayList<>();
    try (var stream = client.models.generateContentStream("gemini-2.5-flash", prompt, config)) {
      stream.forEach(
          piece -> calls.addAll(Objects.requireNonNullElse(piece.functionCalls(), List.of())));
    }
    assertEquals(1, calls.size());
    assertEquals("weather", calls.get(0).name().orElseThrow());
    assertEquals(Map.of("city", "example"), calls.get(0).args().orElseThrow());
  }

  @Test
  void embedsListsAndCounts() {
    EmbedContentConfig config = EmbedContentConfig.builder().outputDimensionality(16).build();
    var embedded = client.models.embedContent("gemini-embedding-001", "one", config);
    assertEquals(16, embedded.embeddings().orElseThrow().get(0).values().orElseThrow().size());
    List<String> names = new ArrayList<>();
    client
        .models
        .list(ListModelsConfig.builder().pageSize(5).build())
        .forEach(model -> names.add(model.name().orElse("")));
    assertTrue(names.containsAll(List.of("models/gemini-2.5-flash", "models/text-embedding-004")));
    assertEquals(
        "models/gemini-2.5-pro", client.models.get("gemini-2.5-pro", null).name().orElseThrow());
    var counted = client.models.countTokens("gemini-2.5-flash", "twelve chars", null);
    assertEquals(3, counted.totalTokens().orElseThrow());
  }

  @Test
  void knowsNoOtherModels() {
    ClientException refused =
        assertThrows(
            ClientException.class,
            () -> client.models.generateContent("no-such-model", "hello", null));
    assertEquals(404, refused.code());
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
