package io.geminirelay.bench.jmh;

import io.geminirelay.Guards;
import io.geminirelay.RequestPipeline;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.exchange.HoldBudget;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.load.Load;
import io.geminirelay.base.login.AdminCheck;
import io.geminirelay.base.telemetry.Settled;
import io.geminirelay.base.telemetry.Telemetry;
import io.geminirelay.base.telemetry.metrics.Meters;
import io.geminirelay.base.tokens.TokenEstimate;
import io.geminirelay.flow.accept.Buffers;
import io.geminirelay.flow.accept.ClientConnections;
import io.geminirelay.flow.accept.ConnectionHandler;
import io.geminirelay.flow.guard.AddressLimits;
import io.geminirelay.flow.guard.TokenLimit;
import io.geminirelay.flow.keys.Breakers;
import io.geminirelay.flow.keys.Exits;
import io.geminirelay.flow.keys.KeyRing;
import io.geminirelay.flow.outbound.Edits;
import io.geminirelay.flow.outbound.Outbound;
import io.geminirelay.flow.outbound.RetryBudget;
import io.geminirelay.flow.outbound.RetryPolicy;
import io.geminirelay.flow.outbound.WaitingRoom;
import io.geminirelay.flow.outbound.connect.Addresses;
import io.geminirelay.flow.outbound.connect.Connector;
import io.geminirelay.flow.outbound.connect.UpstreamTls;
import io.geminirelay.flow.outbound.pool.LoopPools;
import io.geminirelay.flow.settle.Settlement;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.ReflectiveChannelFactory;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The gateway for one event loop, put together as the engine does it, but for the transport. Used
 * on that loop.
 */
final class MemoryGateway {
  private static final int DEEP = 2_000_000_000;

  private final TimeSource time = TimeSource.SYSTEM;
  private final Exits exits = new Exits(time);
  private final Load load = new Load();
  private final EngineConfig config;
  private final HoldBudget held;
  private final LoopPools pools;
  private final RequestPipeline stages;
  private final ConnectionHandler connections;

  /**
   * A gateway with {@code equipment}.
   *
   * @param loop where all runs
   * @param upstreams makes channels that connect to the upstream, whatever address they are given
   */
  MemoryGateway(Equipment equipment, EventLoop loop, Supplier<Channel> upstreams) throws Exception {
    this.config = equipment.config();
    this.held = HoldBudget.of(config.server().limits().maxBodyBytes());
    ByteBufAllocator buffers = Buffers.of(config.server().allocator());
    Addresses addresses =
        new Addresses(
            new ReflectiveChannelFactory<>(NioDatagramChannel.class),
            new ReflectiveChannelFactory<>(NioSocketChannel.class),
            List.of());
    Connector connector =
        new Connector(
            () -> {
              Channel channel = upstreams.get();
              channel.config().setAllocator(buffers);
              return channel;
            },
            addresses,
            new UpstreamTls(),
            config.outbound(),
            exits);
    this.pools = new LoopPools(loop, connector, config.outbound(), time);
    this.stages = stages(outbound(loop), settlement(equipment));
    this.connections =
        new ConnectionHandler(
            config.server(), new ClientConnections(100, 100, load), null, () -> stages, buffers);
  }

  /** Prepares connections of clients. */
  ConnectionHandler connections() {
    return connections;
  }

  /** The stages of a request. */
  RequestPipeline stages() {
    return stages;
  }

  private Outbound outbound(EventLoop loop) {
    RetryBudget budget = new RetryBudget(config.outbound(), time);
    KeyRing keys = KeyRing.of(config.groups(), config.keys(), time, new Random(1));
    Breakers breakers = new Breakers(config.breaker(), time);
    breakers.knowing(config.groups().stream().map(GroupConfig::target).distinct().toList());
    exits.know(keys);
    return new Outbound(
        keys,
        breakers,
        new WaitingRoom(config.keys(), keys, breakers, time, loop),
        exits,
        config.keys().behavior(),
        new RetryPolicy(config.outbound(), budget, new Random(1)),
        budget,
        asking -> pools,
        config.outbound(),
        time,
        Edits.of(config.groups(), config.guard(), held));
  }

  private Settlement settlement(Equipment equipment) {
    if (equipment == Equipment.BARE) {
      return new Settlement(time, settled -> {});
    }
    Meters meters = new Meters(time);
    meters.configured(config);
    Consumer<Settled> told = new Telemetry(time).andThen(meters);
    return new Settlement(time, told);
  }

  private RequestPipeline stages(Outbound outbound, Settlement settlement) {
    TokenLimit tokens =
        TokenLimit.of(
            config.guard().maxTokensPerRequest(), TokenEstimate::new, held, config.groups());
    Guards guards = deep(Guards.of(config, tokens, load, time));
    guards.clients().begin();
    return new RequestPipeline(
        config,
        RequestPipeline.auth(config, config.server().reachable(), new AdminCheck(time)),
        Map.of(),
        guards,
        outbound,
        settlement);
  }

  /**
   * With so much room for an address that no benchmark gets to its end, however long it runs; a
   * bucket that fills faster instead would be let go of after each request.
   */
  private Guards deep(Guards guards) {
    return guards.addresses() == null
        ? guards
        : new Guards(
            new AddressLimits(config.guard().requestsPerMinute(), DEEP, time),
            guards.clients(),
            guards.tokens(),
            guards.load(),
            guards.holds());
  }
}
