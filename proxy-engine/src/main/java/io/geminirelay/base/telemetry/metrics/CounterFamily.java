package io.geminirelay.base.telemetry.metrics;

import io.geminirelay.base.telemetry.Cells;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;

/** Counters; each is one cell. */
final class CounterFamily extends Family {

  /** Counters with these labels. */
  CounterFamily(Counter.Builder form, Room room, String... labelNames) {
    super(form.labelNames(labelNames).build(), labelNames, room, 1);
  }

  @Override
  MetricSnapshot snapshot(MetricMetadata metadata, List<Row> rows, Cells cells) {
    return new CounterSnapshot(
        metadata,
        rows.stream()
            .map(
                row ->
                    CounterDataPointSnapshot.builder()
                        .labels(row.labels())
                        .value((double) cells.sum(row.cell()))
                        .createdTimestampMillis(row.createdMillis())
                        .build())
            .toList());
  }
}
