package io.geminirelay.bench.load.report;

import io.geminirelay.bench.load.plan.Shape;
import io.geminirelay.bench.load.plan.Workload;
import io.geminirelay.bench.load.proxy.Proxy;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Tables for people, ratios first, as {@code bench/README.md} holds them. */
public final class Markdown {
  private static final List<Proxy> PROXIES = List.of(Proxy.NGINX, Proxy.HAPROXY, Proxy.GATEWAY);

  /** A core as busy as this is not mentioned. */
  private static final double FULLY_BUSY = 0.97;

  private final Figures figures;

  /** Of these figures. */
  public Markdown(Figures figures) {
    this.figures = figures;
  }

  /** All tables that there is something for. */
  public String text() {
    StringBuilder text = new StringBuilder();
    figures.about().forEach((name, value) -> text.append("* %s: %s%n".formatted(name, value)));
    text.append('\n').append(costs());
    List<Workload> timed =
        figures.workloads().stream().filter(each -> each.shape().hasLatency()).toList();
    if (!timed.isEmpty()) {
      text.append('\n').append(latencies(timed));
    }
    return text.append('\n').append(windows()).toString();
  }

  private String costs() {
    StringBuilder text = new StringBuilder();
    text.append("| Work | HAProxy / nginx | gateway / nginx | nginx | HAProxy | gateway |\n");
    text.append("| --- | --- | --- | --- | --- | --- |\n");
    for (Workload workload : figures.workloads()) {
      text.append(
          "| %s: %s | %s | %s | %s |%n"
              .formatted(
                  workload.title(),
                  what(workload),
                  number(figures.toNginx(workload, Proxy.HAPROXY)),
                  number(figures.toNginx(workload, Proxy.GATEWAY)),
                  PROXIES.stream()
                      .map(proxy -> cell(workload, proxy))
                      .collect(Collectors.joining(" | "))));
    }
    return text.toString();
  }

  /** What a workload's value is. */
  public static String what(Workload workload) {
    return isMemory(workload) ? "memory a stream" : "CPU for each " + workload.unit();
  }

  /** Whether KB of memory are told instead of CPU. */
  static boolean isMemory(Workload workload) {
    return workload.shape().kind() == Shape.Kind.HELD;
  }

  private String cell(Workload workload, Proxy proxy) {
    Sample sample = figures.median(workload, proxy);
    if (sample == null) {
      return "-";
    }
    String value = number(sample.value()) + (isMemory(workload) ? " KB" : " us");
    boolean idle = !isMemory(workload) && sample.busy() < FULLY_BUSY;
    return idle ? value + " (%.0f %% busy)".formatted(sample.busy() * 100) : value;
  }

  private String latencies(List<Workload> timed) {
    StringBuilder text = new StringBuilder();
    text.append("| Latency p50 / p99 / p99.9, ms | direct | added by nginx | by HAProxy |");
    text.append(" by the gateway |\n| --- | --- | --- | --- | --- |\n");
    for (Workload workload : timed) {
      text.append(
          "| %s | %s | %s |%n"
              .formatted(
                  workload.title(),
                  triple(workload, Proxy.DIRECT),
                  PROXIES.stream()
                      .map(proxy -> triple(workload, proxy))
                      .collect(Collectors.joining(" | "))));
    }
    return text.toString();
  }

  private String triple(Workload workload, Proxy proxy) {
    return List.of(50.0, 99.0, 99.9).stream()
        .map(
            percentile ->
                proxy == Proxy.DIRECT
                    ? figures.latency(workload, proxy, percentile)
                    : figures.added(workload, proxy, percentile))
        .map(micros -> number(micros / 1_000))
        .collect(Collectors.joining(" / "));
  }

  private String windows() {
    StringBuilder text = new StringBuilder();
    text.append(
        "| Windows | proxy | values | units/s | busy | clients and upstream | resident |\n");
    text.append("| --- | --- | --- | --- | --- | --- | --- |\n");
    for (Workload workload : figures.workloads()) {
      figures.of(workload).keySet().forEach(proxy -> text.append(row(workload, proxy)));
    }
    return text.toString();
  }

  private String row(Workload workload, Proxy proxy) {
    Sample median = figures.median(workload, proxy);
    if (median == null) {
      return "";
    }
    String values =
        figures.of(workload).getOrDefault(proxy, List.of()).stream()
            .map(sample -> number(sample.value()))
            .collect(Collectors.joining(" "));
    return String.format(
        Locale.ROOT,
        "| %s | %s | %s | %.0f | %.0f %% | %.0f %% | %d MB |%n",
        workload.label(),
        proxy.title(),
        values,
        median.perSecond(),
        median.busy() * 100,
        median.others() * 100,
        median.residentKb() / 1024);
  }

  /** With as many decimals as mean something; a dash where there is none. */
  public static String number(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    return String.format(Locale.ROOT, Math.abs(value) >= 100 ? "%.0f" : "%.2f", value);
  }
}
