package io.geminirelay.base.config.edit;

import java.util.List;

/** Changes collections in the flow style, {@code [a, b]} and {@code {a: b}}, in their text. */
final class FlowText {
  private final MarkedText marked;
  private final Splice splice;

  FlowText(MarkedText marked, Splice splice) {
    this.marked = marked;
    this.splice = splice;
  }

  /**
   * A part between two commas.
   *
   * @param start first character
   * @param end behind the last character
   */
  record Part(int start, int end) {}

  /**
   * Adds {@code what} as the last part.
   *
   * @param close place of the closing bracket
   */
  void append(List<Part> parts, int close, List<String> what) {
    if (parts.isEmpty()) {
      splice.insert(close, String.join(", ", what));
      return;
    }
    Part last = parts.get(parts.size() - 1);
    int comma = comma(last.end());
    int behind = comma < 0 ? last.end() : comma + 1;
    boolean ownLine = marked.beginsLine(last.start()) && marked.endsLine(behind);
    String between = ownLine ? lineBefore(last.start()) : " ";
    String added = between + String.join("," + between, what) + (comma < 0 ? "" : ",");
    if (comma < 0) {
      splice.insert(last.end(), ",");
    }
    splice.insert(ownLine ? marked.lineEnd(behind) : behind, added);
  }

  private String lineBefore(int start) {
    return marked.breakOf(start) + marked.text().substring(marked.lineStart(start), start);
  }

  /** Takes out one part with the comma that it had. */
  void remove(List<Part> parts, int index) {
    Part part = parts.get(index);
    int comma = comma(part.end());
    int end = comma < 0 ? part.end() : comma + 1;
    if (comma < 0 && index > 0) {
      int before = comma(parts.get(index - 1).end());
      splice.remove(before, before + 1);
    }
    if (marked.beginsLine(part.start()) && marked.endsLine(end)) {
      splice.remove(marked.lineStart(part.start()), marked.nextLine(end));
      return;
    }
    boolean spaced = index + 1 < parts.size() || index == 0;
    splice.remove(spaced ? part.start() : blanksBefore(part.start()), spaced ? blanks(end) : end);
  }

  private int comma(int from) {
    int next = marked.skip(from);
    return next < marked.text().length() && marked.text().charAt(next) == ',' ? next : -1;
  }

  private int blanks(int from) {
    int at = from;
    while (at < marked.text().length() && marked.text().charAt(at) == ' ') {
      at++;
    }
    return at;
  }

  private int blanksBefore(int from) {
    int at = from;
    while (at > 0 && marked.text().charAt(at - 1) == ' ') {
      at--;
    }
    return at;
  }
}
