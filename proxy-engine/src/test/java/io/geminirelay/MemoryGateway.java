package io.geminirelay;

import io.geminirelay.base.config.ConfigException;
import io.geminirelay.base.config.ConfigLoader;
import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.exchange.HoldBudget;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.load.Load;
import io.geminirelay.base.login.AdminCheck;
import io.geminirelay.base.state.StoreFigure;
import io.geminirelay.base.telemetry.Settled;
import io.geminirelay.flow.accept.ClientConnections;
import io.geminirelay.flow.accept.ConnectionHandler;
import io.geminirelay.flow.keys.Exits;
import io.geminirelay.flow.outbound.connect.Addresses;
import io.geminirelay.flow.outbound.connect.Connector;
import io.geminirelay.flow.outbound.connect.UpstreamTls;
import io.geminirelay.flow.outbound.pool.LoopPools;
import io.geminirelay.flow.settle.Settlement;
import io.geminirelay.testing.MemoryChannel;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.Ticker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The gateway's whole way of a request, from a client's bytes to the upstream's and back, on one
 * event loop that the calling thread turns by hand, with connections in memory and a clock that
 * stands still unless told. The same input thus always gives the same run. One thread only.
 */
public final class MemoryGateway implements AutoCloseable {
  private static final Addresses ADDRESSES =
      new Addresses(NioDatagramChannel::new, NioSocketChannel::new, List.of());
  private static final int MOST_ROUNDS = 100_000;

  private final Clock clock = new Clock();
  private final UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(false, true);
  private final ManualIoEventLoop loop =
      new ManualIoEventLoop(null, Thread.currentThread(), LocalIoHandler.newFactory(), clock);
  private final List<MemoryChannel> clients = new ArrayList<>();
  private final List<MemoryChannel> upstreams = new ArrayList<>();
  private final List<Settled> settled = new ArrayList<>();
  private final Settlement settlement = new Settlement(clock, settled::add);
  private final LoopPools pools;
  private final ConnectionHandler handler;

  /**
   * A gateway with {@code config}, which names no file and no other host than 127.0.0.1.
   *
   * @param connected is given each connection to the upstream before it is used
   */
  public MemoryGateway(EngineConfig config, Consumer<MemoryChannel> connected) {
    Exits exits = new Exits(clock);
    UpstreamTls tls = new UpstreamTls();
    Connector connector =
        new Connector(
            () -> {
              MemoryChannel channel = MemoryChannel.connecting();
              channel.config().setAllocator(buffers);
              upstreams.add(channel);
              connected.accept(channel);
              return channel;
            },
            ADDRESSES,
            tls,
            config.outbound(),
            exits);
    this.pools = new LoopPools(loop, connector, config.outbound(), clock);
    EngineParts parts =
        new EngineParts(
            clock,
            clock.nanoTime(),
            config.server(),
            null,
            loop,
            exits,
            tls,
            any -> pools,
            HoldBudget.of(config.server().limits().maxBodyBytes()),
            settlement,
            () -> false,
            new AdminCheck(clock),
            () -> new StoreFigure("none", true, 0, 0),
            new Load(),
            Map.of());
    Generation generation;
    try {
      generation = Generation.of(config, Counters.of(config.guard(), null), parts, null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    exits.know(generation.outbound().keys());
    this.handler =
        new ConnectionHandler(
            config.server(),
            new ClientConnections(config.server().maxConnections(), Integer.MAX_VALUE, new Load()),
            null,
            generation::stages,
            buffers);
  }

  /** What a text of YAML says. */
  public static EngineConfig config(String yaml) {
    try {
      Path folder = Files.createTempDirectory("memory-gateway");
      Path file = Files.writeString(folder.resolve("config.yaml"), yaml);
      try {
        return ConfigLoader.load(new ConfigSource(file, folder, Map.of())).config();
      } finally {
        Files.delete(file);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ConfigException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** A client that has just connected from 127.0.0.1. */
  public MemoryChannel connect() {
    MemoryChannel channel = MemoryChannel.accepted(new InetSocketAddress("127.0.0.1", 3));
    clients.add(channel);
    channel.pipeline().addLast(handler);
    channel.unsafe().register(loop, channel.newPromise());
    run();
    return channel;
  }

  /** The connections to the upstream so far. */
  public List<MemoryChannel> upstreams() {
    return upstreams;
  }

  /** The exchanges that are over. */
  public List<Settled> settled() {
    return settled;
  }

  /** Exchanges begun and not over. */
  public long inFlight() {
    return settlement.inFlight();
  }

  /** Bytes in buffers that nobody has given back. */
  public long bytesHeld() {
    return buffers.metric().usedHeapMemory() + buffers.metric().usedDirectMemory();
  }

  /** Does all that there is to do at this moment. */
  public void run() {
    for (int round = 0; loop.runNow() > 0; round++) {
      if (round > MOST_ROUNDS) {
        throw new AssertionError("it never comes to rest");
      }
    }
    upstreams.forEach(MemoryChannel::check);
  }

  /** Lets so much time go by. */
  public void advance(Duration time) {
    clock.nanos += time.toNanos();
    run();
  }

  /** Every client goes, then the upstream; nothing may be left. */
  @Override
  public void close() {
    for (MemoryChannel client : clients) {
      client.close();
    }
    run();
    pools.close();
    run();
    upstreams.forEach(MemoryChannel::close);
    run();
    advance(Duration.ofMinutes(10));
    // The loop has no thread and no file of its own: it is left as it is.
  }

  /** Stands still unless moved. */
  private static final class Clock implements TimeSource, Ticker {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private long nanos = TimeUnit.HOURS.toNanos(1);

    @Override
    public long nanoTime() {
      return nanos;
    }

    @Override
    public long initialNanoTime() {
      return 0;
    }

    @Override
    public void sleep(long delay, TimeUnit unit) {
      throw new UnsupportedOperationException("nobody sleeps here");
    }

    @Override
    public Instant instant() {
      return START.plusNanos(nanos);
    }
  }
}
