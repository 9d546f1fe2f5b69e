package io.geminirelay.base.telemetry.metrics;

import io.geminirelay.base.exchange.Outcome;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.telemetry.LoopCells;
import io.geminirelay.base.telemetry.Settled;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Measures how long requests take, and of that what is the gateway's own. Thread safe.
 *
 * <p>Each time is observed once; {@code api_request_duration_seconds} is the same histogram under
 * the name that an older proxy gave it.
 */
@SuppressWarnings("EnumOrdinal") // places in arrays of this process, stored nowhere
final class TimeMeters {
  private static final int OUTCOMES = Outcome.values().length;

  private final LengthFamily durations;
  private final LengthFamily firstBytes;
  private final LengthFamily overheads;
  private final LengthFamily waits;
  private final int waitsCell;

  /** Cells by route and outcome, and by route; 0 for one that is not known yet. */
  private final AtomicIntegerArray byEnd = new AtomicIntegerArray(Route.values().length * OUTCOMES);

  private final AtomicIntegerArray overheadByRoute = new AtomicIntegerArray(Route.values().length);
  private final Map<String, Integer> firstBytesByModel = new ConcurrentHashMap<>();

  TimeMeters(PrometheusRegistry registry, Family.Room room) {
    durations =
        Forms.seconds(
            "gemini_relay_request_duration_seconds",
            "From the request's head to the last byte of its answer.",
            room,
            "route",
            "outcome");
    firstBytes =
        Forms.seconds(
            "gemini_relay_first_byte_seconds",
            "From the request's head to that of a successful answer, which of a stream goes out"
                + " with the first token.",
            room,
            "model");
    overheads =
        Forms.shortSeconds(
            "gemini_relay_overhead_seconds",
            "The gateway's own part of the time to the answer's head: that time without waits"
                + " and without attempts. Holds the time in which the client sent a body that"
                + " had to be whole before the first attempt.",
            room,
            "route");
    waits =
        Forms.seconds(
            "gemini_relay_wait_seconds",
            "Time that requests waited for a key, or for a target to recover; of those that"
                + " waited at all.",
            room);
    waitsCell = waits.cell();
    registry.register(durations);
    registry.register(this::olderName);
    registry.register(firstBytes);
    registry.register(overheads);
    registry.register(waits);
  }

  private HistogramSnapshot olderName() {
    return new HistogramSnapshot(
        new MetricMetadata(
            "api_request_duration_seconds",
            "The same as gemini_relay_request_duration_seconds.",
            Unit.SECONDS),
        ((HistogramSnapshot) durations.collect()).getDataPoints());
  }

  /** Observes the times of {@code settled}, whose model has this label, for a loop. */
  void observe(LoopCells mine, Settled settled, String model) {
    Settled.Times times = settled.times();
    durations.observe(mine, duration(settled.route(), settled.outcome()), times.nanos());
    if (!settled.route().upstream() || settled.attempts() == 0) {
      return;
    }
    long waited = settled.trail().waitedNanos(times.endNanos());
    if (waited > 0) {
      waits.observe(mine, waitsCell, waited);
    }
    if (settled.outcome() == Outcome.SERVED && times.answerNanos() > 0) {
      if (settled.status() < 400) {
        firstBytes.observe(mine, firstByte(model), times.answerNanos());
      }
      long upstream = settled.trail().upstreamNanos(times.endNanos());
      long own = times.answerNanos() - waited - upstream;
      overheads.observe(mine, overhead(settled.route()), Math.max(0, own));
    }
  }

  private int duration(Route route, Outcome outcome) {
    int place = route.ordinal() * OUTCOMES + outcome.ordinal();
    int known = byEnd.get(place);
    if (known == 0) {
      known = durations.cell(Words.of(route), Words.of(outcome));
      byEnd.set(place, known);
    }
    return known;
  }

  private int overhead(Route route) {
    int known = overheadByRoute.get(route.ordinal());
    if (known == 0) {
      known = overheads.cell(Words.of(route));
      overheadByRoute.set(route.ordinal(), known);
    }
    return known;
  }

  private int firstByte(String model) {
    Integer known = firstBytesByModel.get(model);
    return known != null
        ? known
        : firstBytesByModel.computeIfAbsent(model, x -> firstBytes.cell(x));
  }
}
