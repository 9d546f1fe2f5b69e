package io.geminirelay;

import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.config.GuardConfig;
import io.geminirelay.base.exchange.HoldBudget;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.tokens.TextCounter;
import io.geminirelay.base.tokens.TokenCounters;
import io.geminirelay.base.tokens.TokenEstimate;
import io.geminirelay.flow.accept.ClientConnections;
import io.geminirelay.flow.accept.ConnectionHandler;
import io.geminirelay.flow.accept.Listener;
import io.geminirelay.flow.accept.ServerTls;
import io.geminirelay.flow.accept.Transport;
import io.geminirelay.flow.guard.ClientLimits;
import io.geminirelay.flow.guard.TokenLimit;
import io.geminirelay.flow.keys.Breakers;
import io.geminirelay.flow.keys.ExitFigure;
import io.geminirelay.flow.keys.Exits;
import io.geminirelay.flow.keys.KeyRing;
import io.geminirelay.flow.outbound.Edits;
import io.geminirelay.flow.outbound.Outbound;
import io.geminirelay.flow.outbound.RetryBudget;
import io.geminirelay.flow.outbound.RetryPolicy;
import io.geminirelay.flow.outbound.WaitingRoom;
import io.geminirelay.flow.outbound.connect.Addresses;
import io.geminirelay.flow.outbound.connect.Connector;
import io.geminirelay.flow.outbound.connect.ExitChecks;
import io.geminirelay.flow.outbound.connect.UpstreamTls;
import io.geminirelay.flow.outbound.pool.LoopPools;
import io.geminirelay.flow.settle.Settlement;
import io.geminirelay.side.health.Crowd;
import io.geminirelay.side.health.Vitals;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ReflectiveChannelFactory;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
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
    BUILT,
    /** Serving. */
    RUNNING,
    /** Finishing what is in flight, accepting nothing new. */
    DRAINING,
    /** Every connection is closed. */
    STOPPED
  }

  private static final long CLOCK_LOOK_SECONDS = 1;

  private final EngineConfig config;
  private final Transport transport;
  private final EventLoopGroup loops;
  private final IdentityHashMap<EventLoop, LoopPools> pools = new IdentityHashMap<>();
  private final Addresses addresses;
  private final Exits exits;
  private final ExitChecks checks;
  private final ClientConnections connections;
  private final KeyRing keys;
  private final Breakers breakers;
  private final WaitingRoom room;
  private final ConnectionHandler handler;
  private final AtomicReference<State> state = new AtomicReference<>(State.BUILT);
  private final CompletableFuture<Boolean> stopped = new CompletableFuture<>();
  private volatile @Nullable Listener listener;

  private Engine(EngineConfig config, TimeSource time) throws IOException {
    this.config = config;
    this.exits = new Exits(time);
    this.transport = Transport.choose(config.server().transport());
    UpstreamTls tls = new UpstreamTls();
    for (GroupConfig group : config.groups()) {
      tls.prepare(group.target().caFile(), group.target().protocol());
    }
    ServerTls serverTls =
        config.server().tls() == null ? null : ServerTls.load(config.server().tls());
    Supplier<TextCounter> counters = counters(config.guard());
    this.loops = transport.eventLoops(config.server().workers());
    this.addresses =
        new Addresses(
            new ReflectiveChannelFactory<>(transport.datagramChannel()),
            new ReflectiveChannelFactory<>(transport.clientChannel()));
    Connector connector =
        new Connector(
            new ReflectiveChannelFactory<>(transport.clientChannel()),
            addresses,
            tls,
            config.outbound(),
            exits);
    this.checks =
        new ExitChecks(
            loops.next(), connector, exits, config.outbound().exitCheck(), time, new Random());
    for (EventExecutor loop : loops) {
      pools.put(
          (EventLoop) loop, new LoopPools((EventLoop) loop, connector, config.outbound(), time));
    }
    this.connections = new ClientConnections(config.server().maxConnections());
    this.keys = KeyRing.of(config.groups(), config.keys(), time, new Random());
    this.breakers = new Breakers(config.breaker(), time);
    this.room = new WaitingRoom(config.keys(), keys, breakers, time, loops.next());
    this.handler = connectionHandler(time, serverTls, counters);
  }

  private ConnectionHandler connectionHandler(
      TimeSource time, @Nullable ServerTls serverTls, Supplier<TextCounter> counters) {
    var unused =
        loops
            .next()
            .scheduleWithFixedDelay(
                keys::lookAtClock, CLOCK_LOOK_SECONDS, CLOCK_LOOK_SECONDS, TimeUnit.SECONDS);
    exits.know(keys);
    RetryBudget budget = new RetryBudget(config.outbound(), time);
    HoldBudget held = HoldBudget.of(config.server().limits().maxBodyBytes());
    Outbound outbound =
        new Outbound(
            keys,
            breakers,
            room,
            exits,
            config.keys().behavior(),
            new RetryPolicy(config.outbound(), budget, new Random()),
            budget,
            this::poolsOf,
            config.outbound(),
            time,
            Edits.of(config.groups(), config.guard(), held));
    Settlement settlement = new Settlement(time);
    ClientLimits limits = ClientLimits.of(config.clients(), time);
    Crowd crowd = EngineVitals.crowd(room, limits);
    Vitals vitals =
        new EngineVitals(config, keys, breakers, exits, crowd, time)
            .vitals(this::isDraining, settlement::inFlight);
    TokenLimit tokens =
        TokenLimit.of(config.guard().maxTokensPerRequest(), counters, held, config.groups());
    RequestPipeline stages =
        new RequestPipeline(config, vitals, limits, tokens, outbound, settlement);
    return new ConnectionHandler(config.server(), connections, serverTls, stages);
  }

  /** What counting needs is loaded once, before anything listens, and only where it is done. */
  private static Supplier<TextCounter> counters(GuardConfig guard) throws IOException {
    Path vocabulary = guard.vocabulary();
    if (guard.maxTokensPerRequest() == 0) {
      return TokenEstimate::new;
    }
    if (vocabulary != null) {
      LOG.info("tokens are counted by {}", vocabulary);
      return TokenCounters.load(vocabulary)::counter;
    }
    LOG.info("tokens are estimated");
    TextCounter first = new TokenEstimate();
    first.reset();
    return TokenEstimate::new;
  }

  private LoopPools poolsOf(EventLoop loop) {
    LoopPools found = pools.get(loop);
    if (found == null) {
      throw new IllegalStateException("a client's channel runs on a foreign event loop");
    }
    return found;
  }

  /**
   * Builds an engine; nothing listens yet.
   *
   * @throws IOException if the listener's certificate or key cannot be used
   * @throws IllegalArgumentException if a CA file cannot be used
   * @throws IllegalStateException if a forced transport does not load
   */
  public static Engine of(EngineConfig config, TimeSource time) throws IOException {
    return new Engine(config, time);
  }

  /** Starts to listen; completes with the bound address, or fails if it cannot be bound. */
  public CompletionStage<InetSocketAddress> start() {
    return Listener.bind(config.server(), transport, loops, handler)
        .thenApply(
            bound -> {
              listener = bound;
              state.compareAndSet(State.BUILT, State.RUNNING);
              checks.start();
              LOG.info(
                  "listening on {} ({}, {} event loops)", bound.address(), transport, pools.size());
              return bound.address();
            });
  }

  /** The port it listens on; 0 before it does. */
  public int port() {
    Listener bound = listener;
    return bound == null ? 0 : bound.address().getPort();
  }

  /** How each exit is; for those who show it. */
  List<ExitFigure> exits() {
    return exits.figures();
  }

  /** Requests that wait for a key to come back. */
  public int waiting() {
    return room.waiting();
  }

  /** Where the engine stands. */
  public State state() {
    return state.get();
  }

  private boolean isDraining() {
    return state.get().compareTo(State.DRAINING) >= 0;
  }

  /**
   * Stops accepting, lets what is in flight finish up to the configured time, then closes.
   *
   * @return completes when stopped; true when nothing had to be cut off
   */
  public CompletionStage<Boolean> drain() {
    State before = state.getAndUpdate(s -> s.compareTo(State.DRAINING) < 0 ? State.DRAINING : s);
    if (before.compareTo(State.DRAINING) >= 0) {
      return stopped;
    }
    checks.stop();
    LOG.info("draining, {} connections open", connections.open());
    Listener bound = listener;
    CompletionStage<?> closed =
        bound == null ? CompletableFuture.completedStage(null) : bound.stopAccepting();
    closed
        .thenCompose(done -> connections.drain(config.server().drain(), loops.next()))
        .whenComplete((clean, failure) -> shutDown(failure == null && Boolean.TRUE.equals(clean)));
    return stopped;
  }

  private void shutDown(boolean clean) {
    pools.forEach((loop, its) -> loop.execute(its::close));
    var unused =
        loops
            .shutdownGracefully(0, 2, TimeUnit.SECONDS)
            .addListener(
                over -> {
                  addresses.close();
                  state.set(State.STOPPED);
                  LOG.info("stopped{}", clean ? "" : ", some requests were cut off");
                  stopped.complete(clean);
                });
  }

  /** Completes when the engine has stopped. */
  public CompletionStage<Boolean> stopped() {
    return stopped;
  }
}
