package io.geminirelay.flow.interpret;

import io.geminirelay.flow.interpret.AnswerPlace.Member;
import org.jspecify.annotations.Nullable;

/** What an {@link AnswerReader} found beside the text. Strings hold at most 4 KiB. */
final class AnswerFindings {
  private static final String UNSPECIFIED = "_UNSPECIFIED";

  private long totalTokens;
  private long thoughtTokens;
  private @Nullable String finishReason;
  private @Nullable String finishMessage;
  private @Nullable String candidateReason;
  private @Nullable String candidateMessage;
  private boolean finishing;
  private @Nullable String blockReason;
  private @Nullable String blockMessage;
  private boolean thoughts;
  private @Nullable String otherPart;
  private boolean failed;
  private int errorCode;
  private @Nullable String errorStatus;
  private @Nullable String errorMessage;

  /** Prompt, answer and thoughts together: the last count seen, 0 without one. */
  long totalTokens() {
    return totalTokens;
  }

  /** The last count of tokens spent on thinking, 0 without one. */
  long thoughtTokens() {
    return thoughtTokens;
  }

  /** Why the first candidate ended, in Google's word; null until it is said. */
  @Nullable String finishReason() {
    return finishReason;
  }

  /** What Google says about the reason, or null. */
  @Nullable String finishMessage() {
    return finishMessage;
  }

  /** Whether the response that was read last holds a reason to finish. */
  boolean finishing() {
    return finishing;
  }

  /** Why the prompt was blocked, in Google's word; null if it was not. */
  @Nullable String blockReason() {
    return blockReason;
  }

  /** What Google says about the block, or null. */
  @Nullable String blockMessage() {
    return blockMessage;
  }

  /** Whether a part was a thought, or tokens went into thinking. */
  boolean thought() {
    return thoughts || thoughtTokens > 0;
  }

  /** Kind of a part that was no text, such as {@code functionCall}; null if there was none. */
  @Nullable String otherPart() {
    return otherPart;
  }

  /** Whether Google's answer holds an error. */
  boolean failed() {
    return failed;
  }

  /** The error's HTTP status, or 0. */
  int errorCode() {
    return errorCode;
  }

  /** The error's status such as UNAVAILABLE, or null. */
  @Nullable String errorStatus() {
    return errorStatus;
  }

  /** The error's message as Google sent it, not scrubbed, or null. */
  @Nullable String errorMessage() {
    return errorMessage;
  }

  void beginResponse() {
    finishing = false;
  }

  void beginCandidate() {
    candidateReason = null;
    candidateMessage = null;
  }

  /** The candidate that was begun is the first one: what it said counts. */
  void endCandidate() {
    if (candidateReason != null) {
      finishReason = candidateReason;
      finishMessage = candidateMessage;
      finishing = true;
    }
  }

  void sawThought() {
    thoughts = true;
  }

  void sawPart(String kind) {
    otherPart = otherPart == null ? kind : otherPart;
  }

  void fail() {
    failed = true;
  }

  void word(Member member, String value) {
    boolean says = !value.isEmpty() && !value.endsWith(UNSPECIFIED);
    switch (member) {
      case FINISH_REASON -> candidateReason = says ? value : null;
      case FINISH_MESSAGE -> candidateMessage = says ? value : null;
      case BLOCK_REASON -> blockReason = says ? value : blockReason;
      case BLOCK_MESSAGE -> blockMessage = says ? value : blockMessage;
      case STATUS -> errorStatus = value;
      case MESSAGE, ERROR -> errorMessage = value;
      default -> {}
    }
  }

  void number(Member member, long value) {
    if (value < 0) {
      return;
    }
    switch (member) {
      case TOTAL_TOKENS -> totalTokens = value;
      case THOUGHT_TOKENS -> thoughtTokens = value;
      case CODE -> errorCode = (int) Math.min(value, Integer.MAX_VALUE);
      // With enum-encoding=int, which the gateway does not ask for, reasons are numbers.
      case FINISH_REASON -> candidateReason = value == 0 ? null : Long.toString(value);
      default -> {}
    }
  }
}
