package io.geminirelay.base.scan;

import org.jspecify.annotations.Nullable;

/**
 * Gathers what the members of an answer say: events, content, errors, finish, usage.
 *
 * <p>Events of an event stream are closed by {@link #eventEnded}, which {@link StreamScanner} calls
 * at the blank line; elements of an array and bare objects close themselves.
 */
final class AnswerFacts implements MemberListener {
  private static final int OTHERS = 1;
  private static final int ERROR = 2;
  private static final int ERROR_CODE = 3;
  private static final int ERROR_STATUS = 4;
  private static final int CANDIDATES = 5;
  private static final int PARTS = 7;
  private static final int FINISH_NATIVE = 8;
  private static final int FEEDBACK = 9;
  private static final int BLOCK_REASON = 10;
  private static final int CHOICES = 11;
  private static final int FINISH_OPENAI = 12;
  private static final int INTERACTION = 13;
  private static final int INTERACTION_STATUS = 14;
  private static final int STATUS = 15;
  private static final int NATIVE_USAGE = 16;
  private static final int MODEL_VERSION = 23;
  private static final int RESPONSE_ID = 24;
  private static final int OPENAI_USAGE = 25;
  private static final int INTERACTION_USAGE = 38;

  private static final MemberPaths PATHS =
      MemberPaths.of(
          "*",
          "error",
          "error.code",
          "error.status",
          "candidates",
          "candidates.content",
          "candidates.content.parts",
          "candidates.finishReason",
          "promptFeedback",
          "promptFeedback.blockReason",
          "choices",
          "choices.finish_reason",
          "interaction",
          "interaction.status",
          "status",
          "usageMetadata", // 16
          "usageMetadata.promptTokenCount",
          "usageMetadata.candidatesTokenCount",
          "usageMetadata.totalTokenCount",
          "usageMetadata.thoughtsTokenCount",
          "usageMetadata.cachedContentTokenCount",
          "usageMetadata.toolUsePromptTokenCount",
          "modelVersion", // 23
          "responseId",
          "usage", // 25
          "usage.prompt_tokens",
          "usage.completion_tokens",
          "usage.total_tokens",
          "usage.prompt_tokens_details",
          "usage.prompt_tokens_details.cached_tokens",
          "usage.completion_tokens_details",
          "usage.completion_tokens_details.reasoning_tokens",
          "usage.total_input_tokens",
          "usage.total_output_tokens",
          "usage.total_thought_tokens",
          "usage.total_cached_tokens",
          "usage.total_tool_use_tokens",
          "interaction.usage", // 38
          "interaction.usage.total_input_tokens",
          "interaction.usage.total_output_tokens",
          "interaction.usage.total_tokens",
          "interaction.usage.total_thought_tokens",
          "interaction.usage.total_cached_tokens",
          "interaction.usage.total_tool_use_tokens");

  private static final int HAS_ERROR = 1;
  private static final int HAS_CONTENT = 2;
  private static final int HAS_CANDIDATES = 4;
  private static final int HAS_OTHER = 8;
  private static final int HAS_DIALECT = 16;

  private final MemberScanner scanner = new MemberScanner(PATHS, this, 64);
  private TokenCounts usage = new TokenCounts();
  private int event;
  private int lastEvent;
  private boolean inStreamEvent;
  private boolean inArray;
  private int events;
  private boolean contentSeen;
  private boolean dialectKnown;
  private boolean blocked;
  private FinishReason finish = FinishReason.NONE;
  private boolean errorSeen;
  private boolean errorOpen;
  private boolean errorFirst;
  private int errorCode;
  private @Nullable String errorStatus;
  private long errorFrom = -1;
  private long errorEnd = -1;
  private String errorRest = "";

  /** The scanner that reports to these facts. */
  MemberScanner scanner() {
    return scanner;
  }

  void reset() {
    // Whoever has asked for the counts of the body before keeps them, known or not.
    usage = new TokenCounts();
    event = 0;
    inStreamEvent = false;
    inArray = false;
    events = 0;
    contentSeen = false;
    dialectKnown = false;
    blocked = false;
    finish = FinishReason.NONE;
    errorSeen = false;
    errorOpen = false;
    errorFirst = false;
    errorCode = 0;
    errorStatus = null;
    errorFrom = -1;
    errorEnd = -1;
    errorRest = "";
  }

  /** An event of an event stream begins; what follows belongs to it. */
  void eventBegan() {
    event = 0;
    inStreamEvent = true;
    inArray = false;
  }

  /** An array or object begins outside any event. */
  void bareBegan() {
    event = 0;
    inStreamEvent = false;
    inArray = false;
  }

  /**
   * The event, element or bare object is complete.
   *
   * @param end offset behind it
   * @param rest what a body that ended there would lack
   */
  void eventEnded(long end, String rest) {
    events++;
    if (errorOpen) {
      errorOpen = false;
      errorFirst = !contentSeen;
      errorEnd = end;
      errorRest = rest;
    }
    boolean other = (event & HAS_OTHER) != 0 && (event & HAS_CANDIDATES) == 0;
    if ((event & HAS_ERROR) == 0 && ((event & HAS_CONTENT) != 0 || other)) {
      contentSeen = true;
    }
    lastEvent = event;
    event = 0;
  }

  /** What the members of the last complete event are, but for their values. */
  int eventBits() {
    return lastEvent;
  }

  /** Whether an event of which {@code eventBits} is known told no error. */
  static boolean isPlain(int eventBits) {
    return (eventBits & HAS_ERROR) == 0;
  }

