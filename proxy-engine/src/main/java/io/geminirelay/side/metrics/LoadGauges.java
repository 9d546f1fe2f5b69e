package io.geminirelay.side.metrics;

import io.geminirelay.base.load.Load;
import io.geminirelay.base.telemetry.metrics.Words;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;

/** How loaded the gateway is, and whom it refused because of it. */
@SuppressWarnings("EnumOrdinal") // the number is what the help text says it is
final class LoadGauges {
  private LoadGauges() {}

  static List<MetricSnapshot> of(Load load, LiveState live) {
    Gauge ratios =
        new Gauge(
            "gemini_relay_load_ratio",
            "How much of its bound is in use of what the gateway runs on; 1 at the bound.",
            "signal");
    load.ratios().forEach((signal, ratio) -> ratios.row(ratio, Words.of(signal)));
    return List.of(
        new Gauge(
                "gemini_relay_load_level",
                "What the gateway does about its load: 0 nothing, 1 leads it elsewhere, 2 refuses"
                    + " the less important requests, 3 refuses all new ones and connections.")
            .row(load.step().level().ordinal())
            .done(),
        ratios.done(),
        shed(live));
  }

  private static MetricSnapshot shed(LiveState live) {
    CounterSnapshot.Builder out =
        CounterSnapshot.builder()
            .name("gemini_relay_requests_shed")
            .help("Requests that were refused because of the gateway's load.");
    for (LiveState.Shed each : live.shed().get()) {
      out.dataPoint(
          CounterSnapshot.CounterDataPointSnapshot.builder()
              .labels(Labels.of("client", each.client(), "priority", Words.of(each.priority())))
              .value((double) each.count())
              .build());
    }
    return out.build();
  }
}
