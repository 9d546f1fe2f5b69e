package io.geminirelay.flow.outbound.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.base.config.Destination;
import io.geminirelay.base.config.EgressConfig;
import io.geminirelay.base.config.OutboundConfig;
import io.geminirelay.base.config.OutboundConfig.PoolConfig;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.config.UpstreamProtocol;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.flow.keys.Exits;
import io.geminirelay.flow.outbound.connect.Addresses;
import io.geminirelay.flow.outbound.connect.Connector;
import io.geminirelay.flow.outbound.connect.UpstreamTls;
import io.geminirelay.flow.relay.ResponseSink;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Real pools on a loop of their own, driven from the test's thread, with a settable ticker. */
final class PoolBench implements AutoCloseable {
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  final EventLoop loop = group.next();
  final AtomicLong skippedNanos = new AtomicLong();
  final LoopPools pools;
  private final UpstreamTls tls = new UpstreamTls();
  private final Addresses addresses =
      new Addresses(NioDatagramChannel::new, NioSocketChannel::new, List.of());

  PoolBench(int maxConnections, int maxStreams) {
    Duration clock = Duration.ofSeconds(5);
    OutboundConfig config =
        new OutboundConfig(
            clock,
            clock,
            clock,
            clock,
            clock,
            3,
            2,
            1 << 20,
            0.2,
            3,
            new PoolConfig(
                8, maxConnections, maxStreams, Duration.ofMinutes(1), Duration.ofMinutes(10)),
            Duration.ZERO,
            Duration.ZERO,
            List.of());
    TimeSource time =
        new TimeSource() {
          @Override
          public long nanoTime() {
            return System.nanoTime() + skippedNanos.get();
          }

          @Override
          public Instant instant() {
            return Instant.now();
          }
        };
    pools =
        new LoopPools(
            loop,
            new Connector(NioSocketChannel::new, addresses, tls, config, new Exits(time)),
            config,
            time);
  }

  static Destination plain(int port, UpstreamProtocol protocol, @Nullable EgressConfig egress) {
    return new Destination(new TargetConfig(false, "localhost", port, "", protocol, null), egress);
  }

  static Destination tls(
      String host,
      int port,
      UpstreamProtocol protocol,
      @Nullable Path ca,
      @Nullable EgressConfig egress) {
    return new Destination(new TargetConfig(true, host, port, "", protocol, ca), egress);
  }

  <T> T on(Callable<T> task) throws Exception {
    return loop.submit(task).get(10, TimeUnit.SECONDS);
  }

  CompletableFuture<UpstreamLease> asks(Destination destination, boolean freshOnly) {
    CompletableFuture<UpstreamLease> asked = new CompletableFuture<>();
    Runnable asking =
        () ->
            pools.lease(
                destination,
                freshOnly,
                new LeaseListener() {
                  @Override
                  public void leased(UpstreamLease lease) {
                    asked.complete(lease);
                  }

                  @Override
                  public void failed(Fault fault) {
                    asked.completeExceptionally(new FaultSeen(fault));
                  }
                });
    if (loop.inEventLoop()) {
      asking.run();
    } else {
      loop.execute(asking);
    }
    return asked;
  }

  UpstreamLease lease(Destination destination) throws Exception {
    return asks(destination, false).get(20, TimeUnit.SECONDS);
  }

  Fault refusal(Destination destination) throws Exception {
    try {
      asks(destination, false).orTimeout(20, TimeUnit.SECONDS).join().discard();
      throw new AssertionError("a lease was given");
    } catch (CompletionException e) {
      return ((FaultSeen) e.getCause()).fault;
    }
  }

  /** Sends a GET and reads its answer whole, or as far as it comes. */
  Answer get(UpstreamLease lease, boolean reading) throws Exception {
    Answer answer = new Answer(lease, reading);
    on(
        () -> {
          lease.responses().attach(answer);
          DefaultFullHttpRequest request =
              new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/x");
          request.headers().set("host", "localhost");
          lease.channel().writeAndFlush(request);
          if (reading) {
            lease.channel().read();
          }
          return 0;
        });
    return answer;
  }

