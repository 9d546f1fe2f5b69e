package io.geminirelay.base.tokens;

/**
 * How a model counts its prompt beside the texts in it, by the model's name. Pure.
 *
 * <p>Google documents none of this; it was found by comparing {@code promptTokenCount} of recorded
 * answers with the texts of their requests. Since Gemini 2.5 the frame around contents, calls and
 * tools counts; before, their texts alone.
 */
public enum ModelGeneration {
  /** Gemini 1 and 2.0, and embedding models: the texts and nothing else. */
  PLAIN,
  /** Gemini 2.5 and Gemma: one token a content, calls and tools with their punctuation. */
  FRAMED,
  /** Gemini 3, every later one and names not known: the lists of required members count too. */
  LATEST;

  /** The generation that {@code model} belongs to, a {@code models/} prefix allowed. */
  public static ModelGeneration of(String model) {
    int at = model.startsWith("models/") ? "models/".length() : 0;
    if (model.startsWith("gemini-2.5", at) || model.startsWith("gemma", at)) {
      return FRAMED;
    }
    boolean plain =
        model.startsWith("gemini-1", at)
            || model.startsWith("gemini-2.0", at)
            || model.startsWith("gemini-pro", at)
            || model.startsWith("gemini-embedding", at)
            || model.startsWith("text-embedding", at)
            || model.startsWith("embedding", at);
    return plain ? PLAIN : LATEST;
  }
}
