package io.geminirelay.base.scan;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Why a model stopped, in Gemini's words, with the words that only the OpenAI form and the
 * interactions API have.
 *
 * <p>Numbers are those of {@code google.ai.generativelanguage.v1beta.Candidate.FinishReason}, sent
 * when a client asks for {@code enum-encoding=int}.
 */
@SuppressWarnings("ImmutableEnumChecker") // the arrays are never handed out nor written
public enum FinishReason {
  /** No reason seen. */
  NONE(-1),
  STOP(1),
  MAX_TOKENS(2),
  SAFETY(3),
  RECITATION(4),
  OTHER(5),
  LANGUAGE(6),
  BLOCKLIST(7),
  PROHIBITED_CONTENT(8),
  SPII(9),
  MALFORMED_FUNCTION_CALL(10),
  IMAGE_SAFETY(11),
  UNEXPECTED_TOOL_CALL(12),
  TOO_MANY_TOOL_CALLS(13),
  IMAGE_PROHIBITED_CONTENT(14),
  IMAGE_OTHER(15),
  NO_IMAGE(16),
  IMAGE_RECITATION(17),
  /** OpenAI: a tool call ended the answer. */
  TOOL_CALLS(-1),
  /** OpenAI: content was withheld. */
  CONTENT_FILTER(-1),
  /** Interactions: status {@code incomplete}. */
  INCOMPLETE(-1),
  /** Interactions: status {@code failed}. */
  FAILED(-1),
  /** Interactions: status {@code cancelled}. */
  CANCELLED(-1),
  /** Interactions: status {@code requires_action}. */
  REQUIRES_ACTION(-1),
  /** A reason this version does not know. */
  UNRECOGNIZED(-1);

  private static final FinishReason[] ALL = values();
  private static final byte[] UNSPECIFIED = ascii("FINISH_REASON_UNSPECIFIED");
  private static final byte[] LENGTH = ascii("length");
  private static final byte[] FUNCTION_CALL = ascii("function_call");
  private static final byte[] COMPLETED = ascii("completed");

  private final int number;
  private final byte[] upper;
  private final byte[] lower;

  FinishReason(int number) {
    this.number = number;
    this.upper = ascii(name());
    this.lower = ascii(name().toLowerCase(Locale.ROOT));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Reads {@code finishReason} or {@code finish_reason}; {@link #NONE} for null and unspecified.
   */
  static FinishReason of(boolean string, ScanText text) {
    if (!string) {
      long number = text.asLong();
      if (number == ScanText.NO_NUMBER || number <= 0) {
        return NONE;
      }
      for (FinishReason reason : ALL) {
        if (reason.number == number) {
          return reason;
        }
      }
      return UNRECOGNIZED;
    }
    if (text.length() == 0 || text.is(UNSPECIFIED)) {
      return NONE;
    }
    return named(text);
  }

  /** Reads an interaction's {@code status}; {@link #NONE} unless it is a final one. */
  static FinishReason ofStatus(boolean string, ScanText text) {
    if (!string) {
      return NONE;
    }
    FinishReason reason = text.is(COMPLETED) ? STOP : named(text);
    return (reason.compareTo(INCOMPLETE) >= 0 && reason != UNRECOGNIZED) || text.is(COMPLETED)
        ? reason
        : NONE;
  }

  private static FinishReason named(ScanText text) {
    if (text.is(LENGTH)) {
      return MAX_TOKENS;
    }
    if (text.is(FUNCTION_CALL)) {
      return TOOL_CALLS;
    }
    for (FinishReason reason : ALL) {
      if (reason != NONE && (text.is(reason.upper) || text.is(reason.lower))) {
        return reason;
      }
    }
    return UNRECOGNIZED;
  }
}
