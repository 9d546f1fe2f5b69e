package io.geminirelay.side.metrics;

import io.geminirelay.base.telemetry.metrics.Meters;
import io.prometheus.metrics.config.PrometheusProperties;
import io.prometheus.metrics.instrumentation.jvm.JvmBufferPoolMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmRuntimeInfoMetric;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Adds to the meters what is read at the moment of a page: keys, quotas, targets, process. */
public final class LiveMetrics implements MultiCollector {
  private final Meters meters;
  private final EngineState engine;
  private final Supplier<LiveState> live;

  private LiveMetrics(Meters meters, EngineState engine, Supplier<LiveState> live) {
    this.meters = meters;
    this.engine = engine;
    this.live = live;
  }

  /**
   * Adds what {@code engine} and {@code live} tell to the registry of {@code meters}.
   *
   * @param live what the present configuration has made
   */
  public static void register(Meters meters, EngineState engine, Supplier<LiveState> live) {
    PrometheusRegistry registry = meters.registry();
    registry.register(new LiveMetrics(meters, engine, live));
    PrometheusProperties settings = PrometheusProperties.builder().build();
    // One by one: the rest registers listeners with the JVM that would outlive the engine.
    JvmBufferPoolMetrics.builder(settings).register(registry);
    JvmGarbageCollectorMetrics.builder(settings).register(registry);
    JvmMemoryMetrics.builder(settings).register(registry);
    JvmRuntimeInfoMetric.builder(settings).register(registry);
    JvmThreadsMetrics.builder(settings).register(registry);
    ProcessMetrics.builder(settings).register(registry);
  }

  @Override
  public MetricSnapshots collect() {
    LiveState now = live.get();
    List<MetricSnapshot> all = new ArrayList<>(KeyGauges.of(now));
    all.addAll(QuotaGauges.of(now, meters.models()));
    all.addAll(TargetGauges.of(now, engine.exits(), meters.models()));
    all.addAll(EngineGauges.of(engine, now));
    all.addAll(LoadGauges.of(engine.load(), now));
    return new MetricSnapshots(all);
  }
}
