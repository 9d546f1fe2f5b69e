package io.geminirelay.testing.sim;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The models that the simulator lists, and the rule for those it knows without listing them. */
final class Catalog {
  private static final List<String> LISTED =
      List.of(
          "gemini-2.5-flash",
          "gemini-2.5-pro",
          "gemini-2.0-flash",
          "gemini-2.0-flash-lite",
          "gemini-2.5-flash-lite",
          "gemini-3-pro-preview",
          "gemini-3-flash-preview",
          "gemini-3.1-pro-preview",
          "gemini-3.5-flash",
          "gemma-3-27b-it",
          "gemini-embedding-001",
          "gemini-embedding-2",
          "text-embedding-004");
  private static final Pattern KNOWN =
      Pattern.compile("(gemini|gemma|text-embedding|embedding)-[A-Za-z0-9._-]+");
  private static final int WIDE = 3_072;
  private static final int NARROW = 768;

  private Catalog() {}

  static List<String> listed() {
    return LISTED;
  }

  static boolean knows(String model) {
    return KNOWN.matcher(model).matches();
  }

  static boolean generates(String model) {
    return knows(model) && !model.contains("embedding");
  }

  static boolean embeds(String model) {
    return knows(model) && model.contains("embedding");
  }

  /** The length of the model's vectors unless another is asked for. */
  static int dimensions(String model) {
    return model.startsWith("gemini-") ? WIDE : NARROW;
  }

  /** An entry of the native list. */
  static Map<String, Object> describe(String model) {
    List<String> methods =
        embeds(model)
            ? List.of("embedContent", "countTextTokens", "countTokens", "asyncBatchEmbedContent")
            : List.of(
                "generateContent", "countTokens", "createCachedContent", "batchGenerateContent");
    return Json.object(
        "name",
        "models/" + model,
        "version",
        "001",
        "displayName",
        display(model),
        "description",
        "Stable version of " + display(model),
        "inputTokenLimit",
        embeds(model) ? 2_048 : 1_048_576,
        "outputTokenLimit",
        embeds(model) ? 1 : 65_536,
        "supportedGenerationMethods",
        methods);
  }

  /** An entry of the OpenAI-compatible list. */
  static Map<String, Object> describeOpenAi(String model) {
    return Json.object(
        "id",
        "models/" + model,
        "object",
        "model",
        "owned_by",
        "google",
        "display_name",
        display(model));
  }

  private static String display(String model) {
    return Pattern.compile("-")
        .splitAsStream(model)
        .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
        .collect(Collectors.joining(" "));
  }
}
