package io.geminirelay.testing.sim;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Google's native generate methods: credentials, then quota, then a text derived from the prompt.
 */
public final class GoogleApi {
  private final Map<String, String> projects = new ConcurrentHashMap<>();
  private final Quotas quotas;

  /** Counts against these quotas. */
  public GoogleApi(Quotas quotas) {
    this.quotas = quotas;
  }

  /** Registers a key; as long as there is none, every key is accepted. */
  public void key(String key, String project) {
    projects.put(key, project);
  }

  Answer answer(ReceivedRequest request) {
    GoogleError refusal = refuse(request);
    if (refusal != null) {
      return refusal.answerTo(request);
    }
    boolean streams = request.path().endsWith(":streamGenerateContent");
    if (!streams && !request.path().endsWith(":generateContent")) {
      return Errors.noSuchPath();
    }
    try {
      Prompt prompt = Prompt.ofNative(Json.map(Json.parse(request.body())));
      String model = ModelName.of(request);
      String project = projects.getOrDefault(String.valueOf(request.key()), "default");
      GoogleError spent = quotas.take(project, model, prompt.inputTokens());
      return spent == null ? generate(request, prompt, model, streams) : spent.answerTo(request);
    } catch (IOException e) {
      return Errors.badRequest("Invalid JSON payload received.").answerTo(request);
    }
  }

  private @Nullable GoogleError refuse(ReceivedRequest request) {
    List<Credential> found = Credential.of(request);
    if (found.isEmpty()) {
      return Errors.plain(
          403,
          "PERMISSION_DENIED",
          "Method doesn't allow unregistered callers (callers without established identity). Please"
              + " use API Key or other form of API consumer identity to call this API.");
    }
    if (found.size() > 1) {
      return Errors.badRequest(
          "Multiple authentication credentials received. Please pass only one.");
    }
    if (found.get(0).place() == Credential.Place.BEARER && !request.isOpenAi()) {
      return new GoogleError(
          401,
          "UNAUTHENTICATED",
          "Request had invalid authentication credentials.",
          List.of(
              Errors.info(
                  "ACCESS_TOKEN_TYPE_UNSUPPORTED",
                  Json.object("service", "generativelanguage.googleapis.com"))));
    }
    boolean known = projects.isEmpty() || projects.containsKey(found.get(0).value());
    return known ? null : Errors.keyInvalid();
  }

  private static Answer generate(
      ReceivedRequest request, Prompt prompt, String model, boolean streams) {
    String text = "Echo: " + prompt.text();
    if (!streams) {
      String body = Json.write(piece(prompt, model, text, text.length(), true), Json.Style.PRETTY);
      return Answer.stream(
          200, Dress.headers("application/json; charset=UTF-8"), Dress.bytes(List.of(body + "\n")));
    }
    boolean sse = request.asksForEvents();
    List<String> pieces = new ArrayList<>();
    for (int from = 0; from < text.length(); from += 24) {
      int to = Math.min(text.length(), from + 24);
      boolean last = to == text.length();
      Map<String, Object> piece = piece(prompt, model, text.substring(from, to), to, last);
      pieces.add(
          sse
              ? "data: " + Json.write(piece, Json.Style.EVENT) + "\r\n\r\n"
              : (from == 0 ? "[" : "\n,\r\n")
                  + Json.write(piece, Json.Style.PRETTY)
                  + (last ? "\n]" : ""));
    }
    String type = sse ? "text/event-stream" : "application/json; charset=UTF-8";
    return Answer.stream(200, Dress.stream(type, !sse), Dress.bytes(pieces));
  }

  private static Map<String, Object> piece(
      Prompt prompt, String model, String text, int charsSoFar, boolean last) {
    Map<String, Object> part =
        prompt.tool() == null
            ? Json.object("text", text)
            : Json.object(
                "functionCall",
                Json.object(
                    "name", prompt.tool().get("name"),
                    "args", SchemaSample.arguments(prompt.tool())));
    long out = (charsSoFar + 3) / 4;
    return Json.object(
        "candidates",
        List.of(
            Json.object(
                "content",
                Json.object("parts", List.of(part), "role", "model"),
                "finishReason",
                last ? "STOP" : null,
                "index",
                0)),
        "usageMetadata",
        Json.object(
            "promptTokenCount",
            prompt.inputTokens(),
            "candidatesTokenCount",
            out,
            "totalTokenCount",
            prompt.inputTokens() + out),
        "modelVersion",
        model,
        "responseId",
        Integer.toHexString(prompt.text().hashCode()));
  }
}
