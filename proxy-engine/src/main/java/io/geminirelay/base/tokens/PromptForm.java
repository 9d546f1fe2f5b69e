package io.geminirelay.base.tokens;

/** Which dialect's body a prompt is written in. */
public enum PromptForm {
  /** Google's: {@code contents}, {@code systemInstruction}, {@code tools}. */
  GEMINI(PromptPlace.GEMINI),
  /** OpenAI's: {@code messages}, {@code tools}, {@code input}. */
  OPENAI(PromptPlace.OPENAI),
  /** Google's interactions: {@code input}, {@code system_instruction}, {@code tools}. */
  INTERACTION(PromptPlace.INTERACTION);

  private final PromptPlace root;

  PromptForm(PromptPlace root) {
    this.root = root;
  }

  PromptPlace root() {
    return root;
  }
}
