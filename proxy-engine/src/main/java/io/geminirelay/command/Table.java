package io.geminirelay.command;

import java.util.ArrayList;
import java.util.List;
import org.jline.utils.WCWidth;

/**
 * Text in columns, each as wide as its widest cell. What others named is made printable first: no
 * cell can move the cursor or change colours. Belongs to one thread.
 */
final class Table {
  private static final String GAP = "  ";

  private final List<String[]> rows = new ArrayList<>();

  /** A table with these headings. */
  Table(String... headings) {
    rows.add(headings.clone());
  }

  /** Adds a row with a cell for each heading. */
  void row(String... cells) {
    String[] clean = new String[rows.get(0).length];
    for (int i = 0; i < clean.length; i++) {
      clean[i] = printable(cells[i]);
    }
    rows.add(clean);
  }

  /** The lines, the headings first; without blanks at the ends. */
  List<String> lines() {
    int[] widths = new int[rows.get(0).length];
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], width(row[i]));
      }
    }
    List<String> lines = new ArrayList<>(rows.size());
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.length; i++) {
        line.append(i == 0 ? "" : GAP).append(row[i]);
        line.append(" ".repeat(widths[i] - width(row[i])));
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  /** {@code text} with a question mark for everything that a terminal would obey or not show. */
  static String printable(String text) {
    return text.codePoints()
        .map(c -> isPrintable(c) ? c : '?')
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  /** Columns that {@code text} takes on a terminal. */
  static int width(String text) {
    return text.codePoints().map(c -> Math.max(0, WCWidth.wcwidth(c))).sum();
  }

  /** The beginning of {@code text} that fits into {@code columns}. */
  static String cut(String text, int columns) {
    StringBuilder kept = new StringBuilder();
    int used = 0;
    for (int c : text.codePoints().toArray()) {
      used += Math.max(0, WCWidth.wcwidth(c));
      if (used > columns) {
        break;
      }
      kept.appendCodePoint(c);
    }
    return kept.toString();
  }
}
