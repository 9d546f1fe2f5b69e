package io.geminirelay.base.config.edit;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Writes new values: in the flow style, which fits in one line, or in the block style as lines.
 *
 * @param lineEnd of the text that they go into
 * @param byLine whether lists in the block style have a line for each item
 */
record YamlWriter(String lineEnd, boolean byLine) {
  private static final int STEP = 2;
  private static final int SHORT = 4;

  /** {@code value} in one line. */
  static String flow(Object value) {
    if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(entry -> name(String.valueOf(entry.getKey())) + ": " + flow(entry.getValue()))
          .collect(Collectors.joining(", ", "{", "}"));
    }
    if (value instanceof List<?> list) {
      return list.stream().map(YamlWriter::flow).collect(Collectors.joining(", ", "[", "]"));
    }
    return ((Leaf) value).written();
  }

  static String name(String name) {
    return new Leaf(Tag.STR, name).written();
  }

  /** A line end and the item {@code value} of a list whose dashes are in {@code column}. */
  String item(Object value, int column) {
    String start = lineEnd + " ".repeat(column) + "- ";
    if (!(value instanceof Map<?, ?> map) || isShort(map)) {
      return start + flow(value);
    }
    String lines = lines(map, column + STEP);
    return start + lines.substring(lineEnd.length() + column + STEP);
  }

  /** What follows the colon of a name in {@code column}, with the blank or line end before it. */
  String value(Object value, int column) {
    if (value instanceof Map<?, ?> map && !map.isEmpty()) {
      return lines(map, column + STEP);
    }
    if (byLine && value instanceof List<?> list && !list.isEmpty()) {
      return list.stream().map(item -> item(item, column + STEP)).collect(Collectors.joining());
    }
    return " " + flow(value);
  }

  /** The entries of {@code map}, each with a line end before it. */
  String lines(Map<?, ?> map, int column) {
    StringBuilder all = new StringBuilder();
    map.forEach(
        (name, value) ->
            all.append(lineEnd)
                .append(" ".repeat(column))
                .append(name(String.valueOf(name)))
                .append(':')
                .append(value(value, column)));
    return all.toString();
  }

  private static boolean isShort(Map<?, ?> map) {
    return map.size() < SHORT && map.values().stream().allMatch(Leaf.class::isInstance);
  }
}
