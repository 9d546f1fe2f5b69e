package io.geminirelay.base.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.ConfigLoader;
import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.exchange.Outcome;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.telemetry.metrics.Meters;
import io.geminirelay.testing.FakeTime;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How much the page may grow, and what leaves it. */
class MeterBoundsTest {
  private final FakeTime time = new FakeTime();
  private final Meters meters = new Meters(time);

  @TempDir Path folder;

  private void serve(String client, String model, String group) {
    meters.accept(
        new Told(time)
            .model(model)
            .ok(group + "/1#0123456789")
            .end(Route.NATIVE, client, Outcome.SERVED, 200));
  }

  private List<CounterDataPointSnapshot> rows(String counter) {
    return meters.registry().scrape(counter::equals).stream()
        .map(CounterSnapshot.class::cast)
        .flatMap(each -> each.getDataPoints().stream())
        .toList();
  }

  private Set<String> values(String counter, String label) {
    return rows(counter).stream()
        .map(each -> String.valueOf(each.getLabels().get(label)))
        .collect(Collectors.toSet());
  }

  private EngineConfig config(String clients, String group) throws Exception {
    String aliases =
        IntStream.range(0, 150)
            .mapToObj(i -> "m" + i + ": m" + i)
            .collect(Collectors.joining(", "));
    String text =
        "clients: [%s]\ngroups: [{name: %s, model_aliases: {%s}, api_keys: [AIza0123456789abcdef]}]\n"
            .formatted(clients, group, aliases);
    Path file = Files.writeString(folder.resolve("config.yaml"), text);
    return ConfigLoader.load(new ConfigSource(file, folder, Map.of())).config();
  }

  @Test
  void oneBoundHoldsForAllClientsModelsAndGroups() {
    int exchanges = 0;
    for (int client = 0; client < 1_200; client++) {
      for (int model = 0; model < 5; model++) {
        serve("c" + client, "m" + model, "g");
        exchanges++;
      }
    }
    List<CounterDataPointSnapshot> rows = rows("gemini_relay_requests");
    assertTrue(rows.size() <= 2_501, rows.size() + " rows");
    assertEquals(exchanges, rows.stream().mapToDouble(CounterDataPointSnapshot::getValue).sum(), 0);
    long whole =
        rows.stream().filter(each -> !"other".equals(each.getLabels().get("model"))).count();
    assertEquals(2_000, whole);
    assertTrue(values("gemini_relay_requests", "client").contains("other"));
  }

  @Test
  void everyConfiguredModelHasALabelAndMayBeJoinedByOthers() throws Exception {
    meters.configured(config("{name: a, token: token-of-a-0000}", "g"));
    for (int i = 0; i < 150; i++) {
      serve("a", "m" + i, "g");
    }
    for (int i = 0; i < 120; i++) {
      serve("a", "n" + i, "g");
    }
    Set<String> models = values("gemini_relay_requests", "model");
    assertEquals(251, models.size());
    assertTrue(models.contains("m149") && models.contains("n99") && models.contains("other"));
  }

  @Test
  void clientsAndGroupsThatAConfigurationDropsLeaveThePage() throws Exception {
    String a = "{name: a, token: token-of-a-0000}";
    String b = "{name: b, token: token-of-b-0000}";
    meters.configured(config(a + ", " + b, "old"));
    serve("a", "m1", "old");
    serve("b", "m1", "old");
    assertEquals(Set.of("a", "b"), values("gemini_relay_requests", "client"));
    meters.configured(config(a, "old"));
    assertEquals(Set.of("a"), values("gemini_relay_requests", "client"));
    serve("a", "m1", "new");
    meters.configured(config(a, "new"));
    assertEquals(Set.of("new"), values("gemini_relay_requests", "group"));
    assertEquals(Set.of("new"), values("gemini_relay_attempts", "group"));
    serve("b", "m1", "new");
    assertEquals(Set.of("a", "b"), values("gemini_relay_requests", "client"));
  }
}
