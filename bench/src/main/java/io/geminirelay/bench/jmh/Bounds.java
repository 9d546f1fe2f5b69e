package io.geminirelay.bench.jmh;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The most bytes that operations may allocate, by name: lines of {@code name: bytes}, and comments.
 * Immutable.
 *
 * @param bytes by name, in the order of the file
 */
record Bounds(Map<String, Long> bytes) {
  /** Room above what was measured. */
  private static final double SLACK = 1.03;

  private static final Pattern LINE = Pattern.compile("([a-z0-9-]+): *(\\d{1,9}) *(?:#.*)?");
  private static final String HEAD =
      """
      # Most bytes that an operation may allocate; scripts/bench --check measures, and fails where it
      # is more. 1 stands for nothing at all. Derived with 3 % of slack: scripts/bench --check --derive
      """;

  /** A file of bounds that cannot be used; the message says what to do, line by line. */
  static final class InvalidBounds extends Exception {
    private static final long serialVersionUID = 1;

    private InvalidBounds(List<String> problems) {
      super(String.join(System.lineSeparator(), problems));
    }
  }

  /**
   * Reads {@code lines}.
   *
   * @param file what to call it in messages
   * @param known the names that there have to be, and no other ones
   */
  static Bounds parse(String file, List<String> lines, Set<String> known) throws InvalidBounds {
    Map<String, Long> found = new LinkedHashMap<>();
    List<String> problems = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      String place = file + ":" + (i + 1) + ": ";
      Matcher matcher = LINE.matcher(line);
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      if (!matcher.matches()) {
        problems.add(place + "\"" + line + "\" is no bound: write NAME: BYTES, a whole number");
      } else if (!known.contains(matcher.group(1))) {
        problems.add(
            place + matcher.group(1) + " is not measured: remove the line; there are " + known);
      } else if (found.put(matcher.group(1), Long.parseLong(matcher.group(2))) != null) {
        problems.add(place + matcher.group(1) + " has a bound already: remove one of the two");
      }
    }
    Set<String> missing = new TreeSet<>(known);
    missing.removeAll(found.keySet());
    if (!missing.isEmpty()) {
      problems.add(
          file + ": no bound for " + missing + ": add what scripts/bench --check --derive prints");
    }
    if (!problems.isEmpty()) {
      throw new InvalidBounds(problems);
    }
    return new Bounds(found);
  }

  /** Bounds a little above what was {@code measured}. */
  static Bounds derive(Map<String, Double> measured) {
    Map<String, Long> made = new LinkedHashMap<>();
    measured.forEach((name, bytes) -> made.put(name, (long) Math.ceil(bytes * SLACK)));
    made.replaceAll((name, bytes) -> Math.max(1, bytes));
    return new Bounds(made);
  }

  /** The file that says so. */
  String text() {
    StringBuilder text = new StringBuilder(HEAD);
    bytes.forEach((name, most) -> text.append(name).append(": ").append(most).append('\n'));
    return text.toString();
  }
}
