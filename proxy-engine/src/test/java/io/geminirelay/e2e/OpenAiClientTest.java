package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.errors.NotFoundException;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.embeddings.EmbeddingCreateParams;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Reaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** OpenAI's own client library works through the gateway, and does not see what keys go through. */
class OpenAiClientTest {
  private ThreeKeys bench;
  private OpenAIClient client;

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

  private OpenAIClient client(String token) {
    return OpenAIOkHttpClient.builder()
        .apiKey(token)
        .baseUrl(bench.gateway().url() + "/v1")
        .maxRetries(0)
        .build();
  }

  private static ChatCompletionCreateParams.Builder ask(String text) {
    return ChatCompletionCreateParams.builder().model("gemini-2.5-flash").addUserMessage(text);
  }

  private String answer(String text) {
    ChatCompletion answer = client.chat().completions().create(ask(text).build());
    return answer.choices().get(0).message().content().orElseThrow();
  }

  private String stream(String text) {
    StringBuilder all = new StringBuilder();
    ChatCompletionStreamOptions options =
        ChatCompletionStreamOptions.builder().includeUsage(true).build();
    try (var stream =
        client.chat().completions().createStreaming(ask(text).streamOptions(options).build())) {
      stream.stream()
          .forEach(chunk -> all.append(chunk.choices().get(0).delta().content().orElse("")));
    }
    return all.toString();
  }

  @Test
  void answersWhole() {
    assertEquals("Echo: hello", answer("hello"));
    assertEquals("/v1beta/openai/chat/completions", bench.google().journal().lastRequest().uri());
  }

  @Test
  void streams() {
    String prompt = "tell me a story that is longer than one event";
    assertEquals("Echo: " + prompt, stream(prompt));
  }

  @Test
  void callsDeclaredTool() {
    FunctionParameters parameters =
        FunctionParameters.builder()
            .putAdditionalProperty("type", JsonValue.from("object"))
            .putAdditionalProperty(
                "properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
            .build();
    FunctionDefinition weather =
        FunctionDefinition.builder().name("weather").parameters(parameters).build();
    ChatCompletion answer =
        client.chat().completions().create(ask("call it").addFunctionTool(weather).build());
    var call =
        answer.choices().get(0).message().toolCalls().orElseThrow().get(0).asFunction().function();
    assertEquals("weather", call.name());
    assertEquals("{\"city\":\"example\"}", call.arguments());
  }

  @Test
  void embedsTexts() {
    EmbeddingCreateParams request =
        EmbeddingCreateParams.builder()
            .model("gemini-embedding-001")
            .inputOfArrayOfStrings(List.of("one", "two"))
            .dimensions(8)
            .build();
    var answer = client.embeddings().create(request);
    assertEquals(2, answer.data().size());
    assertEquals(8, answer.data().get(1).embedding().size());
  }

  @Test
  void listsAndRetrievesModels() {
    List<String> ids = new ArrayList<>();
    client.models().list().autoPager().forEach(model -> ids.add(model.id()));
    assertTrue(ids.contains("models/gemini-2.5-flash"), ids.toString());
    assertEquals("models/gemini-2.5-pro", client.models().retrieve("gemini-2.5-pro").id());
    assertEquals("models/gemini-2.5-pro", client.models().retrieve("models/gemini-2.5-pro").id());
  }

  @Test
  void tellsOfAnUnknownModel() {
    ChatCompletionCreateParams request =
        ChatCompletionCreateParams.builder().model("no-such-model").addUserMessage("hi").build();
    assertThrows(NotFoundException.class, () -> client.chat().completions().create(request));
    assertEquals(1, bench.google().journal().requestCount());
  }

  @Test
  void tellsOfAWrongTokenInTheClientsOwnForm() {
    OpenAIClient stranger = client("someone-elses-token-000000");
    UnauthorizedException refused =
        assertThrows(
            UnauthorizedException.class,
            () -> stranger.chat().completions().create(ask("hi").build()));
    assertFalse(refused.code().isEmpty(), refused.getMessage());
    assertEquals(0, bench.google().journal().requestCount());
    stranger.close();
  }

  @Test
  void tellsOfSpentQuotaWhenNoKeyIsLeft() {
    bench.google().script().always(Errors.tooManyRequestsPerDay());
    assertThrows(RateLimitException.class, () -> answer("hi"));
    RateLimitException refused = assertThrows(RateLimitException.class, () -> answer("hi"));
    assertFalse(refused.headers().values("retry-after").isEmpty(), refused.headers().toString());
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
