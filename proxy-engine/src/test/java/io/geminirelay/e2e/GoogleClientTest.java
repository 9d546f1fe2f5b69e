package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.genai.Client;
import com.google.genai.errors.ClientException;
import com.google.genai.types.EmbedContentConfig;
import com.google.genai.types.FunctionCall;
import com.google.genai.types.FunctionDeclaration;
import com.google.genai.types.GenerateContentConfig;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.HttpRetryOptions;
import com.google.genai.types.ListModelsConfig;
import com.google.genai.types.Schema;
import com.google.genai.types.Tool;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Reaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Google's own client library works through the gateway, and does not see what keys go through. */
class GoogleClientTest {
  private static final String MODEL = "gemini-2.5-flash";

  private ThreeKeys bench;
  private Client client;

  @BeforeEach
  void start() throws Exception {
    bench = ThreeKeys.start();
    client = client(ThreeKeys.TOKEN);
  }

  @AfterEach
  void stop() {
    client.close();
    bench.close();
  }

  private Client client(String token) {
    return Client.builder()
        .apiKey(token)
        .httpOptions(
            HttpOptions.builder()
                .baseUrl(bench.gateway().url())
                .retryOptions(HttpRetryOptions.builder().attempts(1))
                .build())
        .build();
  }

  private String answer(String prompt) {
    return client.models.generateContent(MODEL, prompt, null).text();
  }

  private String stream(String prompt) {
    StringBuilder text = new StringBuilder();
    try (var stream = client.models.generateContentStream(MODEL, prompt, null)) {
      stream.forEach(piece -> text.append(piece.text()));
    }
    return text.toString();
  }

  @Test
  void answersWhole() {
    assertEquals("Echo: hello", answer("hello"));
  }

  @Test
  void streams() {
    String prompt = "tell me a story that is longer than one event";
    assertEquals("Echo: " + prompt, stream(prompt));
  }

  @Test
  void callsDeclaredTool() {
    Schema city = Schema.builder().type("STRING").build();
    FunctionDeclaration.Builder weather =
        FunctionDeclaration.builder()
            .name("weather")
            .parameters(Schema.builder().type("OBJECT").properties(Map.of("city", city)));
    GenerateContentConfig config =
        GenerateContentConfig.builder()
            .tools(Tool.builder().functionDeclarations(weather).build())
            .build();
    List<FunctionCall> calls = new ArrayList<>();
    try (var stream = client.models.generateContentStream(MODEL, "call it", config)) {
      stream.forEach(
          piece -> calls.addAll(Objects.requireNonNullElse(piece.functionCalls(), List.of())));
    }
    assertEquals(1, calls.size());
    assertEquals("weather", calls.get(0).name().orElseThrow());
    assertEquals(Map.of("city", "example"), calls.get(0).args().orElseThrow());
  }

  @Test
  void embedsTexts() {
    EmbedContentConfig config = EmbedContentConfig.builder().outputDimensionality(16).build();
    var embedded = client.models.embedContent("gemini-embedding-001", "one", config);
    assertEquals(16, embedded.embeddings().orElseThrow().get(0).values().orElseThrow().size());
  }

  @Test
  void listsAndGetsModels() {
    List<String> names = new ArrayList<>();
    client
        .models
        .list(ListModelsConfig.builder().pageSize(5).build())
        .forEach(model -> names.add(model.name().orElse("")));
    assertTrue(names.contains("models/gemini-2.5-flash"), names.toString());
    assertEquals(
        "models/gemini-2.5-pro", client.models.get("gemini-2.5-pro", null).name().orElseThrow());
  }

  @Test
  void countsTokens() {
    assertEquals(
        3, client.models.countTokens(MODEL, "twelve chars", null).totalTokens().orElseThrow());
  }

  @Test
  void tellsOfAnUnknownModel() {
    ClientException refused =
        assertThrows(
            ClientException.class,
            () -> client.models.generateContent("no-such-model", "hello", null));
    assertEquals(404, refused.code());
    assertEquals("NOT_FOUND", refused.status());
    assertEquals(1, bench.google().journal().requestCount());
  }

  @Test
  void tellsOfAWrongTokenInGooglesForm() {
    try (Client stranger = client("someone-elses-token-000000")) {
      ClientException refused =
          assertThrows(
              ClientException.class, () -> stranger.models.generateContent(MODEL, "hi", null));
      assertEquals(401, refused.code());
      assertEquals("UNAUTHENTICATED", refused.status());
    }
    assertEquals(0, bench.google().journal().requestCount());
  }

  @Test
  void tellsOfSpentQuotaWhenNoKeyIsLeft() {
    bench.google().script().always(Errors.tooManyRequestsPerDay());
    assertEquals(429, assertThrows(ClientException.class, () -> answer("hi")).code());
    ClientException refused = assertThrows(ClientException.class, () -> answer("hi"));
    assertEquals(429, refused.code());
    assertEquals("RESOURCE_EXHAUSTED", refused.status());
    assertFalse(refused.getMessage().contains("AIza"), refused.getMessage());
    assertEquals(3, bench.google().journal().requestCount());
  }

  static Stream<Reaction> refusals() {
    return ThreeKeys.refusals();
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void seesNothingOfARefusedKey(Reaction refusal) {
    bench.google().script().whenKey(ThreeKeys.KEYS.get(1), refusal);
    for (int i = 0; i < 6; i++) {
      assertEquals("Echo: hello", answer("hello"));
      assertEquals("Echo: hello", stream("hello"));
    }
    assertEquals(1, bench.google().journal().countOf(ThreeKeys.KEYS.get(1)));
  }
}
