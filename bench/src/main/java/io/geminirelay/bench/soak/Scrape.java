package io.geminirelay.bench.soak;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One page of metrics.
 *
 * @param text as it came
 * @param samples by name and labels
 */
record Scrape(String text, Map<String, Double> samples) {

  static Scrape of(String text) {
    Map<String, Double> samples = new LinkedHashMap<>();
    for (String line : text.lines().filter(each -> !each.startsWith("#")).toList()) {
      int end = line.lastIndexOf(' ');
      String number = line.substring(end + 1);
      samples.put(
          line.substring(0, end),
          number.endsWith("Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(number));
    }
    return new Scrape(text, samples);
  }

  /** The sum of all samples of {@code name} that have each of {@code labels}, as k="v". */
  long sum(String name, String... labels) {
    double sum = 0;
    for (Map.Entry<String, Double> each : samples.entrySet()) {
      String key = each.getKey();
      boolean wanted = key.equals(name) || key.startsWith(name + "{");
      for (String label : labels) {
        wanted &= key.contains(label);
      }
      sum += wanted ? each.getValue() : 0;
    }
    return Math.round(sum);
  }
}
