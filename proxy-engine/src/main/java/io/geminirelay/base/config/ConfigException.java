package io.geminirelay.base.config;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** A configuration that cannot be used, with everything that is wrong with it. */
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  /** At least one problem; kept in the order of the file. */
  public ConfigException(List<Problem> problems) {
    super(describe(problems));
    this.problems = inFileOrder(problems);
  }

  /** Every mistake found, in the order of the file, those of the environment first. */
  public List<Problem> problems() {
    return problems;
  }

  /** The same of a text that nobody can look at: without positions in it. */
  public ConfigException withoutLines() {
    return new ConfigException(
        problems.stream()
            .map(
                each ->
                    new Problem(
                        new Place(each.place().source(), 0, 0, each.path()),
                        each.found(),
                        each.expected(),
                        each.nearest()))
            .toList());
  }

  private static List<Problem> inFileOrder(List<Problem> problems) {
    return problems.stream()
        .distinct()
        .sorted(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column))
        .toList();
  }

  private static String describe(List<Problem> problems) {
    List<Problem> sorted = inFileOrder(problems);
    String head = sorted.size() == 1 ? "1 problem" : sorted.size() + " problems";
    return sorted.stream()
        .map(problem -> System.lineSeparator() + "  " + problem)
        .collect(Collectors.joining("", head + " in the configuration:", ""));
  }
}
