package io.geminirelay.base.telemetry.metrics;

import io.geminirelay.base.exchange.Outcome;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.telemetry.Settled;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Measures how long requests take, and of that what is the gateway's own. Thread safe.
 *
 * <p>Every observation costs several additions, so that each time is observed once; {@code
 * api_request_duration_seconds} is the same histogram under the name that an older proxy gave it.
 */
@SuppressWarnings("EnumOrdinal") // places in arrays of this process, stored nowhere
final class TimeMeters {
  private static final double SECOND_NANOS = 1e9;
  private static final int OUTCOMES = Outcome.values().length;

  private final Histogram durations;
  private final Histogram firstBytes;
  private final Histogram overheads;
  private final Histogram waits;
  private final AtomicReferenceArray<DistributionDataPoint> byEnd =
      new AtomicReferenceArray<>(Route.values().length * OUTCOMES);
  private final AtomicReferenceArray<DistributionDataPoint> overheadByRoute =
      new AtomicReferenceArray<>(Route.values().length);
  private final Map<String, DistributionDataPoint> firstBytesByModel = new ConcurrentHashMap<>();

  TimeMeters(PrometheusRegistry registry) {
    durations =
        Forms.seconds(
                "gemini_relay_request_duration_seconds",
                "From the request's head to the last byte of its answer.")
            .labelNames("route", "outcome")
            .register(registry);
    registry.register(this::olderName);
    firstBytes =
        Forms.seconds(
                "gemini_relay_first_byte_seconds",
                "From the request's head to that of a successful answer, which of a stream goes out"
                    + " with the first token.")
            .labelNames("model")
            .register(registry);
    overheads =
        Forms.shortSeconds(
                "gemini_relay_overhead_seconds",
                "The gateway's own part of the time to the answer's head: that time without waits"
                    + " and without attempts. Holds the time in which the client sent a body that"
                    + " had to be whole before the first attempt.")
            .labelNames("route")
            .register(registry);
    waits =
        Forms.seconds(
                "gemini_relay_wait_seconds",
                "Time that requests waited for a key, or for a target to recover; of those that"
                    + " waited at all.")
            .register(registry);
  }

  private HistogramSnapshot olderName() {
    return new HistogramSnapshot(
        new MetricMetadata(
            "api_request_duration_seconds",
            "The same as gemini_relay_request_duration_seconds.",
            Unit.SECONDS),
        durations.collect().getDataPoints());
  }

  /** Observes the times of {@code settled}, whose model has this label. */
  void observe(Settled settled, String model) {
    Settled.Times times = settled.times();
    duration(settled.route(), settled.outcome()).observe(times.nanos() / SECOND_NANOS);
    if (!settled.route().upstream() || settled.attempts() == 0) {
      return;
    }
    long waited = settled.trail().waitedNanos(times.endNanos());
    if (waited > 0) {
      waits.observe(waited / SECOND_NANOS);
    }
    if (settled.outcome() == Outcome.SERVED && times.answerNanos() > 0) {
      if (settled.status() < 400) {
        firstByte(model).observe(times.answerNanos() / SECOND_NANOS);
      }
      long upstream = settled.trail().upstreamNanos(times.endNanos());
      long own = times.answerNanos() - waited - upstream;
      overhead(settled.route()).observe(Math.max(0, own) / SECOND_NANOS);
    }
  }

  private DistributionDataPoint duration(Route route, Outcome outcome) {
    int place = route.ordinal() * OUTCOMES + outcome.ordinal();
    DistributionDataPoint known = byEnd.get(place);
    if (known == null) {
      known = durations.labelValues(Words.of(route), Words.of(outcome));
      byEnd.set(place, known);
    }
    return known;
  }

  private DistributionDataPoint overhead(Route route) {
    DistributionDataPoint known = overheadByRoute.get(route.ordinal());
    if (known == null) {
      known = overheads.labelValues(Words.of(route));
      overheadByRoute.set(route.ordinal(), known);
    }
    return known;
  }

  private DistributionDataPoint firstByte(String model) {
    DistributionDataPoint known = firstBytesByModel.get(model);
    return known != null
        ? known
        : firstBytesByModel.computeIfAbsent(model, x -> firstBytes.labelValues(x));
  }
}
