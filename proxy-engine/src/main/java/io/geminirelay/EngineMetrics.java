package io.geminirelay;

import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.telemetry.metrics.Meters;
import io.geminirelay.flow.accept.ClientConnections;
import io.geminirelay.flow.guard.ClientHold;
import io.geminirelay.flow.outbound.pool.LoopPools;
import io.geminirelay.flow.outbound.pool.PoolCounts;
import io.geminirelay.side.metrics.EngineState;
import io.geminirelay.side.metrics.LiveMetrics;
import io.geminirelay.side.metrics.LiveState;
import io.geminirelay.side.metrics.MetricsPage;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** The engine's metrics, put together: the meters, the page, and who watches the event loops. */
final class EngineMetrics {
  private final TimeSource time;
  private final Meters meters;
  private final MetricsPage page;
  private final List<LoopWatch> watches = new CopyOnWriteArrayList<>();

  EngineMetrics(TimeSource time) {
    this.time = time;
    this.meters = new Meters(time);
    this.page = new MetricsPage(meters.registry());
  }

  Meters meters() {
    return meters;
  }

  MetricsPage page() {
    return page;
  }

  /** Watches {@code loop}, which has {@code pools}. */
  void watch(EventLoop loop, LoopPools pools) {
    LoopWatch watch = new LoopWatch(loop, pools, meters::loopWasLate);
    watches.add(watch);
    watch.start();
  }

  /** How late the latest of the watched loops is. */
  long lateNanos() {
    long most = 0;
    for (LoopWatch each : watches) {
      most = Math.max(most, each.lateNanos());
    }
    return most;
  }

  /**
   * Adds what is read when a page is made.
   *
   * @param current the present generation
   */
  void read(EngineParts parts, ClientConnections connections, Supplier<Generation> current) {
    EngineState engine =
        new EngineState(
            Version.text(),
            time.instant().toEpochMilli() / 1000.0,
            parts.exits(),
            parts.settlement()::inFlight,
            connections::open,
            connections.refusals(),
            LogLevel::droppedLines,
            this::pools,
            parts.store(),
            parts.load());
    LiveMetrics.register(meters, engine, () -> live(current.get()));
  }

  private static LiveState.Shed shed(ClientHold hold) {
    return new LiveState.Shed(hold.name(), hold.priority(), hold.shed());
  }

  private List<EngineState.Pool> pools() {
    return watches.stream().map(LoopWatch::counts).map(EngineMetrics::pool).toList();
  }

  private static EngineState.Pool pool(PoolCounts counts) {
    return new EngineState.Pool(
        counts.idle(), counts.busy(), counts.waiting(), counts.connecting(), counts.streams());
  }

  private static LiveState live(Generation now) {
    return new LiveState(
        now.outbound().keys(),
        now.outbound().breakers(),
        now.config().groups().stream().map(GroupConfig::target).distinct().toList(),
        now.crowd(),
        now.vitals().usableKeys(),
        now.outbound().room()::waiting,
        () -> now.guards().clients().alone() + now.outbound().keys().quotasAlone(),
        () -> now.guards().holds().all().stream().map(EngineMetrics::shed).toList());
  }
}
