package io.geminirelay;

import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.flow.accept.Buffers;
import io.geminirelay.flow.accept.Transport;
import io.geminirelay.flow.keys.Breakers;
import io.geminirelay.flow.keys.Exits;
import io.geminirelay.flow.keys.KeyRing;
import io.geminirelay.flow.outbound.check.KeyCheck;
import io.geminirelay.flow.outbound.connect.Addresses;
import io.geminirelay.flow.outbound.connect.UpstreamTls;
import io.geminirelay.flow.outbound.pool.LoopPools;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * The part of a gateway that asks Google, without the part that listens: for verifying the keys of
 * a configuration from the command line. Thread safe.
 */
public final class Verification implements AutoCloseable {
  private final EventLoopGroup loops;
  private final EventLoop loop;
  private final Addresses addresses;
  private final LoopPools pools;
  private final KeyRing keys;
  private final Exits exits;
  private final Breakers breakers;
  private final KeyCheck check;

  /**
   * Builds what {@code config} needs on one event loop.
   *
   * @throws IllegalArgumentException if a CA file cannot be used
   * @throws IllegalStateException if a forced transport does not load
   */
  public Verification(EngineConfig config, TimeSource time) {
    UpstreamTls tls = new UpstreamTls();
    tls.use(tls.prepared(config.groups().stream().map(GroupConfig::target).toList()));
    this.keys = KeyRing.of(config.groups(), config.keys(), time, new Random());
    this.exits = new Exits(time);
    exits.know(keys);
    this.breakers = new Breakers(config.breaker(), time);
    Transport transport = Transport.choose(config.server().transport());
    ByteBufAllocator buffers = Buffers.of(config.server().allocator());
    this.loops = transport.eventLoops(1);
    this.loop = (EventLoop) loops.iterator().next();
    UpstreamWay way = UpstreamWay.of(transport, buffers, config.outbound(), tls, exits);
    this.addresses = way.addresses();
    this.pools = new LoopPools(loop, way.connector(), config.outbound(), time);
    this.check =
        new KeyCheck(
            loop, pools, new KeyCheck.Learners(keys, breakers, exits), config.outbound(), time);
  }

  /** The keys, with what checks have shown of them. */
  public KeyRing keys() {
    return keys;
  }

  /** How the exits are. */
  public Exits exits() {
    return exits;
  }

  /** The breakers of the targets. */
  public Breakers breakers() {
    return breakers;
  }

  /** Who asks. */
  public KeyCheck check() {
    return check;
  }

  /** Closes every connection and ends the event loop. Blocking. */
  @Override
  public void close() {
    loop.submit(pools::close).syncUninterruptibly();
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    addresses.close();
  }
}
