package io.geminirelay.base.telemetry.metrics;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.exchange.Outcome;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.telemetry.Cells;
import io.geminirelay.base.telemetry.LoopCells;
import io.geminirelay.base.telemetry.Settled;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Every meter that events move, declared once; one for the whole engine. What has a state that can
 * be asked for is no meter of this class, but read when the page is made.
 *
 * <p>Told of every exchange on its event loop: it costs some look-ups and additions to what is that
 * loop's own, see {@link Cells}, and where the same was seen before, no allocation. Thread safe.
 */
public final class Meters implements Consumer<Settled> {
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final ModelNames models = new ModelNames();
  private final GroupNames groups = new GroupNames();
  private final Cells cells = new Cells();
  private final RequestMeters requests;
  private final StatusMeters statuses;
  private final AttemptMeters attempts;
  private final TimeMeters times;
  private final Counter changes;
  private final Gauge changedAt;
  private final LengthFamily loopDelay;
  private final int loopDelayCell;
  private final TimeSource time;

  /** Of the configuration in use. Guarded by this. */
  private Set<String> clientNames = new HashSet<>();

  private Set<String> groupNames = new HashSet<>();

  /** Meters that stand at zero. */
  public Meters(TimeSource time) {
    this.time = time;
    Family.Room room = new Family.Room(cells, time);
    requests = new RequestMeters(registry, room);
    statuses = new StatusMeters(registry, room);
    attempts = new AttemptMeters(registry, room, groups);
    times = new TimeMeters(registry, room);
    changes =
        Forms.counter(
                "gemini_relay_config_changes_total",
                "Configurations that the gateway was to go on with, by whether it does.")
            .labelNames("result")
            .register(registry);
    changes.initLabelValues("ok");
    changes.initLabelValues("refused");
    changedAt =
        Gauge.builder(Forms.SETTINGS)
            .name("gemini_relay_config_loaded_timestamp_seconds")
            .help("When the configuration in use was taken over.")
            .unit(Unit.SECONDS)
            .withoutExemplars()
            .register(registry);
    loopDelay =
        Forms.shortSeconds(
            "gemini_relay_event_loop_delay_seconds",
            "How much later than planned event loops get to what is due, ten times a second"
                + " each.",
            room);
    loopDelayCell = loopDelay.cell();
    registry.register(loopDelay);
  }

  /** Where all meters are. */
  public PrometheusRegistry registry() {
    return registry;
  }

  /** Which models have a label value. */
  public ModelNames models() {
    return models;
  }

  @Override
  public void accept(Settled settled) {
    boolean served = settled.outcome() == Outcome.SERVED && settled.status() < 400;
    String model = models.label(settled.model(), served);
    LoopCells mine = cells.mine();
    requests.count(mine, settled, model, groups.of(settled.key()));
    statuses.count(mine, settled);
    attempts.count(settled.trail());
    times.observe(mine, settled, model);
  }

  /** The gateway goes on with {@code config}. */
  public synchronized void configured(EngineConfig config) {
    Set<String> named = new HashSet<>();
    for (GroupConfig group : config.groups()) {
      named.addAll(group.modelAliases().keySet());
      named.addAll(group.modelAliases().values());
      group.limits().keySet().stream()
          .filter(pattern -> pattern.indexOf('*') < 0)
          .forEach(named::add);
    }
    models.configured(named);
    forget(config);
    changes.labelValues("ok").inc();
    changedAt.set(time.instant().toEpochMilli() / 1000.0);
  }

  /** What the last configuration had and this one has not leaves the page. */
  private void forget(EngineConfig config) {
    Set<String> nowClients =
        config.clients().stream().map(ClientConfig::name).collect(Collectors.toSet());
    Set<String> nowGroups =
        config.groups().stream().map(GroupConfig::name).collect(Collectors.toSet());
    clientNames.removeAll(nowClients);
    groupNames.removeAll(nowGroups);
    if (!clientNames.isEmpty() || !groupNames.isEmpty()) {
      requests.forget(clientNames, groupNames);
      attempts.forget(groupNames);
    }
    clientNames = nowClients;
    groupNames = nowGroups;
  }

  /** The gateway was to go on with another configuration, but could not. */
  public void refusedConfiguration() {
    changes.labelValues("refused").inc();
  }

  /** An event loop got to something {@code nanos} later than it was due. */
  public void loopWasLate(long nanos) {
    loopDelay.observe(cells.mine(), loopDelayCell, Math.max(0, nanos));
  }
}
