package io.geminirelay.side.metrics;

import io.geminirelay.base.telemetry.metrics.ModelNames;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.KeyGroup;
import io.geminirelay.flow.keys.KeySelector;
import io.geminirelay.flow.keys.QuotaBucket;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is left of the quotas, by group and model, and when a model that no key can serve now is
 * served again. Looks at every key and at every model that it was used for, and leaves no trace of
 * that in them.
 */
final class QuotaGauges {
  private static final double NANOS = 1e9;

  private QuotaGauges() {}

  static List<MetricSnapshot> of(LiveState live, ModelNames models) {
    Gauge least =
        new Gauge(
            "gemini_relay_quota_room_least_ratio",
            "What is left of the quota that is nearest to its limit, of the project with least;"
                + " 1 where no limit is known.",
            "group",
            "model");
    Gauge mean =
        new Gauge(
            "gemini_relay_quota_room_mean_ratio",
            "The same as a mean of all projects of the group that were used for the model.",
            "group",
            "model");
    for (KeyGroup group : live.keys().groups()) {
      rooms(group, models)
          .forEach(
              (model, room) -> {
                least.row(room.least / 1000.0, group.name(), model);
                mean.row(room.sum / 1000.0 / room.count, group.name(), model);
              });
    }
    return List.of(least.done(), mean.done(), returns(live, models).done());
  }

  private static Map<String, Room> rooms(KeyGroup group, ModelNames models) {
    Set<QuotaBucket> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Map<String, Room> rooms = new TreeMap<>();
    for (ApiKey key : group.keys()) {
      QuotaBucket bucket = key.bucket();
      if (seen.add(bucket)) {
        bucket.eachRoom(
            (model, room) -> rooms.computeIfAbsent(models.label(model), x -> new Room()).add(room));
      }
    }
    return rooms;
  }

  private static Gauge returns(LiveState live, ModelNames models) {
    Gauge returns =
        new Gauge(
            "gemini_relay_capacity_returns_seconds",
            "Time until a key can serve a small request for the model: 0 for now, +Inf for never"
                + " by itself. Of models that were asked for lately.",
            "model");
    KeySelector selector = live.keys().selector();
    for (String model : new TreeSet<>(selector.models())) {
      // The names that clients make up have no label, and are not looked into.
      if (models.label(model).equals(model)) {
        long wait = selector.glanceNanos(model);
        returns.row(wait == KeySelector.NEVER ? Double.POSITIVE_INFINITY : wait / NANOS, model);
      }
    }
    return returns;
  }

  /** Of one group and model, in thousandths. */
  private static final class Room {
    private int least = 1000;
    private long sum;
    private int count;

    void add(int room) {
      least = Math.min(least, room);
      sum += room;
      count++;
    }
  }
}
