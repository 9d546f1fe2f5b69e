package io.geminirelay.bench.load.report;

import io.geminirelay.bench.load.plan.Workload;
import io.geminirelay.bench.load.proxy.Proxy;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Draws how long units of one workload took, by percentile, a curve for each way they went. */
final class Curves {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 300;
  private static final int LEFT = 64;
  private static final int RIGHT = 16;
  private static final int TOP = 12;
  private static final int BOTTOM = 44;
  private static final double STEP = 0.02;

  /** Percentiles beyond rest on fewer units than this. */
  private static final double FEWEST = 5;

  private static final double MICROS_PER_MILLI = 1_000;

  private final Map<Proxy, Histogram> histograms = new EnumMap<>(Proxy.class);

  Curves(Figures figures, Workload workload) {
    for (Proxy proxy : figures.of(workload).keySet()) {
      Histogram all = figures.latencies(workload, proxy);
      if (all.getTotalCount() > 0) {
        histograms.put(proxy, all);
      }
    }
  }

  /** The drawing, or nothing where nothing was due. */
  String svg() {
    if (histograms.isEmpty()) {
      return "";
    }
    long count = histograms.values().stream().mapToLong(Histogram::getTotalCount).max().orElse(1);
    double nines = Math.max(1, Math.floor(Math.log10(count / FEWEST)));
    double least =
        histograms.values().stream().mapToDouble(Histogram::getMinNonZeroValue).min().orElse(1);
    double most =
        histograms.values().stream()
            .mapToDouble(each -> each.getValueAtPercentile(Scale.percentile(nines)))
            .max()
            .orElse(1);
    Scale scale = Scale.decades(Math.max(1, least), most, HEIGHT - BOTTOM, TOP);
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"latency by percentile\">"
            .formatted(WIDTH, HEIGHT));
    grid(svg, scale, nines);
    histograms.forEach((proxy, histogram) -> curve(svg, proxy, histogram, scale, nines));
    return svg.append("</svg>\n").toString();
  }

  private static double x(double nines, double most) {
    return LEFT + nines / most * (WIDTH - LEFT - RIGHT);
  }

  private static void grid(StringBuilder svg, Scale scale, double nines) {
    for (double value = scale.least(); value <= scale.most() * 1.001; value *= 10) {
      double y = scale.place(value);
      line(svg, LEFT, y, WIDTH - RIGHT, y);
      text(svg, LEFT - 8, y + 4, "end", milliseconds(value));
    }
    for (int nine = 0; nine <= nines; nine++) {
      double x = x(nine, nines);
      line(svg, x, TOP, x, HEIGHT - BOTTOM);
      String anchor = nine == nines ? "end" : "middle";
      text(svg, x, HEIGHT - BOTTOM + 18, anchor, nine == 0 ? "0" : percent(nine));
    }
    text(svg, LEFT + (WIDTH - LEFT - RIGHT) / 2.0, HEIGHT - 6, "middle", "percentile");
  }

  private static String percent(int nine) {
    String digits = nine == 1 ? "90" : "99" + (nine == 2 ? "" : "." + "9".repeat(nine - 2));
    return digits + " %";
  }

  private static String milliseconds(double micros) {
    double millis = micros / MICROS_PER_MILLI;
    return (millis >= 1
            ? String.format(Locale.ROOT, "%.0f", millis)
            : Double.toString(Math.round(millis * 1_000) / 1_000.0))
        + " ms";
  }

  private static void line(StringBuilder svg, double x1, double y1, double x2, double y2) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
            x1,
            y1,
            x2,
            y2));
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>",
            x,
            y,
            anchor,
            text));
  }

  private static void curve(
      StringBuilder svg, Proxy proxy, Histogram histogram, Scale scale, double nines) {
    svg.append("<polyline class=\"curve %s\" points=\"".formatted(proxy.label()));
    double end = Math.min(nines, Math.log10((double) Math.max(10, histogram.getTotalCount())));
    for (double nine = 0; nine <= end + STEP / 2; nine += STEP) {
      double micros = histogram.getValueAtPercentile(Scale.percentile(nine));
      svg.append(
          String.format(
              Locale.ROOT, "%.1f,%.1f ", x(Math.min(nine, end), nines), scale.place(micros)));
    }
    svg.append("\"><title>%s</title></polyline>".formatted(proxy.title()));
  }
}
