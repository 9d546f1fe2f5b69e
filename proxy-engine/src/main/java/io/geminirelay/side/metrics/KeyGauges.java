package io.geminirelay.side.metrics;

import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.KeyGroup;
import io.geminirelay.side.health.KeyFields;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How many keys of each group are in which state. Looks at every key. */
final class KeyGauges {
  private static final List<String> STATES =
      List.of("available", "cooling", "failing", "invalid", "disabled");

  private KeyGauges() {}

  static List<MetricSnapshot> of(LiveState live) {
    Gauge keys = new Gauge("gemini_relay_keys", "Keys by group and state.", "group", "state");
    for (KeyGroup group : live.keys().groups()) {
      Map<String, Integer> counts = new LinkedHashMap<>();
      STATES.forEach(state -> counts.put(state, 0));
      for (ApiKey key : group.keys()) {
        counts.merge(KeyFields.state(key), 1, Integer::sum);
      }
      counts.forEach((state, count) -> keys.row(count, group.name(), state));
    }
    Gauge usable =
        new Gauge(
                "gemini_relay_usable_keys",
                "Keys that can serve a request now, or will without anybody's help.")
            .row((double) live.usableKeys().getAsLong());
    return List.of(keys.done(), usable.done());
  }
}
