package io.geminirelay.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.geminirelay.Guards;
import io.geminirelay.RequestPipeline;
import io.geminirelay.base.config.ConfigLoader;
import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.exchange.HoldBudget;
import io.geminirelay.base.exchange.Route;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.load.Load;
import io.geminirelay.base.login.AdminCheck;
import io.geminirelay.base.state.StoreFigure;
import io.geminirelay.base.telemetry.Telemetry;
import io.geminirelay.base.tokens.TokenEstimate;
import io.geminirelay.flow.accept.Buffers;
import io.geminirelay.flow.accept.ClientConnections;
import io.geminirelay.flow.accept.ConnectionHandler;
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
import io.geminirelay.side.health.Crowd;
import io.geminirelay.side.health.HealthPages;
import io.geminirelay.side.health.HealthReport;
import io.geminirelay.side.health.Vitals;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ReflectiveChannelFactory;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The gateway's real pipelines between a client and an upstream that live in memory. */
final class MemoryRelay {
  private static final byte END = '~';
  private static final byte[] CHUNKS_END = "0\r\n\r\n".getBytes(UTF_8);

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
  private final byte[] answer;
  private @Nullable Channel client;
  private Run run = new Run(Unpooled.EMPTY_BUFFER, 0);

  MemoryRelay(byte[] answer) {
    this.answer = answer;
  }

  /** A JSON answer of 1 KB. */
  static byte[] unaryAnswer() {
    String body =
        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"" + "x".repeat(960) + "\"}]}}]}~";
    return ("HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=UTF-8\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body)
        .getBytes(UTF_8);
  }

  /** A stream of {@code events} events of 300 bytes, a chunk each. */
  static byte[] streamAnswer(int events) {
    String event =
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\""
            + "x".repeat(236)
            + "\"}]}}]}\r\n\r\n";
    String chunk = Integer.toHexString(event.length()) + "\r\n" + event + "\r\n";
    return ("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n"
            + chunk.repeat(events)
            + "0\r\n\r\n")
        .getBytes(UTF_8);
  }

  void start() throws Exception {
    LocalAddress upstream = (LocalAddress) listen(new Answering()).localAddress();
    Channel gateway = listen(gateway(upstream));
    client =
        new Bootstrap()
            .group(group)
            .channel(LocalChannel.class)
            .handler(new Asking())
            .connect(gateway.localAddress())
            .sync()
            .channel();
  }

  private Channel listen(ChannelHandler children) throws Exception {
    return new ServerBootstrap()
        .group(group)
        .channel(LocalServerChannel.class)
        .childHandler(children)
        .bind(LocalAddress.ANY)
        .sync()
        .channel();
  }

  private ConnectionHandler gateway(LocalAddress upstream) throws Exception {
    EngineConfig config = config();
    TimeSource time = TimeSource.SYSTEM;
    Exits exits = new Exits(time);
    Addresses addresses =
        new Addresses(
            new ReflectiveChannelFactory<>(NioDatagramChannel.class),
            new ReflectiveChannelFactory<>(NioSocketChannel.class),
            List.of());
    Connector connector =
        new Connector(
            () -> redirected(upstream), addresses, new UpstreamTls(), config.outbound(), exits);
    LoopPools pools =
        new LoopPools((EventLoop) group.iterator().next(), connector, config.outbound(), time);
    RetryBudget budget = new RetryBudget(config.outbound(), time);
    HoldBudget held = HoldBudget.of(config.server().limits().maxBodyBytes());
    KeyRing keys = KeyRing.of(config.groups(), config.keys(), time, new Random(1));
    Breakers breakers = new Breakers(config.breaker(), time);
    Outbound outbound =
        new Outbound(
            keys,
            breakers,
            new WaitingRoom(config.keys(), keys, breakers, time, group.next()),
            exits,
            config.keys().behavior(),
            new RetryPolicy(config.outbound(), budget, new Random(1)),
            budget,
            loop -> pools,
            config.outbound(),
            time,
            Edits.of(config.groups(), config.guard(), held));
    Vitals vitals =
        new Vitals(
            "bench",
            time.nanoTime(),
            () -> false,
            () -> true,
            () -> 1,
            () -> 0,
            () -> new StoreFigure("memory", true, 0, 0),
            new Load(),
            new HealthReport(
                keys,
                breakers,
                exits,
                List.of(),
                new Crowd(() -> CompletableFuture.completedStage(List.of()), List::of),
                time));
    TokenLimit tokens = TokenLimit.of(0, TokenEstimate::new, held, config.groups());
    RequestPipeline stages =
        new RequestPipeline(
            config,
            RequestPipeline.auth(config, config.server().reachable(), new AdminCheck(time)),
            Map.of(
                Route.HEALTH,
                new HealthPages(vitals, () -> CompletableFuture.completedStage(List.of()), time)),
            Guards.of(config, tokens, new Load(), time),
            outbound,
            new Settlement(time, new Telemetry(time)));
    return new ConnectionHandler(
        config.server(),
        new ClientConnections(100, 100, new Load()),
        null,
        () -> stages,
        Buffers.of(config.server().allocator()));
  }

  private static EngineConfig config() throws Exception {
    Path file = Files.createTempFile("relay", ".yaml");
    try {
      Files.writeString(
          file,
          "groups: [{name: a, target_url: \"http://127.0.0.1:1\", api_keys: [k1, k2, k3]}]\n");
      return ConfigLoader.load(new ConfigSource(file, Path.of(""), Map.of())).config();
    } finally {
      Files.delete(file);
    }
  }

  /** Asks {@code count} times, one after the other; returns the bytes that came back. */
  long ask(String method, int count) throws Exception {
    String body = "{\"contents\":[{\"parts\":[{\"text\":\"" + "y".repeat(970) + "\"}]}]}~";
    byte[] request =
        ("POST /v1beta/models/gemini-2.5-flash:"
                + method
                + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: "
                + body.length()
                + "\r\n\r\n"
                + body)
            .getBytes(UTF_8);
    Channel asking = Objects.requireNonNull(client, "not started");
    Run next = new Run(Unpooled.directBuffer().writeBytes(request), count);
    asking
        .eventLoop()
        .execute(
            () -> {
              run = next;
              next.send(asking);
            });
    long bytes = next.done.get(60, TimeUnit.SECONDS);
    next.request.release();
    return bytes;
  }

  void stop() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  /** One measured series; used on the loop, but for its future. */
  private static final class Run {
    final CompletableFuture<Long> done = new CompletableFuture<>();
    private final ByteBuf request;
    private int left;
    private long bytes;

    Run(ByteBuf request, int count) {
      this.request = request;
      this.left = count;
    }

    void send(Channel channel) {
      if (left-- == 0) {
        done.complete(bytes);
      } else {
        channel.writeAndFlush(request.retainedDuplicate());
      }
    }
  }

  /** The client: asks again when an answer has ended. */
  private final class Asking extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf buf = (ByteBuf) message;
      Run current = run;
      current.bytes += buf.readableBytes();
      boolean ended = ends(buf);
      buf.release();
      if (ended) {
        // A task of its own: on a socket no request could arrive from within the answer's write.
        ctx.executor().execute(() -> current.send(ctx.channel()));
      }
    }

