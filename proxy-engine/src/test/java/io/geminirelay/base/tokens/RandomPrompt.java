package io.geminirelay.base.tokens;

import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Writes random JSON, as short as it can be written, of the names that matter in a prompt: most of
 * it is nonsense, all of it is dense.
 */
final class RandomPrompt {
  private static final List<String> NAMES =
      List.of(
          "contents",
          "parts",
          "text",
          "systemInstruction",
          "tools",
          "functionDeclarations",
          "name",
          "description",
          "parameters",
          "properties",
          "required",
          "type",
          "enum",
          "default",
          "args",
          "functionCall",
          "functionResponse",
          "response",
          "generationConfig",
          "responseSchema",
          "messages",
          "content",
          "tool_calls",
          "function",
          "arguments",
          "tool_call_id",
          "input",
          "response_format",
          "json_schema",
          "schema",
          "thoughtSignature",
          "requests",
          "title",
          "a",
          "additionalProperties",
          "code",
          "executableCode",
          "items",
          "model");

  /** What makes sense inside what, so that the deeper places are reached. */
  private static final Map<String, List<String>> INSIDE =
      Map.of(
          "contents", List.of("parts"),
          "parts", List.of("functionCall", "functionResponse", "text", "executableCode"),
          "tools", List.of("functionDeclarations", "function"),
          "functionDeclarations", List.of("name", "parameters", "description"),
          "parameters", List.of("type", "properties", "required", "enum", "default"),
          "properties", List.of("a"),
          "a", List.of("type", "title", "required", "properties"),
          "functionCall", List.of("name", "args"),
          "messages", List.of("content", "tool_calls", "tool_call_id"),
          "tool_calls", List.of("function"));

  private final Random random;
  private int left = 40;

  RandomPrompt(Random random) {
    this.random = random;
  }

  void write(StringBuilder out) {
    object(out, "");
  }

  private void object(StringBuilder out, String in) {
    List<String> fitting = INSIDE.getOrDefault(in, NAMES);
    out.append('{');
    int members = random.nextInt(5);
    for (int i = 0; i < members && left > 0; i++) {
      left--;
      out.append(i == 0 ? "" : ",");
      List<String> names = random.nextInt(8) == 0 ? NAMES : fitting;
      String name = names.get(random.nextInt(names.size()));
      out.append(name).append(':');
      value(out, name);
    }
    out.append('}');
  }

  private void value(StringBuilder out, String in) {
    switch (random.nextInt(8)) {
      case 0 -> out.append("''");
      case 1 -> out.append("'x'");
      case 2 -> out.append(random.nextInt(12));
      case 3 -> out.append("null");
      case 4 -> array(out, in);
      default -> object(out, in);
    }
  }

  private void array(StringBuilder out, String in) {
    out.append('[');
    int elements = random.nextInt(4);
    for (int i = 0; i < elements && left > 0; i++) {
      left--;
      out.append(i == 0 ? "" : ",");
      value(out, in);
    }
    out.append(']');
  }
}
