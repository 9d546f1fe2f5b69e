package io.geminirelay.flow.outbound.connect;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.geminirelay.base.config.Destination;
import io.geminirelay.base.config.OutboundConfig;
import io.geminirelay.base.config.OutboundConfig.PoolConfig;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.config.UpstreamProtocol;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.flow.keys.Exits;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OpeningTest {
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final List<Socket> fillers = new ArrayList<>();

  @AfterEach
  void stop() throws IOException {
    for (Socket filler : fillers) {
      filler.close();
    }
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS);
  }

  /** Resolves each name to the same addresses. */
  private static final class Names extends AddressResolverGroup<InetSocketAddress> {
    private final List<InetAddress> addresses;

    Names(InetAddress... addresses) {
      this.addresses = List.of(addresses);
    }

    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
      return new InetNameResolver(executor) {
        @Override
        protected void doResolve(String name, Promise<InetAddress> promise) {
          promise.setSuccess(addresses.get(0));
        }

        @Override
        protected void doResolveAll(String name, Promise<List<InetAddress>> promise) {
          promise.setSuccess(addresses);
        }
      }.asAddressResolver();
    }
  }

  /** Fills the queue of a server that never accepts, so that further SYNs stay unanswered. */
  private ServerSocket blackHole(String address) throws IOException {
    ServerSocket hole = new ServerSocket(0, 1, InetAddress.getByName(address));
    while (true) {
      Socket filler = new Socket();
      fillers.add(filler);
      try {
        filler.connect(hole.getLocalSocketAddress(), 300);
      } catch (SocketTimeoutException e) {
        return hole;
      }
    }
  }

  /** The address that was reached, or the fault. */
  private String open(int port, InetAddress... addresses) throws Exception {
    Duration clock = Duration.ofSeconds(3);
    PoolConfig pool = new PoolConfig(8, 8, 8, clock, clock);
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
            pool,
            Duration.ZERO,
            Duration.ZERO,
            List.of());
    CompletableFuture<String> end = new CompletableFuture<>();
    EventLoop loop = group.next();
    try (Addresses names = new Addresses(new Names(addresses))) {
      Connector connector =
          new Connector(
              NioSocketChannel::new,
              names,
              new UpstreamTls(),
              config,
              new Exits(TimeSource.SYSTEM));
      TargetConfig target =
          new TargetConfig(false, "target.invalid", port, "", UpstreamProtocol.AUTO, null);
      loop.execute(() -> connector.open(loop, new Destination(target, null), report(end)));
      return end.get(20, TimeUnit.SECONDS);
    }
  }

  private static ConnectListener report(CompletableFuture<String> end) {
    return new ConnectListener() {
      @Override
      public void connected(Channel channel, boolean http2) {
        String address = ((InetSocketAddress) channel.remoteAddress()).getHostString();
        channel.close().addListener(done -> end.complete(address));
      }

      @Override
      public void failed(Fault fault) {
        end.complete(fault.kind() + " " + fault.detail());
      }
    };
  }

  @Test
  void anAddressThatNeverAnswersLeavesTimeForTheNext() throws Exception {
    try (ServerSocket hole = blackHole("127.0.0.2");
        ServerSocket good =
            new ServerSocket(hole.getLocalPort(), 50, InetAddress.getByName("127.0.0.3"))) {
      assertEquals(
          "127.0.0.3", open(hole.getLocalPort(), hole.getInetAddress(), good.getInetAddress()));
    }
  }

  @Test
  void theWholeIsBoundedThoughManyAddressesNeverAnswer() throws Exception {
    try (ServerSocket hole = blackHole("127.0.0.2")) {
      InetAddress address = hole.getInetAddress();
      assertEquals(
          "CONNECT target.invalid:" + hole.getLocalPort() + " did not accept in time",
          open(hole.getLocalPort(), address, address, address, address, address));
    }
  }
}