  String exchange(Destination destination) throws Exception {
    UpstreamLease lease = lease(destination);
    String text = get(lease, true).whole.get(10, TimeUnit.SECONDS);
    on(
        () -> {
          lease.giveBack();
          return 0;
        });
    return text;
  }

  /** Lets {@code server} answer on a connection that is closed afterwards. */
  void afresh(Destination destination, TlsServer server) throws Exception {
    // What is not prepared is made for each connection, and forgets its sessions.
    tls.use(tls.prepared(List.of(destination.target())));
    UpstreamLease lease = lease(destination);
    Answer answer = get(lease, true);
    if (lease.http2()) {
      TlsServer.answer(server.stream(), 3, true);
    }
    assertEquals(3, answer.whole.get(10, TimeUnit.SECONDS).length());
    Channel channel = lease.channel();
    Channel connection = lease.http2() ? channel.parent() : channel;
    on(lease.http2() ? connection::close : () -> discarded(lease));
    await(() -> !connection.isOpen());
  }

  private static boolean discarded(UpstreamLease lease) {
    lease.discard();
    return true;
  }

  void skip(Duration time) {
    skippedNanos.addAndGet(time.toNanos());
  }

  /** Waits for a condition on the loop. */
  void await(Callable<Boolean> condition) throws Exception {
    CompletableFuture<Boolean> met = new CompletableFuture<>();
    loop.execute(
        new Runnable() {
          @Override
          public void run() {
            try {
              if (condition.call()) {
                met.complete(true);
              } else if (!met.isDone()) {
                loop.schedule(this, 2, TimeUnit.MILLISECONDS);
              }
            } catch (Exception e) {
              met.completeExceptionally(e);
            }
          }
        });
    met.orTimeout(10, TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    loop.submit(pools::close).awaitUninterruptibly(10, TimeUnit.SECONDS);
    addresses.close();
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS);
  }

  /** A fault, thrown to the test. */
  static final class FaultSeen extends RuntimeException {
    private static final long serialVersionUID = 1L;
    final transient Fault fault;

    FaultSeen(Fault fault) {
      super(fault.toString());
      this.fault = fault;
    }
  }

  /** The answer as it comes. */
  static final class Answer implements ResponseSink {
    final CompletableFuture<String> whole = new CompletableFuture<>();
    final CompletableFuture<HttpResponse> head = new CompletableFuture<>();
    private final StringBuilder text = new StringBuilder();
    private final UpstreamLease lease;
    private volatile boolean reading;

    Answer(UpstreamLease lease, boolean reading) {
      this.lease = lease;
      this.reading = reading;
    }

    /** How much has come; for the loop. */
    int length() {
      return text.length();
    }

    /** Reads no more than was asked for already. */
    void stop() {
      reading = false;
    }

    /** Reads all there is, and all that comes. */
    void goOn() {
      Channel channel = lease.channel();
      channel.eventLoop().execute(() -> channel.config().setAutoRead(true));
    }

    Fault brokenBy() throws Exception {
      try {
        throw new AssertionError("whole: " + whole.orTimeout(10, TimeUnit.SECONDS).join());
      } catch (CompletionException e) {
        return ((FaultSeen) e.getCause()).fault;
      }
    }

    @Override
    public void head(HttpResponse response) {
      head.complete(response);
    }

    @Override
    public void take(HttpContent chunk) {
      text.append(chunk.content().toString(StandardCharsets.UTF_8));
      chunk.release();
    }

    @Override
    public void takeLast(LastHttpContent last) {
      take(last);
      whole.complete(text.toString());
    }

    @Override
    public void readComplete() {
      if (reading) {
        lease.channel().read();
      }
    }

    @Override
    public void writabilityChanged(boolean writable) {}

    @Override
    public void broken(Fault fault) {
      head.completeExceptionally(new FaultSeen(fault));
      whole.completeExceptionally(new FaultSeen(fault));
    }
  }
}
