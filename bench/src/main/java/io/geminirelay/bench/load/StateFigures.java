package io.geminirelay.bench.load;

import io.geminirelay.bench.load.report.Figures;
import io.geminirelay.bench.load.report.Median;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** What the gateway costs with and without a shared store, and how they are told. */
final class StateFigures {
  private final Map<String, List<Double>> cpuMicros = new LinkedHashMap<>();
  private final Map<String, List<Histogram>> latencies = new LinkedHashMap<>();

  /** Microseconds of CPU for a request, in one window. */
  void cpu(String store, double micros) {
    cpuMicros.computeIfAbsent(store, name -> new ArrayList<>()).add(micros);
  }

  /** Microseconds that answers took, in one window. */
  void latency(String what, Histogram window) {
    latencies.computeIfAbsent(what, name -> new ArrayList<>()).add(window);
  }

  /** Median of the ratios of windows that followed each other: what disturbs both leaves them. */
  private double ratio(List<Double> to, List<Double> of) {
    double[] ratios = new double[Math.min(to.size(), of.size())];
    Arrays.setAll(ratios, i -> of.get(i) / to.get(i));
    return Median.of(ratios);
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static double medianAt(List<Histogram> windows, double percentile) {
    return Median.of(
        windows.stream().mapToDouble(each -> each.getValueAtPercentile(percentile)).toArray());
  }

  private static Histogram sum(List<Histogram> windows) {
    Histogram all = new Histogram(3);
    windows.forEach(all::add);
    return all;
  }

  /** Two tables for people; {@code base} is the store that the others are compared with. */
  String table(String base) {
    StringBuilder text = new StringBuilder();
    text.append(
        "| store | CPU us a request | to %s, median of rounds | windows |\n".formatted(base));
    text.append("| --- | --- | --- | --- |\n");
    List<Double> first = cpuMicros.getOrDefault(base, List.of());
    cpuMicros.forEach(
        (store, of) ->
            text.append(
                "| %s | %s | %s | %s |\n"
                    .formatted(
                        store,
                        number(Median.of(array(of))),
                        number(ratio(first, of)),
                        String.join(" ", of.stream().map(StateFigures::number).toList()))));
    text.append("\n| latency, us | p50 | p99, median of windows | p99 of all | p99.9 | max |");
    text.append(" requests |\n| --- | --- | --- | --- | --- | --- | --- |\n");
    latencies.forEach(
        (what, windows) -> {
          Histogram all = sum(windows);
          text.append(
              "| %s | %d | %.0f | %d | %s | %d | %d |\n"
                  .formatted(
                      what,
                      all.getValueAtPercentile(50),
                      medianAt(windows, 99),
                      all.getValueAtPercentile(99),
                      tail(all),
                      all.getMaxValue(),
                      all.getTotalCount()));
        });
    return text.toString();
  }

  private static String tail(Histogram of) {
    boolean tells = Figures.tells(of.getTotalCount(), 99.9);
    return tells ? Long.toString(of.getValueAtPercentile(99.9)) : "-";
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  /** The same for programs, every window included. */
  String json(Map<String, String> about) {
    List<String> members = new ArrayList<>();
    about.forEach((name, value) -> members.add(quoted(name) + ": " + quoted(value)));
    cpuMicros.forEach(
        (store, of) ->
            members.add(
                quoted("cpuMicros " + store)
                    + ": "
                    + of.stream().map(StateFigures::number).toList()));
    latencies.forEach(
        (what, windows) ->
            members.add(
                quoted("latencyMicros " + what)
                    + ": "
                    + windows.stream().map(StateFigures::window).toList()));
    return "{\n  " + String.join(",\n  ", members) + "\n}\n";
  }

  private static String window(Histogram of) {
    return String.format(
        Locale.ROOT,
        "{\"p50\": %d, \"p99\": %d, \"p999\": %d, \"max\": %d, \"count\": %d}",
        of.getValueAtPercentile(50),
        of.getValueAtPercentile(99),
        of.getValueAtPercentile(99.9),
        of.getMaxValue(),
        of.getTotalCount());
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
