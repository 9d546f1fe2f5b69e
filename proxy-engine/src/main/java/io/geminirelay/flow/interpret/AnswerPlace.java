package io.geminirelay.flow.interpret;

import org.jspecify.annotations.Nullable;

/**
 * Where in a {@code GenerateContentResponse} a reader is, as far as it matters; a stream without
 * {@code alt=sse} is a list of them.
 */
enum AnswerPlace {
  BEGIN,
  LIST,
  RESPONSE,
  CANDIDATES,
  CANDIDATE,
  CONTENT,
  PARTS,
  PART,
  FEEDBACK,
  USAGE,
  ERROR;

  /** A member whose value matters. */
  enum Member {
    NONE,
    CANDIDATES,
    FEEDBACK,
    USAGE,
    ERROR,
    CONTENT,
    INDEX,
    FINISH_REASON,
    FINISH_MESSAGE,
    PARTS,
    TEXT,
    THOUGHT,
    THOUGHT_SIGNATURE,
    BLOCK_REASON,
    BLOCK_MESSAGE,
    TOTAL_TOKENS,
    THOUGHT_TOKENS,
    CODE,
    STATUS,
    MESSAGE
  }

  /** The member called {@code name} of an object at this place. */
  Member member(String name) {
    return switch (this) {
      case RESPONSE ->
          switch (name) {
            case "candidates" -> Member.CANDIDATES;
            case "promptFeedback" -> Member.FEEDBACK;
            case "usageMetadata" -> Member.USAGE;
            case "error" -> Member.ERROR;
            default -> Member.NONE;
          };
      case CANDIDATE ->
          switch (name) {
            case "content" -> Member.CONTENT;
            case "index" -> Member.INDEX;
            case "finishReason" -> Member.FINISH_REASON;
            case "finishMessage" -> Member.FINISH_MESSAGE;
            default -> Member.NONE;
          };
      case CONTENT -> name.equals("parts") ? Member.PARTS : Member.NONE;
      case PART ->
          switch (name) {
            case "text" -> Member.TEXT;
            case "thought" -> Member.THOUGHT;
            case "thoughtSignature" -> Member.THOUGHT_SIGNATURE;
            default -> Member.NONE;
          };
      case FEEDBACK ->
          switch (name) {
            case "blockReason" -> Member.BLOCK_REASON;
            case "blockReasonMessage" -> Member.BLOCK_MESSAGE;
            default -> Member.NONE;
          };
      case USAGE ->
          switch (name) {
            case "totalTokenCount" -> Member.TOTAL_TOKENS;
            case "thoughtsTokenCount" -> Member.THOUGHT_TOKENS;
            default -> Member.NONE;
          };
      case ERROR ->
          switch (name) {
            case "code" -> Member.CODE;
            case "status" -> Member.STATUS;
            case "message" -> Member.MESSAGE;
            default -> Member.NONE;
          };
      default -> Member.NONE;
    };
  }

  /**
   * The place that an object or array opens here, or null if nothing inside matters.
   *
   * @param member whose value it is; NONE for elements of arrays
   */
  @Nullable AnswerPlace opened(Member member, boolean object) {
    return switch (this) {
      case BEGIN -> object ? RESPONSE : LIST;
      case LIST -> object ? RESPONSE : null;
      case CANDIDATES -> object ? CANDIDATE : null;
      case PARTS -> object ? PART : null;
      default ->
          switch (member) {
            case CANDIDATES -> object ? null : CANDIDATES;
            case PARTS -> object ? null : PARTS;
            case CONTENT -> object ? CONTENT : null;
            case FEEDBACK -> object ? FEEDBACK : null;
            case USAGE -> object ? USAGE : null;
            case ERROR -> object ? ERROR : null;
            default -> null;
          };
    };
  }

  /** The place around this one. */
  AnswerPlace around(boolean inList) {
    return switch (this) {
      case BEGIN, LIST -> BEGIN;
      case RESPONSE -> inList ? LIST : BEGIN;
      case CANDIDATES, FEEDBACK, USAGE, ERROR -> RESPONSE;
      case CANDIDATE -> CANDIDATES;
      case CONTENT -> CANDIDATE;
      case PARTS -> CONTENT;
      case PART -> PARTS;
    };
  }
}
