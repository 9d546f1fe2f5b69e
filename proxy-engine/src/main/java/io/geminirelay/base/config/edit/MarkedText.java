package io.geminirelay.base.config.edit;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.nodes.CollectionNode;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * A YAML text in which the place of every node is known, to the character.
 *
 * <p>The marks of the parser are not enough for that: they count code points, a block collection
 * ends where the next token begins (behind comments that are not its own), and an alias has the
 * marks of what it stands for. So ends are found by going down to the last scalar, and a node that
 * begins before it could is an alias.
 */
final class MarkedText {
  private final String text;

  /** Where each code point is, or null where that is its number. */
  private final int @Nullable [] offsets;

  MarkedText(String text) {
    this.text = text;
    int codePoints = text.codePointCount(0, text.length());
    this.offsets = codePoints == text.length() ? null : offsets(text, codePoints);
  }

  /**
   * Where a node is written.
   *
   * @param start first character, with an anchor or tag
   * @param end behind the last character
   * @param isAlias whether only a reference to the node stands there
   */
  record Spot(Node node, int start, int end, boolean isAlias) {}

  /**
   * Where an entry of a mapping is written.
   *
   * @param colon place of the colon; the end of the name where there is none
   */
  record Entry(Spot name, int colon, Spot value) {
    int start() {
      return name.start();
    }

    int end() {
      return Math.max(name.end(), value.end());
    }

    boolean isNamed(String wanted) {
      return name.node() instanceof ScalarNode scalar && scalar.getValue().equals(wanted);
    }
  }

  String text() {
    return text;
  }

  /** How the line of {@code at} ends; the last one, if it does not, as the one before it. */
  String breakOf(int at) {
    int end = lineEnd(at);
    if (end < text.length()) {
      return text.startsWith("\r\n", end) ? "\r\n" : "\n";
    }
    int start = lineStart(at);
    return start > 1 && text.startsWith("\r\n", start - 2) ? "\r\n" : "\n";
  }

  static boolean isFlow(Node node) {
    return node instanceof CollectionNode<?> all && all.getFlowStyle() == FlowStyle.FLOW;
  }

  /** The items of {@code list}, in order. */
  List<Spot> items(SequenceNode list) {
    List<Spot> all = new ArrayList<>();
    int from = inside(list);
    for (Node item : list.getValue()) {
      int next = isFlow(list) ? past(from, ',') : past(from, '-');
      Spot spot = spot(item, next);
      all.add(spot);
      from = spot.end();
    }
    return all;
  }

  /** The place of the dash before the item with the number {@code index}. */
  int dash(SequenceNode list, List<Spot> items, int index) {
    return skip(index == 0 ? inside(list) : items.get(index - 1).end());
  }

  /** The entries of {@code map}, in order. */
  List<Entry> entries(MappingNode map) {
    List<Entry> all = new ArrayList<>();
    int from = inside(map);
    for (NodeTuple tuple : map.getValue()) {
      Entry entry = entry(tuple, isFlow(map) ? past(from, ',') : from);
      all.add(entry);
      from = entry.end();
    }
    return all;
  }

  private Entry entry(NodeTuple tuple, int from) {
    Spot name = spot(tuple.getKeyNode(), from);
    int colon = skip(name.end());
    boolean given = colon < text.length() && text.charAt(colon) == ':';
    colon = given ? colon : name.end();
    return new Entry(name, colon, spot(tuple.getValueNode(), given ? colon + 1 : colon));
  }

  /** Where {@code node} is, if its text begins at {@code from} or later. */
  Spot spot(Node node, int from) {
    int start = offset(node.getStartMark());
    if (start < from) {
      int star = skip(from);
      return new Spot(node, star, endOfWord(star), true);
    }
    return new Spot(node, start, end(node), false);
  }

