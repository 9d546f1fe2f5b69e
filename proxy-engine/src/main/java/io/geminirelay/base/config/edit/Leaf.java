package io.geminirelay.base.config.edit;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.nodes.NodeId;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * A single value of a text: what YAML takes it for, and its characters.
 *
 * <p>With {@link List} and {@link Map} of such, a whole text is data that can be compared.
 *
 * @param tag what YAML takes it for
 * @param text the characters, without quotes
 */
record Leaf(Tag tag, String text) {
  private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9_/][A-Za-z0-9_./+-]*");
  private static final Resolver RESOLVER = new Resolver();

  /**
   * {@code value} as data.
   *
   * @throws IllegalArgumentException if it is nothing that a file could hold
   */
  static Object data(Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> all = new LinkedHashMap<>();
      map.forEach((name, inner) -> all.put(String.valueOf(name), data(inner)));
      return all;
    }
    if (value instanceof List<?> list) {
      List<Object> all = new ArrayList<>();
      list.forEach(item -> all.add(data(item)));
      return all;
    }
    if (value instanceof String text) {
      return new Leaf(Tag.STR, text);
    }
    if (value instanceof Boolean truth) {
      return new Leaf(Tag.BOOL, truth.toString());
    }
    if (value instanceof Number number) {
      String text = new BigDecimal(number.toString()).toPlainString();
      return new Leaf(RESOLVER.resolve(NodeId.scalar, text, true), text);
    }
    throw new IllegalArgumentException("a value that a file cannot hold");
  }

  /** How it is written: plain where that cannot be taken for anything else. */
  String written() {
    if (!tag.equals(Tag.STR)) {
      return text;
    }
    boolean plain =
        SAFE.matcher(text).matches() && RESOLVER.resolve(NodeId.scalar, text, true).equals(Tag.STR);
    return plain ? text : quoted();
  }

  private String quoted() {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (!isPrinted(c)) {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }

  private static boolean isPrinted(char c) {
    boolean breaks = c < ' ' || (c > '~' && c <= '\u00a0') || (c >= '\u2000' && c <= '\u206f');
    return !breaks && c < Character.MIN_SURROGATE;
  }

  /** Leaves the value out, as it may be a key. */
  @Override
  public String toString() {
    return "Leaf[" + tag + "]";
  }
}
