package io.geminirelay.testing.sim;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers of the OpenAI-compatible API to requests that are known to be good, with what sets
 * Google's apart: names in alphabetical order, the role on every chunk, tool calls whole and
 * without an index, usage on every chunk if asked for.
 */
final class OpenAiApi {
  private OpenAiApi() {}

  static Answer chat(Map<String, Object> body, Reply reply, String model, Instant now) {
    if (!Boolean.TRUE.equals(body.get("stream"))) {
      return json(answer(reply.whole(), model, now));
    }
    Map<String, Object> options = Json.map(body.get("stream_options"));
    boolean usage = Boolean.TRUE.equals(options.get("include_usage"));
    List<String> events = new ArrayList<>();
    for (int i = 0; i < reply.pieces().size(); i++) {
      events.add(
          "data: " + Json.write(chunk(reply, i, model, now, usage), Json.Style.COMPACT) + "\n\n");
    }
    events.add("data: [DONE]\n\n");
    return Answer.stream(200, Dress.stream("text/event-stream", true), Dress.bytes(events));
  }

  private static Map<String, Object> answer(Reply reply, String model, Instant now) {
    return Json.object(
        "choices",
        List.of(
            Json.object("finish_reason", finish(reply), "index", 0, "message", message(reply, 0))),
        "created",
        now.getEpochSecond(),
        "id",
        reply.id(),
        "model",
        model,
        "object",
        "chat.completion",
        "usage",
        usage(reply, 0));
  }

  private static Map<String, Object> chunk(
      Reply reply, int index, String model, Instant now, boolean usage) {
    return Json.object(
        "choices",
        List.of(
            Json.object(
                "delta",
                message(reply, index),
                "finish_reason",
                reply.isLast(index) ? finish(reply) : null,
                "index",
                0)),
        "created",
        now.getEpochSecond(),
        "id",
        reply.id(),
        "model",
        model,
        "object",
        "chat.completion.chunk",
        "usage",
        usage ? usage(reply, index) : null);
  }

  private static Map<String, Object> message(Reply reply, int index) {
    Map<String, Object> tool = reply.prompt().tool();
    if (tool == null) {
      return Json.object("content", reply.pieces().get(index), "role", "assistant");
    }
    String arguments = Json.write(SchemaSample.arguments(tool), Json.Style.COMPACT);
    return Json.object(
        "role",
        "assistant",
        "tool_calls",
        List.of(
            Json.object(
                "function",
                Json.object("arguments", arguments, "name", tool.get("name")),
                "id",
                "function-call-" + reply.id(),
                "type",
                "function")));
  }

  private static String finish(Reply reply) {
    return reply.prompt().tool() != null ? "tool_calls" : reply.cut() ? "length" : "stop";
  }

  private static Map<String, Object> usage(Reply reply, int index) {
    long in = reply.prompt().inputTokens();
    long out = reply.tokensUntil(index);
    return Json.object("completion_tokens", out, "prompt_tokens", in, "total_tokens", in + out);
  }

  static Answer embeddings(Map<String, Object> body, String model) {
    Object input = body.get("input");
    List<Object> texts = input instanceof List ? Json.list(input) : List.of(String.valueOf(input));
    int dimensions =
        body.get("dimensions") instanceof Number asked
            ? asked.intValue()
            : Catalog.dimensions(model);
    boolean packed = "base64".equals(body.get("encoding_format"));
    List<Object> data = new ArrayList<>();
    for (Object text : texts) {
      List<Object> values = Embedding.of(String.valueOf(text), dimensions);
      data.add(
          Json.object(
              "embedding",
              packed ? Embedding.base64(values) : values,
              "index",
              data.size(),
              "object",
              "embedding"));
    }
    long tokens = Prompt.tokens(Map.of("text", texts.toString()));
    return json(
        Json.object(
            "data",
            data,
            "model",
            model,
            "object",
            "list",
            "usage",
            Json.object("prompt_tokens", tokens, "total_tokens", tokens)));
  }

  static Answer models() {
    List<Object> data = new ArrayList<>();
    Catalog.listed().forEach(model -> data.add(Catalog.describeOpenAi(model)));
    return json(Json.object("object", "list", "data", data));
  }

  static Answer model(ReceivedRequest request, String model) {
    return Catalog.knows(model)
        ? json(Catalog.describeOpenAi(model))
        : Errors.plain(404, "NOT_FOUND", "Model is not found: models/" + model).answerTo(request);
  }

  /** The error of a model that does not exist or cannot do this, or null. */
  static @Nullable GoogleError refuse(boolean embeds, String model) {
    boolean able = embeds ? Catalog.embeds(model) : Catalog.generates(model);
    return able ? null : Errors.notFound(model, embeds ? "embedContent" : "generateContent");
  }

  private static Answer json(Map<String, Object> body) {
    return Answer.stream(
        200,
        Dress.headers("application/json"),
        Dress.bytes(List.of(Json.write(body, Json.Style.COMPACT))));
  }
}
