package io.geminirelay.base.config.edit;

import io.geminirelay.base.config.edit.MarkedText.Entry;
import io.geminirelay.base.config.edit.MarkedText.Spot;
import java.util.List;
import java.util.Set;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * Changes collections in the block style, a line or more for each item, in their text.
 *
 * <p>An item goes with its whole lines, a comment behind it or inside it included. Comment lines
 * above it stay: they are as often the heading of what follows.
 */
final class BlockText {
  private final MarkedText marked;
  private final Splice splice;

  BlockText(MarkedText marked, Splice splice) {
    this.marked = marked;
    this.splice = splice;
  }

  void append(SequenceNode list, List<Object> values, YamlWriter writer) throws EditException {
    List<Spot> items = marked.items(list);
    int dash = marked.dash(list, items, 0);
    requireOwnLine(marked.beginsLine(dash));
    int end = items.get(items.size() - 1).end();
    StringBuilder lines = new StringBuilder();
    values.forEach(value -> lines.append(writer.item(value, marked.column(dash))));
    insertBehind(end, lines.toString());
  }

  /**
   * Takes out the items with the numbers {@code indexes}.
   *
   * @param colon of the name that the list belongs to, or -1
   */
  void removeItems(SequenceNode list, Set<Integer> indexes, int colon) throws EditException {
    List<Spot> items = marked.items(list);
    for (int index : indexes) {
      int dash = marked.dash(list, items, index);
      requireOwnLine(marked.beginsLine(dash) && marked.text().charAt(dash) == '-');
      removeLines(dash, items.get(index).end());
    }
    if (indexes.size() == items.size()) {
      requireOwnLine(colon >= 0);
      splice.insert(colon + 1, " []");
    }
  }

  /** Adds an entry behind {@code last}. */
  void addEntry(Entry first, Entry last, String name, Object value, YamlWriter writer)
      throws EditException {
    int column = marked.column(first.start());
    String line = writer.lineEnd() + " ".repeat(column) + YamlWriter.name(name) + ":";
    insertBehind(last.end(), line + writer.value(value, column));
  }

  /** Puts another value behind the colon of {@code entry}. */
  void replaceValue(Entry entry, Object value, YamlWriter writer) throws EditException {
    Spot old = entry.value();
    String instead = writer.value(value, marked.column(entry.start()));
    int behind = entry.colon() + 1;
    requireOwnLine(marked.text().startsWith(":", entry.colon()));
    boolean sameLine = marked.lineEnd(behind) == marked.lineEnd(old.start());
    if (!sameLine) {
      requireOwnLine(marked.beginsLine(old.start()));
      removeLines(old.start(), old.end());
      splice.insert(instead.startsWith(" ") ? behind : marked.lineEnd(behind), instead);
    } else if (!instead.startsWith(" ")) {
      splice.remove(behind, old.end());
      insertBehind(old.end(), instead);
    } else if (old.start() == behind) {
      splice.replace(behind, old.end(), instead);
    } else {
      splice.replace(old.start(), old.end(), instead.substring(1));
    }
  }

  /** Takes out {@code entry}; where it is the only one, what stays is an empty mapping. */
  void removeEntry(Entry entry, boolean isOnly, int colon) throws EditException {
    requireOwnLine(marked.beginsLine(entry.start()));
    removeLines(entry.start(), entry.end());
    if (isOnly && colon >= 0) {
      splice.insert(colon + 1, " {}");
    }
  }

  private void removeLines(int start, int end) throws EditException {
    requireOwnLine(marked.endsLine(end));
    splice.remove(marked.lineStart(start), marked.nextLine(end));
  }

  private void insertBehind(int end, String lines) throws EditException {
    requireOwnLine(marked.endsLine(end));
    splice.insert(marked.lineEnd(end), lines);
  }

  private static void requireOwnLine(boolean hasOwnLine) throws EditException {
    if (!hasOwnLine) {
      throw new EditException(
          EditException.Kind.REFUSED,
          "the file has more than one thing in a line there, so that this cannot be changed"
              + " without harm; change the file by hand");
    }
  }
}
