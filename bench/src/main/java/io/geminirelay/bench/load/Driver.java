package io.geminirelay.bench.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/** Clients in a closed loop: each connection asks again once its answer is complete. */
final class Driver implements AutoCloseable {
  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final AtomicReference<String> failure = new AtomicReference<>("");
  private final List<Channel> channels = new ArrayList<>();
  private final List<ByteBuf> requests;
  private final Workload workload;
  private final int pauseMillis;
  private final @Nullable Recorder latencies;

  /** Which of the requests the next connection sends; for the event loop alone. */
  private int next;

  /** Written by the event loop alone. */
  private volatile long count;

  /** Opens the workload's connections to {@code port} and starts asking. */
  Driver(Workload workload, int port) {
    this(workload, port, workload.connections(), 0, null, List.of(Workload.MODEL));
  }

  /**
   * The same with so many connections.
   *
   * @param pauseMillis how long each waits after an answer
   * @param latencies takes the microseconds from each request to the end of its answer
   * @param models each connection asks for one, in turn
   */
  Driver(
      Workload workload,
      int port,
      int connections,
      int pauseMillis,
      @Nullable Recorder latencies,
      List<String> models) {
    this.workload = workload;
    this.requests = models.stream().map(workload::request).toList();
    this.pauseMillis = pauseMillis;
    this.latencies = latencies;
    Bootstrap clients =
        new Bootstrap()
            .group(loop)
            .channel(EpollSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new Client(requests.get(next++ % models.size())));
                  }
                });
    for (int i = 0; i < connections; i++) {
      channels.add(
          clients.connect(InetAddress.getLoopbackAddress(), port).syncUninterruptibly().channel());
    }
  }

  /** Requests or events answered so far. */
  long count() {
    return count;
  }

  /**
   * Lets it run.
   *
   * @throws IllegalStateException if an answer was wrong or a connection was lost
   */
  void run(long seconds) throws InterruptedException {
    TimeUnit.SECONDS.sleep(seconds);
    String wrong = failure.get();
    if (!wrong.isEmpty()) {
      throw new IllegalStateException(workload.label() + ": " + wrong);
    }
  }

  @Override
  public void close() {
    failure.compareAndSet("", "closed");
    channels.forEach(channel -> channel.close().syncUninterruptibly());
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    requests.forEach(ByteBuf::release);
  }

  private final class Client extends ChannelInboundHandlerAdapter {
    private final MessageEnd end = new MessageEnd();
    private final ByteBuf request;
    private long askedNanos;

    Client(ByteBuf request) {
      this.request = request;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      askLater(ctx);
    }

    private void askLater(ChannelHandlerContext ctx) {
      if (pauseMillis == 0) {
        ask(ctx);
      } else {
        // Not in step: what came together must not go on together.
        int millis = pauseMillis / 2 + ThreadLocalRandom.current().nextInt(pauseMillis) + 1;
        var unused = ctx.executor().schedule(() -> ask(ctx), millis, TimeUnit.MILLISECONDS);
      }
    }

    private void ask(ChannelHandlerContext ctx) {
      if (!ctx.channel().isActive()) {
        return;
      }
      end.reset();
      askedNanos = System.nanoTime();
      ctx.writeAndFlush(request.retainedDuplicate(), ctx.voidPromise());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      try {
        boolean over = end.look(bytes);
        if (workload.streams()) {
          countEvents(bytes);
        }
        if (over) {
          check(ctx);
        }
      } finally {
        bytes.release();
      }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    private void check(ChannelHandlerContext ctx) {
      if (!end.head().startsWith("HTTP/1.1 200 ")) {
        fail(ctx, end.head().lines().findFirst().orElse("no status line"));
        return;
      }
      if (!workload.streams()) {
        count++;
      }
      if (latencies != null) {
        latencies.recordValue((System.nanoTime() - askedNanos) / 1_000);
      }
      askLater(ctx);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    private void countEvents(ByteBuf bytes) {
      int to = bytes.writerIndex();
      int seen = 0;
      int at = bytes.indexOf(bytes.readerIndex(), to, UpstreamHandler.EVENT_MARK);
      while (at >= 0) {
        seen++;
        at = bytes.indexOf(at + 1, to, UpstreamHandler.EVENT_MARK);
      }
      count += seen;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      fail(ctx, "the proxy closed a connection");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      fail(ctx, cause.toString());
    }

    private void fail(ChannelHandlerContext ctx, String reason) {
      failure.compareAndSet("", reason);
      ctx.close();
    }
  }
}
