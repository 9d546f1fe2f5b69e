package io.geminirelay.e2e;

import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A gateway behind several exits, each of which leads to a simulator of its own; the target itself
 * is one more, which sees only what bypasses the exits.
 */
final class ExitRig implements AutoCloseable {
  final GeminiSimulator target = GeminiSimulator.plain(new FakeTime());
  final List<GeminiSimulator> googles = new ArrayList<>();
  final List<DivertingExit> exits = new ArrayList<>();
  private final Gateway gateway;
  private final int keys;

  /** So many exits and keys; {@code checkSecs} is the pause between active checks. */
  ExitRig(int count, int keys, String checkSecs) throws Exception {
    this(count, keys, checkSecs, TimeSource.SYSTEM);
  }

  /** With {@code settings}, lines of the configuration. */
  ExitRig(int count, int keys, String checkSecs, TimeSource time, String... settings)
      throws Exception {
    this.keys = keys;
    for (int i = 0; i < count; i++) {
      GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
      googles.add(google);
      exits.add(new DivertingExit(0, google.port()));
    }
    String urls =
        exits.stream().map(exit -> "\"" + exit.url() + "\"").collect(Collectors.joining(", "));
    String list = IntStream.range(0, keys).mapToObj(Rig::key).collect(Collectors.joining(", "));
    gateway =
        Gateway.start(
            "groups: [{name: g, target_url: \"%s\", proxy_urls: [%s], api_keys: [%s]}]\n"
                    .formatted(target.baseUrl(), urls, list)
                + "upstream: {exit_check_secs: "
                + checkSecs
                + "}\n"
                + String.join("\n", settings),
            time);
  }

  int port() {
    return gateway.port();
  }

  Response ask() {
    return ask(Rig.UNARY, Rig.BODY);
  }

  Response ask(String path, String body) {
    try (TestClient client = TestClient.connect(port())) {
      return client.post(path, body);
    }
  }

  /** Uses every key twice and tells which exit each went through, all requests being served. */
  Map<String, Integer> exitOfEachKey() {
    googles.forEach(google -> google.journal().clear());
    for (int i = 0; i < 2 * keys; i++) {
      Response answer = ask();
      if (answer.status() != 200) {
        throw new AssertionError(answer.toString());
      }
    }
    Map<String, Integer> ways = new TreeMap<>();
    for (int i = 0; i < googles.size(); i++) {
      for (String key : googles.get(i).journal().countsByKey().keySet()) {
        if (ways.put(key, i) != null) {
          throw new AssertionError("a key went through two exits");
        }
      }
    }
    return ways;
  }

  /** The same while things change: empty when a request failed or a key moved. */
  Map<String, Integer> exitOfEachKeyOrNone() {
    try {
      return exitOfEachKey();
    } catch (AssertionError e) {
      return Map.of();
    }
  }

  static Set<String> keysOf(Map<String, Integer> ways, int exit) {
    return ways.entrySet().stream()
        .filter(each -> each.getValue() == exit)
        .map(Map.Entry::getKey)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  long requests() {
    return googles.stream().mapToLong(google -> google.journal().requestCount()).sum();
  }

  /** Brings exit {@code i} back after its end. */
  void revive(int i) throws Exception {
    exits.set(i, new DivertingExit(exits.get(i).port(), googles.get(i).port()));
  }

  @Override
  public void close() throws java.io.IOException {
    gateway.close();
    for (DivertingExit exit : exits) {
      exit.close();
    }
    googles.forEach(GeminiSimulator::close);
    target.close();
  }
}
