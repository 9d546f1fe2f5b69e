package io.geminirelay.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.errors.RateLimitException;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.embeddings.EmbeddingCreateParams;
import io.geminirelay.testing.sim.Errors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The simulator's OpenAI form is good enough for OpenAI's own client library. */
class OpenAiFormTest {
  private final GeminiSimulator simulator =
      GeminiSimulator.plain(new FakeTime()).key("AIza-one", "p1");
  private final OpenAIClient client =
      OpenAIOkHttpClient.builder()
          .apiKey("AIza-one")
          .baseUrl(simulator.baseUrl() + "/v1beta/openai")
          .maxRetries(0)
          .build();

  @AfterEach
  void stop() {
    client.close();
    simulator.close();
  }

  private static ChatCompletionCreateParams.Builder ask(String text) {
    return ChatCompletionCreateParams.builder().model("gemini-2.5-flash").addUserMessage(text);
  }

  @Test
  void answersWhole() {
    ChatCompletion answer = client.chat().completions().create(ask("hello").build());
    assertEquals("Echo: hello", answer.choices().get(0).message().content().orElseThrow());
    assertEquals("stop", answer.choices().get(0).finishReason().asString());
    assertEquals(2, answer.usage().orElseThrow().promptTokens());
  }

  @Test
  void streamsWithUsage() {
    String prompt = "tell me a story that is longer than one event";
    StringBuilder text = new StringBuilder();
    List<Long> totals = new ArrayList<>();
    ChatCompletionStreamOptions options =
        ChatCompletionStreamOptions.builder().includeUsage(true).build();
    try (var stream =
        client.chat().completions().createStreaming(ask(prompt).streamOptions(options).build())) {
      stream.stream()
          .forEach(
              chunk -> {
                text.append(chunk.choices().get(0).delta().content().orElse(""));
                totals.add(chunk.usage().orElseThrow().totalTokens());
              });
    }
    assertEquals("Echo: " + prompt, text.toString());
    assertTrue(totals.size() > 1);
    assertTrue(totals.get(0) < totals.get(totals.size() - 1));
  }

  @Test
  void callsDeclaredTool() {
    FunctionDefinition weather =
        FunctionDefinition.builder()
            .name("weather")
            .parameters(
                FunctionParameters.builder()
                    .putAdditionalProperty("type", JsonValue.from("object"))
                    .putAdditionalProperty(
                        "properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
                    .build())
            .build();
    var message =
        client
            .chat()
            .completions()
            .create(ask("call it").addFunctionTool(weather).build())
            .choices()
            .get(0)
            .message();
    var call = message.toolCalls().orElseThrow().get(0).asFunction();
    assertEquals("weather", call.function().name());
    assertEquals("{\"city\":\"example\"}", call.function().arguments());
  }

  @Test
  void embedsTexts() {
    var answer =
        client
            .embeddings()
            .create(
                EmbeddingCreateParams.builder()
                    .model("gemini-embedding-001")
                    .inputOfArrayOfStrings(List.of("one", "two"))
                    .dimensions(8)
                    .build());
    assertEquals(2, answer.data().size());
    List<Float> vector = answer.data().get(1).embedding();
    assertEquals(8, vector.size());
    assertEquals(1, vector.stream().mapToDouble(value -> value * value).sum(), 1e-5);
  }

  @Test
  void listsModels() {
    List<String> ids = new ArrayList<>();
    client.models().list().autoPager().forEach(model -> ids.add(model.id()));
    assertTrue(ids.contains("models/gemini-2.5-flash"));
    assertEquals("models/gemini-2.5-pro", client.models().retrieve("models/gemini-2.5-pro").id());
  }

  @Test
  void refusesAsGoogleDoes() {
    simulator.script().next(1, Errors.tooManyRequestsPerMinute());
    assertThrows(
        RateLimitException.class, () -> client.chat().completions().create(ask("hi").build()));
  }
}
