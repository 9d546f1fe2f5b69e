package io.geminirelay.bench.load.report;

import io.geminirelay.bench.load.plan.Workload;
import io.geminirelay.bench.load.proxy.Proxy;
import java.util.List;
import java.util.Locale;

/** Draws the values of one workload, a bar for each proxy, with the range of its windows. */
final class Bars {
  private static final int WIDTH = 360;
  private static final int LEFT = 66;
  private static final int RIGHT = 112;
  private static final int ROW = 28;
  private static final int THICK = 16;

  private final Figures figures;
  private final Workload workload;

  Bars(Figures figures, Workload workload) {
    this.figures = figures;
    this.workload = workload;
  }

  /** The drawing. */
  String svg() {
    List<Proxy> proxies =
        figures.of(workload).keySet().stream().filter(each -> each != Proxy.DIRECT).toList();
    double most =
        proxies.stream()
            .flatMap(proxy -> figures.of(workload).getOrDefault(proxy, List.of()).stream())
            .mapToDouble(Sample::value)
            .max()
            .orElse(1);
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">"
            .formatted(WIDTH, proxies.size() * ROW + 4, Markdown.what(workload)));
    int row = 0;
    for (Proxy proxy : proxies) {
      bar(svg, proxy, row++ * ROW + 4, (WIDTH - LEFT - RIGHT) / most);
    }
    return svg.append("</svg>\n").toString();
  }

  private void bar(StringBuilder svg, Proxy proxy, int y, double scale) {
    Sample median = figures.median(workload, proxy);
    if (median == null) {
      return;
    }
    List<Sample> all = figures.of(workload).getOrDefault(proxy, List.of());
    double least = all.stream().mapToDouble(Sample::value).min().orElse(0);
    double most = all.stream().mapToDouble(Sample::value).max().orElse(0);
    double length = Math.max(1, median.value() * scale);
    double ratio = figures.toNginx(workload, proxy);
    String tail = Double.isNaN(ratio) ? "" : " (" + Markdown.number(ratio) + ")";
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>"
                + "<rect class=\"bar %s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"3\">"
                + "<title>%s to %s in %d windows</title></rect>"
                + "<line class=\"range\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>"
                + "<text class=\"value\" x=\"%.1f\" y=\"%d\">%s%s</text>",
            LEFT - 8,
            y + 13,
            proxy.title(),
            proxy.label(),
            LEFT,
            y,
            length,
            THICK,
            Markdown.number(least),
            Markdown.number(most),
            all.size(),
            LEFT + least * scale,
            y + THICK / 2,
            LEFT + most * scale,
            y + THICK / 2,
            LEFT + Math.max(most * scale, length) + 8,
            y + 13,
            Markdown.number(median.value()) + (Markdown.isMemory(workload) ? " KB" : " us"),
            tail));
  }
}
