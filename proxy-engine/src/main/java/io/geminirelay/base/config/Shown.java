package io.geminirelay.base.config;

import java.util.regex.Pattern;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** Decides how much of a mistaken value may be shown. */
public final class Shown {
  /** What stands for a value that must not be shown. */
  static final String MASK = "***";

  private static final int LONGEST = 60;
  private static final Pattern LIKE_A_KEY = Pattern.compile("AIza\\S{8}|AQ\\.\\S{8}|\\S{32}");
  private static final Pattern SCHEME = Pattern.compile("^([A-Za-z][A-Za-z0-9+.-]{0,15})://.*");

  private Shown() {}

  /** An ordinary value, masked all the same when it looks like a credential or holds one. */
  public static String plain(String text) {
    if (LIKE_A_KEY.matcher(text).find() || text.contains("@")) {
      return MASK;
    }
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return '"' + (line.length() > LONGEST ? line.substring(0, LONGEST) + "..." : line) + '"';
  }

  /** A URL that may hold a user and password: its scheme alone. */
  static String url(String text) {
    var scheme = SCHEME.matcher(text);
    return scheme.matches() ? scheme.group(1) + "://" + MASK : MASK;
  }

  /** What kind of thing {@code node} is, without its content. */
  static String kind(Node node) {
    if (node instanceof MappingNode) {
      return "a mapping";
    }
    return node instanceof SequenceNode ? "a list" : "a single value";
  }
}
