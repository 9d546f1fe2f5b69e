package io.geminirelay.flow.interpret;

import org.jspecify.annotations.Nullable;

/** Says in a sentence why an answer ended as it did, where that is not plain. Pure. */
final class FinishNote {
  private static final String STOP = "STOP";

  private FinishNote() {}

  /** The reason to tell: a block, or a finish other than {@code STOP}; null for a plain end. */
  static @Nullable String reason(AnswerFindings found) {
    String reason = found.finishReason() == null ? found.blockReason() : found.finishReason();
    return STOP.equals(reason) ? null : reason;
  }

  /**
   * The sentence, with Google's own words if there are any; null where an answer with text ended
   * plainly.
   */
  static @Nullable String of(AnswerFindings found, boolean empty) {
    if (found.finishReason() == null && found.blockReason() != null) {
      return with("The prompt was blocked, so there is no answer.", found.blockMessage());
    }
    String reason = found.finishReason();
    if (reason == null || reason.equals(STOP)) {
      return empty ? with(plainButEmpty(found), found.finishMessage()) : null;
    }
    return with(sentence(reason, found, empty), found.finishMessage());
  }

  private static String plainButEmpty(AnswerFindings found) {
    String kind = found.otherPart();
    return kind == null
        ? "The model ended its answer without writing any text."
        : "The model's answer holds no text, only a part of the kind " + kind + ".";
  }

  private static String sentence(String reason, AnswerFindings found, boolean empty) {
    return switch (reason) {
      case "MAX_TOKENS" -> {
        if (!empty) {
          yield "The answer was cut at the limit of output tokens.";
        }
        yield found.thought()
            ? "All tokens were spent on thinking before any text was written: raise"
                + " maxOutputTokens or lower thinkingConfig.thinkingBudget."
            : "The limit of output tokens was reached before any text: raise maxOutputTokens.";
      }
      case "SAFETY" -> "The answer was stopped by Google's safety filters.";
      case "RECITATION" -> "The answer was stopped because it recites existing material.";
      case "LANGUAGE" -> "The answer was stopped because its language is not supported.";
      case "BLOCKLIST" -> "The answer was stopped because it holds forbidden terms.";
      case "PROHIBITED_CONTENT" -> "The answer was stopped because of prohibited content.";
      case "SPII" -> "The answer was stopped because of sensitive personal information.";
      case "MALFORMED_FUNCTION_CALL" -> "The model made a function call that is not valid.";
      default -> "The model ended its answer with the reason " + reason + ".";
    };
  }

  private static String with(String sentence, @Nullable String detail) {
    return detail == null ? sentence : sentence + " Google says: " + detail;
  }
}
