package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** One page of metrics as text, by sample. */
record Scrape(String text, Map<String, Double> samples) {

  static Scrape of(int port) {
    Response page = get(port, "/metrics");
    assertEquals(200, page.status(), page::toString);
    return parse(page.text());
  }

  static Response get(int port, String path, String... headers) {
    try (TestClient client = TestClient.connect(port)) {
      return client.exchange("GET", path, Header.list(headers), null);
    }
  }

  static Scrape parse(String text) {
    Map<String, Double> samples = new LinkedHashMap<>();
    for (String line : text.lines().filter(each -> !each.startsWith("#")).toList()) {
      int end = line.lastIndexOf(' ');
      samples.put(line.substring(0, end), number(line.substring(end + 1)));
    }
    return new Scrape(text, samples);
  }

  private static double number(String text) {
    return text.endsWith("Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(text);
  }

  /** The value of a sample; 0 where there is none. Labels in the order of their names. */
  double value(String sample) {
    return samples.getOrDefault(sample, 0.0);
  }

  /** The sum of all samples of {@code name} that have each of {@code labels}, as k="v". */
  double sum(String name, String... labels) {
    double sum = 0;
    for (Map.Entry<String, Double> each : samples.entrySet()) {
      boolean wanted = nameOf(each.getKey()).equals(name);
      for (String label : labels) {
        wanted &= each.getKey().contains(label);
      }
      sum += wanted ? each.getValue() : 0;
    }
    return sum;
  }

  /** Names of all samples. */
  Set<String> names() {
    Set<String> names = new TreeSet<>();
    samples.keySet().forEach(sample -> names.add(nameOf(sample)));
    return names;
  }

  private static String nameOf(String sample) {
    int brace = sample.indexOf('{');
    return brace < 0 ? sample : sample.substring(0, brace);
  }
}
