package io.geminirelay.testing.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a chat request asks, in either form.
 *
 * @param text the last message
 * @param inputTokens estimate over all texts of the request
 * @param tool the first declared function if it is to be called, else null
 * @param schema the schema that the answer must follow, else null
 * @param maxTokens the longest answer allowed
 */
record Prompt(
    String text,
    long inputTokens,
    @Nullable Map<String, Object> tool,
    @Nullable Map<String, Object> schema,
    long maxTokens) {

  static Prompt ofNative(Map<String, Object> body) {
    List<Object> contents = Json.list(body.get("contents"));
    Map<String, Object> last =
        contents.isEmpty() ? Map.of() : Json.map(contents.get(contents.size() - 1));
    StringBuilder text = new StringBuilder();
    boolean answersCall = false;
    for (Object part : Json.list(last.get("parts"))) {
      Map<String, Object> map = Json.map(part);
      text.append(map.getOrDefault("text", ""));
      Map<String, Object> response = Json.map(Json.get(map, "functionResponse"));
      if (!response.isEmpty()) {
        answersCall = true;
        text.append(response.get("name")).append(" returned ");
        text.append(Json.write(Json.map(response.get("response")), Json.Style.EVENT));
      }
    }
    Map<String, Object> config = Json.map(Json.get(body, "generationConfig"));
    Object schema = Json.get(config, "responseSchema");
    schema = schema == null ? Json.get(config, "responseJsonSchema") : schema;
    return new Prompt(
        text.toString(),
        tokens(body),
        answersCall ? null : nativeTool(body, text.toString()),
        schema == null ? null : Json.map(schema),
        number(Json.get(config, "maxOutputTokens")));
  }

  private static @Nullable Map<String, Object> nativeTool(Map<String, Object> body, String text) {
    Map<String, Object> choice =
        Json.map(Json.get(Json.map(Json.get(body, "toolConfig")), "functionCallingConfig"));
    boolean forced = "ANY".equals(choice.get("mode"));
    if ("NONE".equals(choice.get("mode")) || !(forced || mentionsCall(text))) {
      return null;
    }
    for (Object tool : Json.list(body.get("tools"))) {
      List<Object> declared = Json.list(Json.get(Json.map(tool), "functionDeclarations"));
      if (!declared.isEmpty()) {
        return Json.map(declared.get(0));
      }
    }
    return null;
  }

  static Prompt ofOpenAi(Map<String, Object> body) {
    List<Object> messages = Json.list(body.get("messages"));
    Map<String, Object> last =
        messages.isEmpty() ? Map.of() : Json.map(messages.get(messages.size() - 1));
    String text = contentText(last.get("content"));
    boolean answersCall = "tool".equals(last.get("role"));
    Map<String, Object> format = Json.map(body.get("response_format"));
    Map<String, Object> schema = Json.map(Json.map(format.get("json_schema")).get("schema"));
    Object max = body.get("max_completion_tokens");
    return new Prompt(
        text,
        tokens(body),
        answersCall ? null : openAiTool(body, text),
        "json_schema".equals(format.get("type")) ? schema : null,
        number(max == null ? body.get("max_tokens") : max));
  }

  private static @Nullable Map<String, Object> openAiTool(Map<String, Object> body, String text) {
    Object choice = body.get("tool_choice");
    boolean forced = "required".equals(choice) || choice instanceof Map;
    List<Object> tools = Json.list(body.get("tools"));
    if ("none".equals(choice) || tools.isEmpty() || !(forced || mentionsCall(text))) {
      return null;
    }
    return Json.map(Json.map(tools.get(0)).get("function"));
  }

  static String contentText(@Nullable Object content) {
    if (content instanceof String text) {
      return text;
    }
    List<String> texts = new ArrayList<>();
    for (Object part : Json.list(content)) {
      texts.add(String.valueOf(Json.map(part).getOrDefault("text", "")));
    }
    return String.join("", texts);
  }

  private static boolean mentionsCall(String text) {
    return text.toLowerCase(java.util.Locale.ROOT).contains("call");
  }

  /** Four characters of text are about one token. */
  static long tokens(Object body) {
    return Math.max(1, (textLength(body) + 3) / 4);
  }

  private static long textLength(Object value) {
    long length = 0;
    if (value instanceof Map<?, ?> map) {
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        boolean isText = "text".equals(entry.getKey()) || "content".equals(entry.getKey());
        if (isText && entry.getValue() instanceof String text) {
          length += text.length();
        } else {
          length += textLength(entry.getValue());
        }
      }
    } else if (value instanceof List<?> list) {
      for (Object element : list) {
        length += textLength(element);
      }
    }
    return length;
  }

  private static long number(@Nullable Object value) {
    return value instanceof Number number ? number.longValue() : Long.MAX_VALUE;
  }
}
