package io.geminirelay.base.scan;

/**
 * The token counts an answer has named so far: the last value of each, -1 where none was seen.
 *
 * <p>Google's counts are running totals, so a later value replaces an earlier one. Not thread-safe.
 */
public final class TokenCounts {
  /** A count no answer has named. */
  public static final long UNKNOWN = -1;

  private long prompt = UNKNOWN;
  private long output = UNKNOWN;
  private long thoughts = UNKNOWN;
  private long cached = UNKNOWN;
  private long toolUse = UNKNOWN;
  private long total = UNKNOWN;

  TokenCounts() {}

  private static long update(long before, long count) {
    return count >= 0 ? count : before;
  }

  void prompt(long count) {
    prompt = update(prompt, count);
  }

  void output(long count) {
    output = update(output, count);
  }

  void thoughts(long count) {
    thoughts = update(thoughts, count);
  }

  void cached(long count) {
    cached = update(cached, count);
  }

  void toolUse(long count) {
    toolUse = update(toolUse, count);
  }

  void total(long count) {
    total = update(total, count);
  }

  /** {@code promptTokenCount}, {@code prompt_tokens} or {@code total_input_tokens}. */
  public long prompt() {
    return prompt;
  }

  /**
   * {@code candidatesTokenCount}, {@code completion_tokens} or {@code total_output_tokens}; leaves
   * thoughts out.
   */
  public long output() {
    return output;
  }

  /** {@code thoughtsTokenCount}, {@code reasoning_tokens} or {@code total_thought_tokens}. */
  public long thoughts() {
    return thoughts;
  }

  /** {@code cachedContentTokenCount} and its kin; part of {@link #prompt}. */
  public long cached() {
    return cached;
  }

  /** {@code toolUsePromptTokenCount} or {@code total_tool_use_tokens}. */
  public long toolUse() {
    return toolUse;
  }

  /** {@code totalTokenCount} or {@code total_tokens}. */
  public long total() {
    return total;
  }
}
