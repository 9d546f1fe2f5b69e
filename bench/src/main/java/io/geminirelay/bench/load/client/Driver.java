package io.geminirelay.bench.load.client;

import io.geminirelay.bench.load.plan.Shape;
import io.geminirelay.bench.load.plan.Workload;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/** The clients of one workload, all on one event loop of their own. */
public final class Driver implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 60;
  private static final int DIGITS = 3;

  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final Recorder latencies = new Recorder(DIGITS);
  private final List<Channel> channels = new ArrayList<>();
  private final List<ByteBuf> requests;
  private final String what;
  private final Workload workload;
  private final Tally tally;
  private final Pace pace;
  private final @Nullable OpenLoop openLoop;
  private final @Nullable Http2Request http2Request;

  /** Which of the requests the next connection sends; for the event loop alone. */
  private int next;

  /**
   * Opens the workload's connections to {@code port} and starts asking.
   *
   * @param what begins what it says of failures
   */
  public Driver(String what, Workload workload, int port) {
    this(what, workload, port, List.of(workload.route().model()));
  }

  /** The same; each connection asks for one of {@code models}, in turn. */
  public Driver(String what, Workload workload, int port, List<String> models) {
    this.what = what;
    this.workload = workload;
    this.tally = new Tally(workload, latencies);
    EventExecutor loop = loops.next();
    Shape shape = workload.shape();
    openLoop = shape.kind() == Shape.Kind.OPEN ? new OpenLoop(loop, shape.perSecond()) : null;
    pace = openLoop == null ? new ClosedLoop(loop, shape.pauseMillis()) : openLoop;
    boolean http2 = workload.route().http2Clients();
    http2Request = http2 ? new Http2Request(workload.ask(), models.get(0)) : null;
    requests =
        http2
            ? List.of()
            : models.stream().map(model -> Http1Request.bytes(workload.ask(), model)).toList();
    connect(port);
    if (openLoop != null) {
      openLoop.start();
    }
  }

  private void connect(int port) {
    Bootstrap clients =
        new Bootstrap()
            .group(loops)
            .channel(EpollSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            // Closed with a reset: else thousands of ports would rest for a minute.
            .option(ChannelOption.SO_LINGER, 0)
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    open(channel);
                  }
                });
    for (int i = 0; i < workload.slots().connections(); i++) {
      channels.add(
          clients.connect(InetAddress.getLoopbackAddress(), port).syncUninterruptibly().channel());
    }
  }

  private void open(Channel channel) {
    boolean streams = workload.ask().streams();
    Pace mine = pace;
    if (openLoop != null) {
      for (int i = 0; i < workload.slots().each(); i++) {
        openLoop.opened();
      }
    }
    if (http2Request != null) {
      channel
          .pipeline()
          .addLast(new Http2Client(http2Request, workload.slots().each(), streams, tally, mine));
    } else {
      ByteBuf request = requests.get(next++ % requests.size());
      channel.pipeline().addLast(new Http1Client(request, streams, tally, mine));
    }
  }

  /** Requests or events answered so far. */
  public long count() {
    return tally.count();
  }

  /** Events so far whose delay could not be read, because they came in pieces. */
  public long unreadable() {
    return tally.unreadable();
  }

  /**
   * Waits until every slot has had an answer or an event.
   *
   * @throws IllegalStateException if that took too long, or something was wrong
   */
  public void awaitServed() throws InterruptedException {
    boolean all = tally.served().await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    check();
    if (!all) {
      throw new IllegalStateException(
          what + ": not all are served after " + PATIENCE_SECONDS + " s");
    }
  }

  /** Forgets the latencies up to now. */
  public void resetLatencies() {
    latencies.reset();
  }

  /**
   * Lets it run.
   *
   * @throws IllegalStateException if an answer was wrong or a connection was lost
   */
  public void run(double seconds) throws InterruptedException {
    TimeUnit.MICROSECONDS.sleep((long) (seconds * 1e6));
    check();
  }

  /**
   * Ends an open loop, waiting for all answers, and tells the microseconds that each request or
   * event took since it was due, from the last reset on.
   */
  public Histogram latencies() throws InterruptedException {
    if (openLoop != null && !openLoop.finish(PATIENCE_SECONDS)) {
      throw new IllegalStateException(what + ": requests without an answer");
    }
    check();
    return latencies.getIntervalHistogram();
  }

  private void check() {
    String wrong = tally.failure();
    if (!wrong.isEmpty()) {
      throw new IllegalStateException(what + ": " + wrong);
    }
  }

  @Override
  public void close() {
    tally.closing();
    channels.forEach(Channel::close);
    channels.forEach(channel -> channel.closeFuture().syncUninterruptibly());
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    requests.forEach(ByteBuf::release);
  }
}