  private int end(Node node) {
    int end = offset(node.getEndMark());
    if (isFlow(node)) {
      return end;
    }
    if (node instanceof SequenceNode list && !list.getValue().isEmpty()) {
      List<Spot> items = items(list);
      return items.get(items.size() - 1).end();
    }
    if (node instanceof MappingNode map && !map.getValue().isEmpty()) {
      List<NodeTuple> all = map.getValue();
      NodeTuple last = all.get(all.size() - 1);
      return entry(last, offset(last.getKeyNode().getStartMark())).end();
    }
    boolean block =
        node instanceof ScalarNode scalar
            && (scalar.getScalarStyle() == ScalarStyle.LITERAL
                || scalar.getScalarStyle() == ScalarStyle.FOLDED);
    return block ? trimmed(end) : end;
  }

  /** The end of what comes before {@code end}, blanks and line ends left out. */
  private int trimmed(int end) {
    int last = end;
    while (last > 0 && (isBlank(text.charAt(last - 1)) || isBreak(text.charAt(last - 1)))) {
      last--;
    }
    return last;
  }

  /** Where the first item or name of {@code node} may begin. */
  private int inside(Node node) {
    int start = offset(node.getStartMark());
    while (start < text.length() && (text.charAt(start) == '&' || text.charAt(start) == '!')) {
      start = skip(endOfWord(start));
    }
    return isFlow(node) && start < text.length() && "[{".indexOf(text.charAt(start)) >= 0
        ? start + 1
        : start;
  }

  private int endOfWord(int from) {
    int end = from;
    while (end < text.length()
        && !isBlank(text.charAt(end))
        && !isBreak(text.charAt(end))
        && ",[]{}".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    return end;
  }

  /** Behind {@code sign} if that comes next, else {@code from}. */
  int past(int from, char sign) {
    int next = skip(from);
    return next < text.length() && text.charAt(next) == sign ? next + 1 : from;
  }

  /** The next character that is neither blank nor part of a comment. */
  int skip(int from) {
    int at = from;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '#' && (at == 0 || isBlank(text.charAt(at - 1)) || isBreak(text.charAt(at - 1)))) {
        at = lineEnd(at);
      } else if (isBlank(c) || isBreak(c)) {
        at++;
      } else {
        return at;
      }
    }
    return at;
  }

  /** Whether nothing but blanks comes before {@code at} in its line. */
  boolean beginsLine(int at) {
    return text.substring(lineStart(at), at).isBlank();
  }

  /** Whether nothing but blanks and a comment comes after {@code at} in its line. */
  boolean endsLine(int at) {
    return skip(at) >= lineEnd(at);
  }

  /** How many characters come before {@code at} in its line. */
  int column(int at) {
    return at - lineStart(at);
  }

  /** The first character of the line of {@code at}; a byte order mark is none. */
  int lineStart(int at) {
    int start = at;
    while (start > 0 && !isBreak(text.charAt(start - 1))) {
      start--;
    }
    return start == 0 && at > 0 && text.startsWith("\ufeff") ? 1 : start;
  }

  /** The end of the line of {@code at}, before its line end. */
  int lineEnd(int at) {
    int end = at;
    while (end < text.length() && !isBreak(text.charAt(end))) {
      end++;
    }
    return end;
  }

  /** Where the line after that of {@code at} begins. */
  int nextLine(int at) {
    int end = lineEnd(at);
    return text.startsWith("\r\n", end) ? end + 2 : Math.min(end + 1, text.length());
  }

  private int offset(@Nullable Mark mark) {
    if (mark == null) {
      throw new IllegalStateException("a node without marks");
    }
    return offsets == null ? mark.getIndex() : offsets[mark.getIndex()];
  }

  private static int[] offsets(String text, int codePoints) {
    int[] all = new int[codePoints + 1];
    for (int i = 1; i <= codePoints; i++) {
      all[i] = text.offsetByCodePoints(all[i - 1], 1);
    }
    return all;
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\ufeff';
  }

  private static boolean isBreak(char c) {
    return c == '\n' || c == '\r' || c == '\u0085' || c == '\u2028' || c == '\u2029';
  }
}
