package io.geminirelay.bench.load.report;

import io.geminirelay.bench.load.plan.Growth;
import io.geminirelay.bench.load.proxy.Proxy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What something costs as there is more of it, point by point, and whether that is flat. */
public final class GrowthTable {
  /** Costs that differ by less are called flat: windows of the same point do as much. */
  private static final double FLAT = 1.25;

  /** One measured point; values are microseconds of CPU, one of each window. */
  private record Row(String size, List<Double> values, double busy) {
    double median() {
      return Median.of(values.stream().mapToDouble(Double::doubleValue).toArray());
    }
  }

  private final Map<Proxy, Map<Growth, List<Row>>> rows = new LinkedHashMap<>();

  /** Takes the windows of one point. */
  public void add(Proxy proxy, Growth growth, Growth.Point point, List<Sample> samples) {
    List<Double> values = samples.stream().map(sample -> sample.value() / point.units()).toList();
    double busy = samples.stream().mapToDouble(Sample::busy).average().orElse(0);
    rows.computeIfAbsent(proxy, p -> new LinkedHashMap<>())
        .computeIfAbsent(growth, g -> new ArrayList<>())
        .add(new Row(point.size(), values, busy));
  }

  /** A table for people. */
  public String text() {
    StringBuilder text = new StringBuilder();
    rows.forEach(
        (proxy, growths) -> {
          text.append("| %s, what grows | at | CPU | busy |".formatted(proxy.title()));
          text.append(" to the point before | windows |\n");
          text.append("| --- | --- | --- | --- | --- | --- |\n");
          growths.forEach((growth, points) -> rows(text, growth, points));
          text.append('\n');
          growths.forEach(
              (growth, points) ->
                  text.append(
                      "* %s: %s; %s.%n"
                          .formatted(growth.label(), verdict(points), growth.remark())));
          text.append('\n');
        });
    return text.toString();
  }

  private static void rows(StringBuilder text, Growth growth, List<Row> points) {
    Row before = null;
    for (Row row : points) {
      String ratio = before == null ? "" : Markdown.number(row.median() / before.median());
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %s us for each %s | %.0f %% | %s | %s |%n",
              before == null ? growth.grows() : "",
              row.size(),
              Markdown.number(row.median()),
              growth.per(),
              row.busy() * 100,
              ratio,
              row.values().stream().map(Markdown::number).collect(Collectors.joining(" "))));
      before = row;
    }
  }

  /** Whether the cost grows, from the cheapest point to any that is larger. */
  private static String verdict(List<Row> points) {
    double least = Double.MAX_VALUE;
    double worst = 1;
    for (Row row : points) {
      least = Math.min(least, row.median());
      worst = Math.max(worst, row.median() / least);
    }
    return worst < FLAT
        ? "does not grow"
        : "grows by " + Markdown.number(worst) + " from the cheapest to a larger one";
  }
}
