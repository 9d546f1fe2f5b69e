package io.geminirelay.base.telemetry.metrics;

import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.telemetry.LoopCells;
import io.geminirelay.base.telemetry.Settled;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.concurrent.atomic.AtomicIntegerArray;

/** Counts requests by route and status, under the name that an older proxy used. Thread safe. */
@SuppressWarnings("EnumOrdinal") // places in arrays of this process, stored nowhere
final class StatusMeters {
  private static final int STATUSES = 600;

  private final CounterFamily requests;

  /** Cells by route and status; 0 for one that is not known yet. */
  private final AtomicIntegerArray known = new AtomicIntegerArray(Route.values().length * STATUSES);

  StatusMeters(PrometheusRegistry registry, Family.Room room) {
    requests =
        new CounterFamily(
            Forms.counter(
                "api_requests_total",
                "Requests by the status that the client was answered with; 0 for no answer."),
            room,
            "route",
            "status");
    registry.register(requests);
  }

  /** Counts {@code settled} for the loop of {@code mine}. */
  void count(LoopCells mine, Settled settled) {
    int status = settled.status() >= 0 && settled.status() < STATUSES ? settled.status() : 0;
    int place = settled.route().ordinal() * STATUSES + status;
    int cell = known.get(place);
    if (cell == 0) {
      cell = requests.cell(Words.of(settled.route()), Integer.toString(status));
      known.set(place, cell);
    }
    mine.add(cell, 1);
  }
}
