package io.geminirelay.testing.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers of the native API to requests that are known to be good. */
final class NativeApi {
  private NativeApi() {}

  /** The error of a model that does not exist or cannot do this, or null. */
  static @Nullable GoogleError refuse(String method, String model) {
    boolean embeds = method.endsWith("mbedContent") || method.equals("batchEmbedContents");
    boolean able =
        method.equals("countTokens")
            ? Catalog.knows(model)
            : embeds ? Catalog.embeds(model) : Catalog.generates(model);
    String said =
        method.equals("countTokens") ? method : embeds ? "embedContent" : "generateContent";
    return able ? null : Errors.notFound(model, said);
  }

  static Answer generate(ReceivedRequest request, Reply reply, String model, boolean streams) {
    if (!streams) {
      Map<String, Object> body = piece(reply.whole(), 0, model);
      return chunkedJson(body);
    }
    boolean sse = request.asksForEvents();
    List<String> pieces = new ArrayList<>();
    for (int i = 0; i < reply.pieces().size(); i++) {
      Map<String, Object> piece = piece(reply, i, model);
      pieces.add(
          sse
              ? "data: " + Json.write(piece, Json.Style.EVENT) + "\r\n\r\n"
              : (i == 0 ? "[" : "\n,\r\n")
                  + Json.write(piece, Json.Style.PRETTY)
                  + (reply.isLast(i) ? "\n]" : ""));
    }
    String type = sse ? "text/event-stream" : "application/json; charset=UTF-8";
    return Answer.stream(200, Dress.stream(type, !sse), Dress.bytes(pieces));
  }

  private static Map<String, Object> piece(Reply reply, int index, String model) {
    Prompt prompt = reply.prompt();
    long out = reply.tokensUntil(index);
    String finish = reply.cut() ? "MAX_TOKENS" : "STOP";
    return Json.object(
        "candidates",
        List.of(
            Json.object(
                "content",
                Json.object("parts", List.of(part(reply, index)), "role", "model"),
                "finishReason",
                reply.isLast(index) ? finish : null,
                "index",
                0)),
        "usageMetadata",
        Json.object(
            "promptTokenCount",
            prompt.inputTokens(),
            "candidatesTokenCount",
            out,
            "totalTokenCount",
            prompt.inputTokens() + out,
            "promptTokensDetails",
            textTokens(prompt.inputTokens())),
        "modelVersion",
        model,
        "responseId",
        reply.id());
  }

  private static Map<String, Object> part(Reply reply, int index) {
    Map<String, Object> tool = reply.prompt().tool();
    return tool == null
        ? Json.object("text", reply.pieces().get(index))
        : Json.object(
            "functionCall",
            Json.object("name", tool.get("name"), "args", SchemaSample.arguments(tool)));
  }

  static Answer countTokens(Map<String, Object> body) {
    long tokens = Prompt.tokens(body);
    return chunkedJson(
        Json.object("totalTokens", tokens, "promptTokensDetails", textTokens(tokens)));
  }

  static Answer embed(Map<String, Object> body, String model) {
    return chunkedJson(Json.object("embedding", vector(body, model)));
  }

  static Answer embedBatch(Map<String, Object> body, String model) {
    List<Object> vectors = new ArrayList<>();
    for (Object request : Json.list(body.get("requests"))) {
      vectors.add(vector(Json.map(request), model));
    }
    return chunkedJson(Json.object("embeddings", vectors));
  }

  private static Map<String, Object> vector(Map<String, Object> request, String model) {
    String text =
        Prompt.ofNative(Map.of("contents", List.of(Json.map(request.get("content"))))).text();
    Object asked = Json.get(request, "outputDimensionality");
    int dimensions = asked instanceof Number number ? number.intValue() : Catalog.dimensions(model);
    return Json.object("values", Embedding.of(text, dimensions));
  }

  /** One page of the list; the token of the next page is the index of its first model. */
  static Answer models(ReceivedRequest request) {
    List<String> listed = Catalog.listed();
    int from = Math.min(listed.size(), number(request.query("pageToken"), 0));
    int size = Math.max(1, number(request.query("pageSize"), 50));
    int to = (int) Math.min(listed.size(), (long) from + size);
    List<Object> page = new ArrayList<>();
    listed.subList(from, to).forEach(model -> page.add(Catalog.describe(model)));
    return chunkedJson(
        Json.object(
            "models", page, "nextPageToken", to < listed.size() ? Integer.toString(to) : null));
  }

  static Answer model(ReceivedRequest request, String model) {
    return Catalog.knows(model)
        ? chunkedJson(Catalog.describe(model))
        : Errors.plain(
                404, "NOT_FOUND", "Model is not found: models/" + model + " for api version v1beta")
            .answerTo(request);
  }

  private static int number(@Nullable String text, int otherwise) {
    return text != null && text.matches("[0-9]{1,6}") ? Integer.parseInt(text) : otherwise;
  }

  private static List<Object> textTokens(long tokens) {
    return List.of(Json.object("modality", "TEXT", "tokenCount", tokens));
  }

  private static Answer chunkedJson(Map<String, Object> body) {
    return Answer.stream(
        200,
        Dress.headers("application/json; charset=UTF-8"),
        Dress.bytes(List.of(Json.write(body, Json.Style.PRETTY) + "\n")));
  }
}
