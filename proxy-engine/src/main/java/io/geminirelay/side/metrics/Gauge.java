package io.geminirelay.side.metrics;

import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.Arrays;
import java.util.List;

/** One gauge with its rows, for one page. Each set of label values may be added once. */
final class Gauge {
  private final GaugeSnapshot.Builder out = GaugeSnapshot.builder();
  private final String[] labels;

  Gauge(String name, String help, String... labels) {
    out.name(name).help(help);
    this.labels = labels;
  }

  /** Adds a row. */
  Gauge row(double value, String... values) {
    out.dataPoint(
        GaugeDataPointSnapshot.builder().value(value).labels(Labels.of(labels, values)).build());
    return this;
  }

  /** Adds a row for each constant: 1 for that which is the case. */
  void states(List<String> states, String present, String... values) {
    String[] all = Arrays.copyOf(values, values.length + 1);
    for (String state : states) {
      all[values.length] = state;
      row(state.equals(present) ? 1 : 0, all.clone());
    }
  }

  GaugeSnapshot done() {
    return out.build();
  }
}
