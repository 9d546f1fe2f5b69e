package io.geminirelay.bench.load;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The samples of a run, by workload and proxy, and how they are told. */
final class Figures {
  /** One measured window of one proxy. */
  record Sample(double cpuMicros, double perSecond, double busy, long residentKb) {}

  private final Map<Workload, Map<Proxy, List<Sample>>> samples = new EnumMap<>(Workload.class);

  void add(Workload workload, Proxy proxy, Sample sample) {
    samples
        .computeIfAbsent(workload, w -> new EnumMap<>(Proxy.class))
        .computeIfAbsent(proxy, p -> new ArrayList<>())
        .add(sample);
  }

  private static Sample median(List<Sample> of) {
    List<Sample> sorted = new ArrayList<>(of);
    sorted.sort(Comparator.comparingDouble(Sample::cpuMicros));
    return sorted.get(sorted.size() / 2);
  }

  /** A table for people: medians by CPU, ratios to nginx of the same run. */
  String table() {
    StringBuilder text = new StringBuilder();
    text.append("| workload | proxy | CPU us each | to nginx | each/s | core busy | samples |\n");
    text.append("| --- | --- | --- | --- | --- | --- | --- |\n");
    samples.forEach(
        (workload, proxies) ->
            proxies.forEach(
                (proxy, of) -> {
                  Sample median = median(of);
                  text.append(
                      "| %s (%s) | %s | %.2f | %s | %.0f | %.0f %% | %s |\n"
                          .formatted(
                              workload.label(),
                              workload.unit(),
                              proxy.label(),
                              median.cpuMicros(),
                              ratio(proxies, median),
                              median.perSecond(),
                              median.busy() * 100,
                              all(of)));
                }));
    return text.toString();
  }

  private static String ratio(Map<Proxy, List<Sample>> proxies, Sample median) {
    List<Sample> nginx = proxies.get(Proxy.NGINX);
    return nginx == null ? "-" : number(median.cpuMicros() / median(nginx).cpuMicros());
  }

  private static String all(List<Sample> of) {
    return String.join(" ", of.stream().map(sample -> number(sample.cpuMicros())).toList());
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  /** The same for programs, every sample included. */
  String json(Map<String, String> about) {
    List<String> members = new ArrayList<>();
    about.forEach((name, value) -> members.add(quoted(name) + ": " + quoted(value)));
    samples.forEach(
        (workload, proxies) ->
            members.add(quoted(workload.label()) + ": {" + proxies(proxies) + "}"));
    return "{\n  " + String.join(",\n  ", members) + "\n}\n";
  }

  private static String proxies(Map<Proxy, List<Sample>> proxies) {
    List<String> members = new ArrayList<>();
    proxies.forEach(
        (proxy, of) ->
            members.add(
                quoted(proxy.label())
                    + ": ["
                    + String.join(", ", of.stream().map(Figures::sample).toList())
                    + "]"));
    return String.join(", ", members);
  }

  private static String sample(Sample sample) {
    return String.format(
        Locale.ROOT,
        "{\"cpuMicros\": %.3f, \"perSecond\": %.0f, \"busy\": %.3f, \"residentKb\": %d}",
        sample.cpuMicros(),
        sample.perSecond(),
        sample.busy(),
        sample.residentKb());
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