  /** An event of a stream is complete whose members are those of an earlier one. */
  void passed(int eventBits) {
    eventBegan();
    event = eventBits;
    dialectKnown |= (eventBits & HAS_DIALECT) != 0;
    eventEnded(-1, "");
  }

  /** Whether a value at {@code path} tells nothing, or what the path alone tells. */
  static boolean isMute(int path) {
    return path == MemberPaths.NONE
        || path == OTHERS
        || path == MODEL_VERSION
        || path == RESPONSE_ID;
  }

  /** Whether the scanner collects the text of a value at {@code path}. */
  static boolean isKept(int path) {
    return PATHS.keepsValue(path);
  }

  /** Whether a number at {@code path} is a count, and nothing else is. */
  static boolean isCount(int path) {
    return path > NATIVE_USAGE && !isMute(path);
  }

  /** What was read of the event is not JSON: it is passed on as content of unknown kind. */
  void foreign() {
    event |= HAS_OTHER;
  }

  @Override
  public void opened(int path, boolean object) {
    switch (path) {
      case MemberPaths.ROOT -> {
        if (inArray && !object) {
          event |= HAS_OTHER;
        }
        inArray |= !object;
      }
      case ERROR -> {
        if (object) {
          error();
        }
      }
      case CANDIDATES -> {
        event |= HAS_CANDIDATES;
        dialect();
      }
      case PARTS -> event |= HAS_CONTENT;
      case FEEDBACK, CHOICES -> {
        event |= HAS_CONTENT;
        dialect();
      }
      case INTERACTION -> {
        event |= HAS_OTHER;
        dialect();
      }
      case NATIVE_USAGE -> dialect();
      case OTHERS -> event |= HAS_OTHER;
      default -> {}
    }
  }

  private void dialect() {
    event |= HAS_DIALECT;
    dialectKnown = true;
  }

  private void error() {
    event |= HAS_ERROR;
    if (!errorSeen) {
      errorSeen = true;
      errorOpen = true;
      errorFrom = scanner.valueFrom();
    }
  }

  @Override
  public void value(int path, boolean string, ScanText text) {
    switch (path) {
      case MemberPaths.ROOT, OTHERS -> event |= HAS_OTHER;
      case ERROR_CODE, ERROR_STATUS -> errorDetail(path, string, text);
      case FINISH_NATIVE -> {
        FinishReason reason = FinishReason.of(string, text);
        if (reason != FinishReason.NONE) {
          finish = reason;
          event |= HAS_CONTENT;
        }
      }
      case FINISH_OPENAI -> finished(FinishReason.of(string, text));
      case INTERACTION_STATUS -> finished(FinishReason.ofStatus(string, text));
      case STATUS -> {
        event |= HAS_OTHER;
        finished(FinishReason.ofStatus(string, text));
      }
      case BLOCK_REASON -> blocked |= string || text.asLong() > 0;
      default -> {
        if (isCount(path)) {
          count(path, text.asLong());
        }
      }
    }
  }

  private void finished(FinishReason reason) {
    if (reason != FinishReason.NONE) {
      finish = reason;
    }
  }

  private void errorDetail(int path, boolean string, ScanText text) {
    if (!errorOpen) {
      return;
    }
    if (string && (path == ERROR_STATUS || errorStatus == null)) {
      errorStatus = text.asString();
    } else if (!string && path == ERROR_CODE) {
      long code = text.asLong();
      errorCode = code >= 0 && code <= Integer.MAX_VALUE ? (int) code : 0;
    }
  }

  /** A count was read at {@code path}. */
  void count(int path, long count) {
    switch (path) {
      case NATIVE_USAGE + 1, OPENAI_USAGE + 1, OPENAI_USAGE + 8, INTERACTION_USAGE + 1 ->
          usage.prompt(count);
      case NATIVE_USAGE + 2, OPENAI_USAGE + 2, OPENAI_USAGE + 9, INTERACTION_USAGE + 2 ->
          usage.output(count);
      case NATIVE_USAGE + 3, OPENAI_USAGE + 3, INTERACTION_USAGE + 3 -> usage.total(count);
      case NATIVE_USAGE + 4, OPENAI_USAGE + 7, OPENAI_USAGE + 10, INTERACTION_USAGE + 4 ->
          usage.thoughts(count);
      case NATIVE_USAGE + 5, OPENAI_USAGE + 5, OPENAI_USAGE + 11, INTERACTION_USAGE + 5 ->
          usage.cached(count);
      case NATIVE_USAGE + 6, OPENAI_USAGE + 12, INTERACTION_USAGE + 6 -> usage.toolUse(count);
      default -> {}
    }
  }

  @Override
  public void elementEnded() {
    if (!inStreamEvent) {
      eventEnded(scanner.valueTo() + 1, "]");
    }
  }

  @Override
  public void ended(boolean array) {
    if (!inStreamEvent && !array) {
      eventEnded(scanner.valueTo() + 1, "");
    }
  }

  TokenCounts usage() {
    return usage;
  }

  int events() {
    return events;
  }

  boolean contentSeen() {
    return contentSeen;
  }

  boolean dialectKnown() {
    return dialectKnown;
  }

  boolean blocked() {
    return blocked;
  }

  FinishReason finish() {
    return finish;
  }

  boolean errorSeen() {
    return errorSeen;
  }

  boolean errorFirst() {
    return errorFirst;
  }

  int errorCode() {
    return errorCode;
  }

  @Nullable String errorStatus() {
    return errorStatus;
  }

  long errorFrom() {
    return errorFrom;
  }

  long errorEnd() {
    return errorEnd;
  }

  String errorRest() {
    return errorRest;
  }
}
