package io.geminirelay.bench.jmh;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalIoHandler;
import java.util.concurrent.TimeUnit;

/**
 * The gateway's real pipelines between a client and an upstream that live in memory, all on one
 * event loop.
 */
final class MemoryRelay {
  private static final int PATIENCE_SECONDS = 60;

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
  private final Client client;
  private final MemorySocket socket;

  private MemoryRelay(Equipment equipment, Talk talk, Client client) throws Exception {
    this.client = client;
    this.socket = MemorySocket.accepted(client);
    EventLoop loop = group.next();
    Upstream upstream = new Upstream(talk);
    MemoryGateway gateway =
        new MemoryGateway(equipment, loop, () -> MemorySocket.connecting(upstream));
    socket.pipeline().addLast(gateway.connections());
    loop.register(socket).sync();
  }

  /** A relay with {@code equipment} whose client asks over HTTP/1.1 what {@code talk} says. */
  static MemoryRelay http1(Equipment equipment, Talk talk) throws Exception {
    return new MemoryRelay(equipment, talk, new Http1Client(talk));
  }

  /** The same over HTTP/2. */
  static MemoryRelay http2(Equipment equipment, Talk talk) throws Exception {
    return new MemoryRelay(equipment, talk, new Http2Client(talk));
  }

  /** Asks {@code count} times, one after the other; returns the bytes that came back. */
  long ask(int count) throws Exception {
    Series series = new Series(count);
    socket.eventLoop().execute(() -> client.begin(socket, series));
    return series.done.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  void stop() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
