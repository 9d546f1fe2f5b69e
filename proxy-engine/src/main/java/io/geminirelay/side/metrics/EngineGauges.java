package io.geminirelay.side.metrics;

import io.geminirelay.base.state.StoreFigure;
import io.geminirelay.base.telemetry.Refusal;
import io.geminirelay.base.telemetry.Refusals;
import io.geminirelay.base.telemetry.metrics.Words;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.util.internal.PlatformDependent;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.List;

/** What goes on in the engine: requests, connections, memory. */
final class EngineGauges {
  private EngineGauges() {}

  static List<MetricSnapshot> of(EngineState engine, LiveState live) {
    List<MetricSnapshot> all = new ArrayList<>();
    all.add(build(engine));
    all.add(
        one(
            "gemini_relay_start_timestamp_seconds",
            "When the gateway was built.",
            engine.startSeconds()));
    all.add(
        one(
            "gemini_relay_requests_in_flight",
            "Requests begun and not ended, this one for metrics among them.",
            engine.inFlight().getAsLong()));
    all.add(
        one(
            "gemini_relay_requests_waiting",
            "Requests that wait for a key.",
            live.waiting().getAsLong()));
    all.addAll(connections(engine));
    all.add(
        count(
            "gemini_relay_log_lines_dropped",
            "Lines of the log that found no room in its queue.",
            engine.logLinesDropped().getAsLong()));
    all.add(clients(live));
    all.add(pools(engine));
    all.add(
        one(
            "gemini_relay_streams_open",
            "Answers that are streams, have begun and not ended; at most a second old.",
            engine.pools().get().stream().mapToLong(EngineState.Pool::streams).sum()));
    all.addAll(store(engine.store().get()));
    all.add(
        one(
            "gemini_relay_limits_alone",
            "Limits of clients, and quotas with a known limit, that this instance counts alone"
                + " although they are to be shared.",
            live.limitsAlone().getAsLong()));
    all.addAll(memory());
    return all;
  }

  private static MetricSnapshot build(EngineState engine) {
    return InfoSnapshot.builder()
        .name("gemini_relay_build")
        .help("The program, as its only value: 1.")
        .dataPoint(
            InfoSnapshot.InfoDataPointSnapshot.builder()
                .labels(Labels.of("version", engine.version()))
                .build())
        .build();
  }

  private static MetricSnapshot one(String name, String help, long value) {
    return one(name, help, (double) value);
  }

  private static MetricSnapshot one(String name, String help, double value) {
    return new Gauge(name, help).row(value).done();
  }

  private static MetricSnapshot count(String name, String help, long value) {
    return CounterSnapshot.builder()
        .name(name)
        .help(help)
        .dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder().value((double) value).build())
        .build();
  }

  private static List<MetricSnapshot> connections(EngineState engine) {
    return List.of(
        one(
            "gemini_relay_client_connections",
            "Connections of clients.",
            engine.connections().getAsLong()),
        refusals(
            "gemini_relay_client_connections_refused",
            "Connections of clients that were not taken, by why.",
            engine.refusals(),
            false),
        refusals(
            "gemini_relay_client_connections_ended",
            "Connections that the gateway ended because of what the client did, by what.",
            engine.refusals(),
            true));
  }

  private static MetricSnapshot refusals(
      String name, String help, Refusals refusals, boolean open) {
    CounterSnapshot.Builder out = CounterSnapshot.builder().name(name).help(help);
    for (Refusal why : Refusal.values()) {
      if (why.wasOpen() == open) {
        out.dataPoint(
            CounterSnapshot.CounterDataPointSnapshot.builder()
                .labels(Labels.of("reason", Words.of(why)))
                .value((double) refusals.of(why))
                .build());
      }
    }
    return out.build();
  }

  private static MetricSnapshot clients(LiveState live) {
    Gauge gauge =
        new Gauge(
            "gemini_relay_client_requests_in_flight",
            "Requests begun and not ended, of clients that have a limit.",
            "client");
    live.crowd().clients().get().forEach(each -> gauge.row(each.inFlight(), each.name()));
    return gauge.done();
  }

  private static MetricSnapshot pools(EngineState engine) {
    int idle = 0;
    int busy = 0;
    int waiting = 0;
    int connecting = 0;
    for (EngineState.Pool each : engine.pools().get()) {
      idle += each.idle();
      busy += each.busy();
      waiting += each.waiting();
      connecting += each.connecting();
    }
    return new Gauge(
            "gemini_relay_upstream_pool",
            "Connections to targets that are idle or connecting, and requests that are busy on one"
                + " or waiting for one; at most a second old.",
            "state")
        .row(idle, "idle")
        .row(busy, "busy")
        .row(waiting, "waiting")
        .row(connecting, "connecting")
        .done();
  }

  private static List<MetricSnapshot> store(StoreFigure store) {
    return List.of(
        new Gauge(
                "gemini_relay_store_up",
                "Whether what is kept and shared could be reached when it was last tried: 1 or 0.",
                "store")
            .row(store.up() ? 1 : 0, store.name())
            .done(),
        one("gemini_relay_store_facts", "Facts that the store is thought to hold.", store.facts()),
        count(
            "gemini_relay_store_failures",
            "How often it was found that the store cannot be reached or written.",
            store.failures()));
  }

  private static List<MetricSnapshot> memory() {
    List<MetricSnapshot> all = new ArrayList<>();
    if (ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider allocator) {
      all.add(
          one(
              "gemini_relay_direct_memory_bytes",
              "Direct memory that the buffers' allocator holds, in use or not.",
              allocator.metric().usedDirectMemory()));
    }
    all.add(
        one(
            "gemini_relay_direct_memory_limit_bytes",
            "Direct memory that buffers may take.",
            PlatformDependent.maxDirectMemory()));
    return all;
  }
}
