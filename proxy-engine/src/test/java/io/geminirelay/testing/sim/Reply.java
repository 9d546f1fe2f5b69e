package io.geminirelay.testing.sim;

import java.util.ArrayList;
import java.util.List;

/**
 * What the simulated model says to a prompt: a text in pieces, or one tool call.
 *
 * @param pieces the text in the pieces of a stream; a single empty one beside a tool call
 * @param cut whether the text was cut at the longest answer allowed
 */
record Reply(Prompt prompt, List<String> pieces, boolean cut) {
  private static final int PIECE_CHARS = 24;
  private static final int CHARS_PER_TOKEN = 4;

  static Reply to(Prompt prompt) {
    if (prompt.tool() != null) {
      return new Reply(prompt, List.of(""), false);
    }
    String text =
        prompt.schema() == null
            ? "Echo: " + prompt.text()
            : Json.write(SchemaSample.of(prompt.schema()), Json.Style.COMPACT);
    long room = Math.min(prompt.maxTokens(), Integer.MAX_VALUE) * CHARS_PER_TOKEN;
    boolean cut = text.length() > room;
    return new Reply(prompt, pieces(cut ? text.substring(0, (int) room) : text), cut);
  }

  private static List<String> pieces(String text) {
    List<String> pieces = new ArrayList<>();
    for (int from = 0; from < text.length(); ) {
      int to = Math.min(text.length(), from + PIECE_CHARS);
      if (to < text.length() && Character.isLowSurrogate(text.charAt(to))) {
        to++;
      }
      pieces.add(text.substring(from, to));
      from = to;
    }
    return pieces.isEmpty() ? List.of("") : pieces;
  }

  /** The same as one piece. */
  Reply whole() {
    return new Reply(prompt, List.of(String.join("", pieces)), cut);
  }

  boolean isLast(int index) {
    return index == pieces.size() - 1;
  }

  /** Output tokens of the pieces up to and with this one. */
  long tokensUntil(int index) {
    if (prompt.tool() != null) {
      return 8;
    }
    int chars = pieces.subList(0, index + 1).stream().mapToInt(String::length).sum();
    return (chars + CHARS_PER_TOKEN - 1) / CHARS_PER_TOKEN;
  }

  /** An id that follows from the prompt. */
  String id() {
    return "sim-" + Integer.toHexString(prompt.text().hashCode());
  }
}
