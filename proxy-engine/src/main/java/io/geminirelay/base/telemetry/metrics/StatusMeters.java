package io.geminirelay.base.telemetry.metrics;

import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.telemetry.Settled;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** Counts requests by route and status, under the name that an older proxy used. Thread safe. */
@SuppressWarnings("EnumOrdinal") // places in arrays of this process, stored nowhere
final class StatusMeters {
  private static final int STATUSES = 600;

  private final Counter requests;
  private final AtomicReferenceArray<CounterDataPoint> known =
      new AtomicReferenceArray<>(Route.values().length * STATUSES);

  StatusMeters(PrometheusRegistry registry) {
    requests =
        Forms.counter(
                "api_requests_total",
                "Requests by the status that the client was answered with; 0 for no answer.")
            .labelNames("route", "status")
            .register(registry);
  }

  /** Counts {@code settled}. */
  void count(Settled settled) {
    int status = settled.status() >= 0 && settled.status() < STATUSES ? settled.status() : 0;
    int place = settled.route().ordinal() * STATUSES + status;
    CounterDataPoint counter = known.get(place);
    if (counter == null) {
      counter = requests.labelValues(Words.of(settled.route()), Integer.toString(status));
      known.set(place, counter);
    }
    counter.inc();
  }
}
