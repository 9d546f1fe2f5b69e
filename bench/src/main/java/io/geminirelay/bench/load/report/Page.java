package io.geminirelay.bench.load.report;

import io.geminirelay.bench.load.plan.Workload;
import io.geminirelay.bench.load.proxy.Proxy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** The figures as one HTML page that needs nothing but itself, light or dark as its reader. */
public final class Page {
  private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99};
  private static final String STYLE = "page.css";

  private final Figures figures;
  private final StringBuilder html = new StringBuilder();

  /** Of these figures. */
  public Page(Figures figures) {
    this.figures = figures;
  }

  /** The page. */
  public String text() throws IOException {
    html.setLength(0);
    html.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n");
    html.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    html.append("<title>gemini-relay under load</title>\n<style>\n").append(style());
    html.append("</style></head><body>\n<h1>gemini-relay under load</h1>\n");
    legend();
    html.append("<h2>Cost</h2>\n<p>Medians of the windows; in brackets the ratio to nginx of the");
    html.append(" same run. The thin line is the range of the windows.</p>\n<div class=\"cards\">");
    figures.workloads().forEach(this::cost);
    html.append("</div>\n<h2>Latency</h2>\n<p>From the time at which a request or an event was");
    html.append(" due, so that nothing is left out while a proxy stands still.</p>\n");
    figures.workloads().stream().filter(each -> each.shape().hasLatency()).forEach(this::latency);
    html.append("<h2>All windows</h2>\n");
    windows();
    html.append("<h2>The run</h2>\n<dl>\n");
    figures
        .about()
        .forEach(
            (name, value) ->
                html.append("<dt>%s</dt><dd>%s</dd>%n".formatted(escaped(name), escaped(value))));
    return html.append("</dl>\n</body></html>\n").toString();
  }

  private static String style() throws IOException {
    try (InputStream style = Page.class.getResourceAsStream(STYLE)) {
      if (style == null) {
        throw new IOException("no " + STYLE);
      }
      return new String(style.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void legend() {
    html.append("<p class=\"legend\">");
    for (Proxy proxy : Proxy.values()) {
      boolean measured =
          figures.workloads().stream().anyMatch(each -> figures.of(each).containsKey(proxy));
      if (measured) {
        html.append("<span><i class=\"%s\"></i>%s</span> ".formatted(proxy.label(), proxy.title()));
      }
    }
    html.append("</p>\n");
  }

  private void cost(Workload workload) {
    html.append(
        "<section><h3>%s</h3><p>%s</p>%n%s</section>%n"
            .formatted(
                escaped(workload.title()),
                Markdown.what(workload),
                new Bars(figures, workload).svg()));
  }

  private void latency(Workload workload) {
    html.append("<section class=\"wide\"><h3>%s</h3>%n".formatted(escaped(workload.title())));
    html.append(new Curves(figures, workload).svg());
    html.append("<table><tr><th></th>");
    for (double percentile : PERCENTILES) {
      html.append("<th>%s %%</th>".formatted(trimmed(percentile)));
    }
    html.append("<th>max</th><th>measured</th></tr>\n");
    for (Proxy proxy : figures.of(workload).keySet()) {
      Histogram all = figures.latencies(workload, proxy);
      html.append("<tr><th>%s</th>".formatted(proxy.title()));
      for (double percentile : PERCENTILES) {
        boolean tells = Figures.tells(all.getTotalCount(), percentile);
        String value = tells ? millis(all.getValueAtPercentile(percentile)) + " ms" : "-";
        html.append("<td>%s</td>".formatted(value));
      }
      html.append(
          "<td>%s ms</td><td>%,d</td></tr>%n"
              .formatted(millis(all.getMaxValue()), all.getTotalCount()));
    }
    html.append("</table></section>\n");
  }

  private void windows() {
    html.append("<table><tr><th>workload</th><th>proxy</th><th>values</th><th>units/s</th>");
    html.append("<th>busy</th><th>clients and upstream</th><th>resident</th></tr>\n");
    for (Workload workload : figures.workloads()) {
      figures.of(workload).forEach((proxy, samples) -> row(workload, proxy, samples));
    }
    html.append("</table>\n");
  }

  private void row(Workload workload, Proxy proxy, List<Sample> samples) {
    Sample median = figures.median(workload, proxy);
    if (median == null) {
      return;
    }
    String values =
        String.join(" ", samples.stream().map(each -> Markdown.number(each.value())).toList());
    html.append(
        String.format(
            Locale.ROOT,
            "<tr><th>%s</th><td>%s</td><td>%s</td><td>%,.0f</td><td>%.0f %%</td><td>%.0f %%</td>"
                + "<td>%d MB</td></tr>%n",
            workload.label(),
            proxy.title(),
            values,
            median.perSecond(),
            median.busy() * 100,
            median.others() * 100,
            median.residentKb() / 1024));
  }

  private static String trimmed(double percentile) {
    return Double.toString(percentile).replaceAll("\\.0$", "");
  }

  private static String millis(long micros) {
    return Markdown.number(micros / 1_000.0);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