    private boolean ends(ByteBuf buf) {
      int end = buf.writerIndex();
      if (!buf.isReadable()) {
        return false;
      }
      if (buf.getByte(end - 1) == END) {
        return true;
      }
      int from = end - CHUNKS_END.length;
      for (int i = 0; i < CHUNKS_END.length; i++) {
        if (from < buf.readerIndex() || buf.getByte(from + i) != CHUNKS_END[i]) {
          return false;
        }
      }
      return true;
    }
  }

  /** The upstream: answers when a request has ended. */
  private final class Answering extends ChannelInitializer<Channel> {
    private final ByteBuf bytes =
        Unpooled.unreleasableBuffer(Unpooled.directBuffer().writeBytes(answer).asReadOnly());

    @Override
    protected void initChannel(Channel channel) {
      channel
          .pipeline()
          .addLast(
              new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object message) {
                  ByteBuf buf = (ByteBuf) message;
                  boolean ended = buf.isReadable() && buf.getByte(buf.writerIndex() - 1) == END;
                  buf.release();
                  if (ended) {
                    ctx.writeAndFlush(bytes.duplicate());
                  }
                }
              });
    }
  }

  /** A channel that connects to the upstream in memory, whatever address it is given. */
  private static Channel redirected(LocalAddress upstream) {
    LocalChannel channel = new LocalChannel();
    channel
        .pipeline()
        .addLast(
            new ChannelOutboundHandlerAdapter() {
              @Override
              public void connect(
                  ChannelHandlerContext ctx,
                  SocketAddress remote,
                  SocketAddress local,
                  ChannelPromise promise) {
                ctx.connect(upstream, local, promise);
              }
            });
    return channel;
  }
}
