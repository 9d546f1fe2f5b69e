package io.geminirelay.base.tokens;

import java.util.List;
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

  private final Random random;
  private int left = 40;

  RandomPrompt(Random random) {
    this.random = random;
  }

  void write(StringBuilder out) {
    object(out);
  }

  private void object(StringBuilder out) {
    out.append('{');
    int members = random.nextInt(5);
    for (int i = 0; i < members && left > 0; i++) {
      left--;
      out.append(i == 0 ? "" : ",");
      out.append(NAMES.get(random.nextInt(NAMES.size()))).append(':');
      value(out);
    }
    out.append('}');
  }

  private void value(StringBuilder out) {
    switch (random.nextInt(8)) {
      case 0 -> out.append("''");
      case 1 -> out.append("'x'");
      case 2 -> out.append(random.nextInt(12));
      case 3 -> out.append("null");
      case 4 -> array(out);
      default -> object(out);
    }
  }

  private void array(StringBuilder out) {
    out.append('[');
    int elements = random.nextInt(4);
    for (int i = 0; i < elements && left > 0; i++) {
      left--;
      out.append(i == 0 ? "" : ",");
      value(out);
    }
    out.append(']');
  }
}
