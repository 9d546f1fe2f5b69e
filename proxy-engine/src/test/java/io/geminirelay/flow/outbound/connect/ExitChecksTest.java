package io.geminirelay.flow.outbound.connect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.geminirelay.base.config.EgressConfig;
import io.geminirelay.base.config.GroupConfig;
import io.geminirelay.base.config.GroupConfig.KeyConfig;
import io.geminirelay.base.config.KeysConfig;
import io.geminirelay.base.config.OutboundConfig;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.flow.keys.Exits;
import io.geminirelay.flow.keys.KeyRing;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How many exits are checked at once, and until when. */
class ExitChecksTest {
  private static final int EXITS = 12;

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final EventLoop loop = group.next();
  private final Addresses addresses =
      new Addresses(NioDatagramChannel::new, NioSocketChannel::new, List.of());
  private final List<ServerSocket> proxies = new ArrayList<>();
  private final List<Socket> open = new CopyOnWriteArrayList<>();

  /** Counts how often it is asked, which every round of checks does. */
  private final AtomicLong asked = new AtomicLong();

  private final TimeSource time =
      new TimeSource() {
        @Override
        public long nanoTime() {
          asked.incrementAndGet();
          return System.nanoTime();
        }

        @Override
        public Instant instant() {
          return Instant.EPOCH;
        }
      };

  @AfterEach
  void stop() throws IOException {
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS);
    addresses.close();
    for (ServerSocket proxy : proxies) {
      proxy.close();
    }
    for (Socket socket : open) {
      socket.close();
    }
  }

  /** A proxy that takes connections and says nothing. */
  private EgressConfig silentExit() throws IOException {
    ServerSocket proxy = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    proxies.add(proxy);
    Thread thread =
        new Thread(
            () -> {
              try {
                while (true) {
                  open.add(proxy.accept());
                }
              } catch (IOException e) {
                // The test is over.
                return;
              }
            });
    thread.setDaemon(true);
    thread.start();
    return new EgressConfig(
        EgressConfig.Kind.SOCKS5, "127.0.0.1", proxy.getLocalPort(), null, null);
  }

  private ExitChecks checks(Duration every) throws IOException {
    List<EgressConfig> egresses = new ArrayList<>();
    for (int i = 0; i < EXITS; i++) {
      egresses.add(silentExit());
    }
    List<KeyConfig> keys = List.of(new KeyConfig(Secret.of("a-key"), null, 1, null));
    GroupConfig config =
        new GroupConfig("g", TargetConfig.STANDARD, egresses, Map.of(), keys, null, Map.of());
    Exits exits = new Exits(time);
    exits.know(KeyRing.of(List.of(config), KeysConfig.STANDARD, time, new Random(1)));
    Connector connector =
        new Connector(
            NioSocketChannel::new, addresses, new UpstreamTls(), OutboundConfig.STANDARD, exits);
    return new ExitChecks(loop, connector, exits, every, time, new Random(1));
  }

  private static void await(BooleanSupplier condition, String what) {
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("waited in vain for " + what);
      }
      LockSupport.parkNanos(500_000);
    }
  }

  private void awaitRounds() {
    long later = asked.get() + 40;
    await(() -> asked.get() >= later, "further rounds");
  }

  @Test
  void threeAreCheckedAtOnceHoweverManyAreDue() throws Exception {
    ExitChecks checks = checks(Duration.ofMillis(50));
    checks.start();
    await(() -> open.size() == 3, "three checks");
    awaitRounds();
    assertEquals(3, open.size());
    open.get(0).close();
    await(() -> open.size() == 4, "the next");
    awaitRounds();
    assertEquals(4, open.size());
  }

  @Test
  void noneBeginsAfterTheEnd() throws Exception {
    ExitChecks checks = checks(Duration.ofMillis(50));
    checks.start();
    await(() -> open.size() == 3, "three checks");
    checks.stop();
    for (Socket socket : List.copyOf(open)) {
      socket.close();
    }
    // A round under way ends before what is put behind it.
    loop.schedule(() -> {}, 100, TimeUnit.MILLISECONDS).get(10, TimeUnit.SECONDS);
    assertEquals(3, open.size());
    assertFalse(loop.isShuttingDown());
  }

  @Test
  void noneBeginsWhenTheyAreSwitchedOff() throws Exception {
    checks(Duration.ZERO).start();
    loop.submit(() -> {}).get(10, TimeUnit.SECONDS);
    assertEquals(0, open.size());
    long before = asked.get();
    loop.submit(() -> {}).get(10, TimeUnit.SECONDS);
    assertEquals(before, asked.get());
  }
}
