package io.geminirelay.bench.tokens;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Prints how far counts are from the known ones, by kind of text and altogether. */
final class ErrorTable {
  /** Texts of more bytes are what the estimate's bounds are for. */
  static final int LARGE_BYTES = 2_048;

  private final List<KnownText> texts;
  private final int[] bytes;
  private final List<String> titles = new ArrayList<>();
  private final List<double[]> errors = new ArrayList<>();

  ErrorTable(List<KnownText> texts) {
    this.texts = texts;
    this.bytes =
        texts.stream()
            .mapToInt(known -> known.text().getBytes(StandardCharsets.UTF_8).length)
            .toArray();
  }

  /**
   * Adds columns.
   *
   * @param title what was counted with
   * @param counts one for each text
   */
  void add(String title, long[] counts) {
    double[] relative = new double[counts.length];
    for (int i = 0; i < counts.length; i++) {
      int known = texts.get(i).tokens();
      relative[i] = 100.0 * Math.abs(counts[i] - known) / Math.max(1, known);
    }
    titles.add(title);
    errors.add(relative);
  }

  /** The table: a row for each kind, then all texts, then the large ones. */
  String print() {
    StringBuilder out = new StringBuilder();
    out.append(String.format(Locale.ROOT, "%-30s %4s %9s", "error in %", "n", "bytes"));
    titles.forEach(title -> out.append(String.format(Locale.ROOT, " | %-20s", title)));
    out.append('\n').append(" ".repeat(45));
    titles.forEach(title -> out.append(" | median    95%    max"));
    out.append('\n');
    for (String kind : texts.stream().map(KnownText::kind).distinct().sorted().toList()) {
      row(out, kind, i -> texts.get(i).kind().equals(kind));
    }
    row(out, "all", i -> true);
    row(out, "all over 2 KB", this::isLarge);
    return out.toString();
  }

  private boolean isLarge(int text) {
    return bytes[text] > LARGE_BYTES;
  }

  private void row(StringBuilder out, String name, IntPredicate chosen) {
    int[] rows = IntStream.range(0, texts.size()).filter(chosen).toArray();
    long size = Arrays.stream(rows).mapToLong(i -> bytes[i]).sum();
    out.append(String.format(Locale.ROOT, "%-30s %4d %9d", name, rows.length, size));
    for (double[] column : errors) {
      double[] sorted = Arrays.stream(rows).mapToDouble(i -> column[i]).sorted().toArray();
      out.append(
          String.format(
              Locale.ROOT,
              " | %6.2f %6.2f %6.2f",
              quantile(sorted, 0.5),
              quantile(sorted, 0.95),
              quantile(sorted, 1)));
    }
    out.append('\n');
  }

  /** The value that this part of the sorted ones does not exceed, between two if need be. */
  static double quantile(double[] sorted, double part) {
    if (sorted.length == 0) {
      return 0;
    }
    double at = part * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }
}
