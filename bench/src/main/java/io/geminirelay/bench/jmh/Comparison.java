package io.geminirelay.bench.jmh;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What was measured beside what is allowed. Pure.
 *
 * @param table a line for each benchmark
 * @param failures what is wrong, and what to do; empty when all is well
 */
record Comparison(List<String> table, List<String> failures) {
  /** Below this share of its bound a figure could rise a lot before anybody is told. */
  private static final double FAR_BELOW = 0.8;

  /** Compares; whatever has a bound has to have been measured. */
  static Comparison of(Map<String, Double> measured, Bounds bounds) {
    List<String> table = new ArrayList<>();
    List<String> failures = new ArrayList<>();
    table.add(line("bytes an operation", "measured", "bound", ""));
    bounds
        .bytes()
        .forEach(
            (name, bound) -> {
              Double bytes = measured.get(name);
              if (bytes == null) {
                table.add(line(name, "none", bound.toString(), "NOT MEASURED"));
                failures.add(
                    name + " was not measured: run it alone, scripts/bench --jmh, and mend it");
                return;
              }
              String figure = String.format(Locale.ROOT, "%.1f", bytes);
              table.add(line(name, figure, bound.toString(), note(bytes, bound)));
              if (isOver(bytes, bound)) {
                failures.add(over(name, figure, bound));
              }
            });
    return new Comparison(List.copyOf(table), List.copyOf(failures));
  }

  /** Whether {@code bytes} are more than {@code bound} allows. */
  static boolean isOver(double bytes, long bound) {
    return bytes > bound;
  }

  private static String note(double bytes, long bound) {
    if (isOver(bytes, bound)) {
      return "OVER";
    }
    return bound > 1 && bytes < FAR_BELOW * bound ? "the bound can be lowered" : "";
  }

  private static String over(String name, String figure, long bound) {
    return name
        + " allocates "
        + figure
        + " bytes an operation, its bound is "
        + bound
        + ": find what is new with scripts/bench --allocations, and avoid it; if it has to be,"
        + " say why in the commit and raise the bound in bench/allocations.yaml";
  }

  private static String line(String name, String measured, String bound, String note) {
    return String.format(Locale.ROOT, "%-28s %10s %8s  %s", name, measured, bound, note)
        .stripTrailing();
  }
}
