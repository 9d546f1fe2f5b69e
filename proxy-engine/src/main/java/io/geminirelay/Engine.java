package io.geminirelay;

import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.edit.ConfigStore;
import io.geminirelay.base.exchange.HoldBudget;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.load.Descriptors;
import io.geminirelay.base.load.Load;
import io.geminirelay.base.login.AdminCheck;
import io.geminirelay.base.service.HandedSocket;
import io.geminirelay.base.telemetry.LogLevels;
import io.geminirelay.base.telemetry.Telemetry;
import io.geminirelay.flow.accept.Buffers;
import io.geminirelay.flow.accept.ClientConnections;
import io.geminirelay.flow.accept.ConnectionHandler;
import io.geminirelay.flow.accept.Listeners;
import io.geminirelay.flow.accept.ServerTls;
import io.geminirelay.flow.accept.Transport;
import io.geminirelay.flow.keys.ExitFigure;
import io.geminirelay.flow.keys.Exits;
import io.geminirelay.flow.outbound.connect.Connector;
import io.geminirelay.flow.outbound.connect.ExitChecks;
import io.geminirelay.flow.outbound.connect.UpstreamTls;
import io.geminirelay.flow.outbound.pool.LoopPools;
import io.geminirelay.flow.settle.Settlement;
import io.geminirelay.side.admin.pages.AdminRoom;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway, put together: the only place that knows every part.
 *
 * <p>Configured, then {@link #start() running}, then {@link #drain() draining}, then stopped.
 * Thread safe.
 */
public final class Engine {
  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

  /** Where the engine stands; constants are in the order of its life. */
  public enum State {
    /** Built, not yet listening. */
    BUILT("starting"),
    /** Serving. */
    RUNNING("serving"),
    /** Finishing what is in flight, accepting nothing new. */
    DRAINING("draining"),
    /** Every connection is closed. */
    STOPPED("stopped");

    private final String words;

    State(String words) {
      this.words = words;
    }
  }

  private static final long CLOCK_LOOK_SECONDS = 1;

  /** A change counts once it has been there for two looks. */
  private static final Duration FILE_LOOK = Duration.ofMillis(500);

  private final EngineConfig started;
  private final Transport transport;
  private final EventLoopGroup loops;
  private final PoolsByLoop pools;
  private final UpstreamWay way;
  private final Operator operator;
  private final Administration administration;
  private final EngineParts parts;
  private final EngineMetrics metrics;
  private final Telemetry telemetry;
  private final ExitChecks checks;
  private final KeptState kept;
  private final ClientConnections connections;
  private final LoadWatch watch;
  private final Listeners listeners;
  private final @Nullable ServerTls listenerTls;
  private final AtomicReference<State> state = new AtomicReference<>(State.BUILT);
  private final CompletableFuture<Boolean> stopped = new CompletableFuture<>();
  private volatile Generation current;

  private Engine(
      EngineConfig config,
      @Nullable ConfigStore store,
      TimeSource time,
      @Nullable HandedSocket handed,
      ByteBufAllocator buffers)
      throws IOException {
    if (handed != null) {
      handed.requireGuarded(config);
    }
    this.started = config;
    LogLevel.hide(config);
    Exits exits = new Exits(time);
    this.transport = Transport.choose(config.server().transport());
    UpstreamTls tls = new UpstreamTls();
    NamedFiles files = NamedFiles.read(config, tls, null);
    tls.use(files.upstream());
    this.listenerTls = files.listener();
    this.loops = transport.eventLoops(config.server().workers());
    Load load = new Load();
    this.connections =
        new ClientConnections(config.server().maxConnections(), Descriptors.roomForClients(), load);
    this.metrics = new EngineMetrics(time);
    this.telemetry = new Telemetry(time);
    this.kept = new KeptState(config.state(), () -> current, exits, time);
    AdminCheck tokens = new AdminCheck(time);
    this.operator = new Operator(() -> current, new Course(), store, config, connections::open);
    this.administration =
        new Administration(
            () -> current.config(),
            new AdminRoom(
                operator::view,
                operator.actions(),
                telemetry,
                new LogLevels(() -> current.config().telemetry()),
                time),
            tokens);
    this.parts =
        new EngineParts(
            time,
            time.nanoTime(),
            config.server(),
            handed,
            loops.next(),
            exits,
            tls,
            this::poolsOf,
            HoldBudget.of(config.server().limits().maxBodyBytes()),
            new Settlement(time, telemetry.andThen(metrics.meters())),
            this::isDraining,
            tokens,
            kept::figure,
            load,
            Map.of(Route.ADMIN, administration.pages(), Route.METRICS, metrics.page()));
    this.way = UpstreamWay.of(transport, buffers, config.outbound(), tls, exits);
    Connector connector = way.connector();
    this.checks =
        new ExitChecks(
            loops.next(), connector, exits, config.outbound().exitCheck(), time, new Random());
    this.pools =
        new PoolsByLoop(loops, loop -> new LoopPools(loop, connector, config.outbound(), time));
    pools.forEach(metrics::watch);
    this.current = Generation.of(config, files.counters(), parts, null);
    metrics.meters().configured(config);
    metrics.read(parts, connections, () -> current);
    this.watch =
        new LoadWatch(
            load,
            () -> current,
            parts.settlement()::inFlight,
            metrics::lateNanos,
            connections,
            buffers);
    exits.know(current.outbound().keys());
    ConnectionHandler handler =
        new ConnectionHandler(
            config.server(), connections, listenerTls, () -> current.stages(), buffers);
    this.listeners = new Listeners(config.server(), transport, loops, connections, handler, handed);
    var unused =
        loops
            .next()
            .scheduleWithFixedDelay(
                () -> current.outbound().keys().lookAtClock(),
                CLOCK_LOOK_SECONDS,
                CLOCK_LOOK_SECONDS,
                TimeUnit.SECONDS);
  }

  /**
   * Goes on with {@code config}: requests that begin from now on follow it, those under way end as
   * they began. Keys keep their states. Blocking where files are to be read; not for an event loop.
   *
   * @return names of settings that changed and that only a restart brings into effect
   * @throws IOException if a file that it names cannot be used, or its address cannot be bound;
   *     then nothing changes
   * @throws IllegalArgumentException if a CA file cannot be used; then nothing changes
   */
  public synchronized List<String> apply(EngineConfig config) throws IOException {
    LogLevel.hide(config);
    HandedSocket handed = parts.handed();
    if (handed != null) {
      handed.requireGuarded(config);
    }
    NamedFiles files = NamedFiles.read(config, parts.tls(), current.counters());
    Listeners.Change change = listeners.prepare(config.server().keeping(started.server()));
    swap(config, files, change);
    return RestartNeeds.of(started, config, parts.handed() != null);
  }

  private void swap(EngineConfig config, NamedFiles files, Listeners.Change change) {
    Generation before = current;
    Generation next;
    try {
      next = Generation.of(config, files.counters(), parts, before);
    } catch (RuntimeException e) {
      change.abandon();
      throw e;
    }
    parts.tls().use(files.upstream());
    ServerTls certificate = files.listener();
    if (listenerTls != null && certificate != null) {
      listenerTls.follow(certificate);
    }
    parts.exits().know(next.outbound().keys());
    parts.held().fit(config.server().limits().maxBodyBytes());
    current = next;
    next.guards().clients().begin();
    // Only now, as what was bound serves whom this configuration lets in.
    change.carryOut();
    metrics.meters().configured(config);
    before.retire();
  }

  /** What the operator has done to the engine. */
  private final class Course implements Operator.Successor {
    @Override
    public void apply(EngineConfig config) throws IOException {
      var unused = Engine.this.apply(config);
    }

    @Override
    public List<String> restartNeeds(EngineConfig before, EngineConfig next) {
      return RestartNeeds.of(before, next, parts.handed() != null);
    }

    @Override
    public void refused() {
      metrics.meters().refusedConfiguration();
    }
  }

  /**
   * Reads the configuration anew, as the admin interface does; the log tells what came of it. Does
   * nothing at the very end.
   *
   * @param begins told before it is read
   * @param over told when the new one is in force, or the old one stays
   */
  void reload(Runnable begins, Runnable over) {
    String why = "a signal asked for it";
    if (!administration.run(() -> operator.reloadLogged(why, begins, over))) {
      LOG.info("stopping: the configuration is not read anew");
    }
  }

  /** How the gateway is, in a line for people. */
  String status() {
    return "%s; %d connections, %d usable keys"
        .formatted(
            state.get().words, connections.open(), current.vitals().usableKeys().getAsLong());
  }

  /** The event loops that serve. */
  List<EventExecutor> loops() {
    return pools.loops();
  }

  private LoopPools poolsOf(EventLoop loop) {
    return pools.of(loop);
  }

  /**
   * Builds an engine; nothing listens yet.
   *
   * @throws IOException if the listener's certificate or key cannot be used
   * @throws IllegalArgumentException if a CA file cannot be used
   * @throws IllegalStateException if a forced transport does not load
   */
  public static Engine of(EngineConfig config, TimeSource time) throws IOException {
    return of(config, time, Buffers.of(config.server().allocator()));
  }

  /** The same with buffers from {@code buffers}, whatever {@code config} says. */
  public static Engine of(EngineConfig config, TimeSource time, ByteBufAllocator buffers)
      throws IOException {
    return new Engine(config, null, time, null, buffers);
  }

  /**
   * Builds an engine whose configuration, {@code config}, can be changed and read anew while it
   * runs; else as the other.
   *
   * @param store where {@code config} was loaded from
   */
  public static Engine of(EngineConfig config, ConfigStore store, TimeSource time)
      throws IOException {
    return of(config, store, time, null);
  }

  /**
   * The same, which listens on {@code handed} instead of any address that a configuration names.
   *
   * @param handed what the service manager has opened; null for nothing
   */
  static Engine of(
      EngineConfig config, ConfigStore store, TimeSource time, @Nullable HandedSocket handed)
      throws IOException {
    return new Engine(config, store, time, handed, Buffers.of(config.server().allocator()));
  }

  /**
   * Learns what was kept, then starts to listen; completes with the bound address, or fails if it
   * cannot be bound.
   */
  public CompletionStage<InetSocketAddress> start() {
    return kept.start().thenCompose(known -> listeners.start()).thenApply(this::listening);
  }

  /** Begins what goes on while it serves, unless it was told to end meanwhile. */
  InetSocketAddress listening(InetSocketAddress address) {
    if (state.compareAndSet(State.BUILT, State.RUNNING)) {
      checks.start();
      watch.start();
      administration.repeat(operator::lookAtFiles, FILE_LOOK);
      LOG.info("listening on {} ({}, {} event loops)", address, transport, loops().size());
    }
    return address;
  }

  /** The port it listens on; 0 before it does. */
  public int port() {
    return listeners.port();
  }

  /** How each exit is; for those who show it. */
  List<ExitFigure> exits() {
    return parts.exits().figures();
  }

  /** The admin interface; for those who compare it with its description. */
  Administration administration() {
    return administration;
  }

  /** Requests that wait for a key to come back. */
  public int waiting() {
    return current.outbound().room().waiting();
  }

  /** Where the engine stands. */
  public State state() {
    return state.get();
  }

  private boolean isDraining() {
    return state.get().compareTo(State.DRAINING) >= 0;
  }

  /**
   * Says that it ends, stops accepting after the configured delay, lets what is in flight finish up
   * to the configured time, then closes.
   *
   * @return completes when stopped; true when nothing had to be cut off
   */
  public CompletionStage<Boolean> drain() {
    State before = state.getAndUpdate(s -> s.compareTo(State.DRAINING) < 0 ? State.DRAINING : s);
    if (before.compareTo(State.DRAINING) >= 0) {
      return stopped;
    }
    checks.stop();
    administration.drain();
    LOG.info("draining, {} connections open", connections.open());
    new Ending(listeners, administration, kept, pools, loops, way.connector(), way.addresses())
        .begin(before == State.BUILT ? Duration.ZERO : current.config().server().drainDelay())
        .thenAccept(
            clean -> {
              watch.stop();
              state.set(State.STOPPED);
              LOG.info("stopped{}", clean ? "" : ", some requests were cut off");
              stopped.complete(clean);
            });
    return stopped;
  }

  Duration drainTime() {
    return current.config().server().wholeDrain();
  }

  /** Completes when the engine has stopped. */
  public CompletionStage<Boolean> stopped() {
    return stopped;
  }
}
