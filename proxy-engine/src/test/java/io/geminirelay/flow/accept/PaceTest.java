package io.geminirelay.flow.accept;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.ServerConfig.ClientLimits;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What is too slow, and which connections count as one address's. */
class PaceTest {
  private static final long SECOND = 1_000_000_000L;

  private static Pace pace(int bytesPerSecond) {
    ClientLimits like = AcceptServer.LIMITS;
    return Pace.ofBody(
        new ClientLimits(
            like.maxRequestLineBytes(),
            like.maxHeaderBytes(),
            like.maxBodyBytes(),
            like.head(),
            Duration.ofSeconds(10),
            like.idle(),
            like.maxHeaderFields(),
            bytesPerSecond,
            like.send(),
            0,
            like.connectionsPerAddress()));
  }

  @Test
  void wantsAPieceWithinTheTime() {
    Pace pace = pace(0);
    pace.begin(0);
    pace.took(1_000_000, SECOND);
    assertEquals(SECOND, pace.leftNanos(10 * SECOND));
    assertEquals(0, pace.leftNanos(11 * SECOND));
  }

  @Test
  void wantsEnoughOverEachSpan() {
    Pace pace = pace(100);
    pace.begin(0);
    for (int second = 1; second <= 10; second++) {
      pace.took(100, second * SECOND);
    }
    assertTrue(pace.leftNanos(10 * SECOND) > 0, "a thousand bytes in ten seconds");
    for (int second = 11; second <= 20; second++) {
      pace.took(99, second * SECOND);
    }
    assertTrue(pace.leftNanos(19 * SECOND) > 0, "the span is not over");
    assertFalse(pace.leftNanos(20 * SECOND) > 0, "ten bytes are missing");
    pace.took(10, 20 * SECOND);
    assertTrue(pace.leftNanos(20 * SECOND) > 0);
  }

  @Test
  void beginsAnewWhereItWasUsWhoDidNotRead() {
    Pace pace = pace(100);
    pace.begin(0);
    pace.begin(9 * SECOND);
    assertEquals(8 * SECOND, pace.leftNanos(11 * SECOND));
  }

  @Test
  void countsAnAddressAndANetworkOfIpv6AsOne() throws Exception {
    AddressConnections open = new AddressConnections();
    InetAddress one = InetAddress.getByName("2001:db8:0:1::1");
    InetAddress beside = InetAddress.getByName("2001:db8:0:1:ffff::2");
    InetAddress other = InetAddress.getByName("2001:db8:0:2::1");
    Channel first = new EmbeddedChannel();
    assertTrue(open.enter(first, one, 2));
    assertTrue(open.enter(new EmbeddedChannel(), beside, 2));
    assertFalse(open.enter(new EmbeddedChannel(), beside, 2));
    assertTrue(open.enter(new EmbeddedChannel(), other, 2));
    InetAddress v4 = InetAddress.getByName("192.0.2.1");
    assertTrue(open.enter(new EmbeddedChannel(), v4, 1));
    assertFalse(open.enter(new EmbeddedChannel(), v4, 1));
    assertTrue(open.enter(new EmbeddedChannel(), InetAddress.getByName("192.0.2.2"), 1));
    first.close();
    assertTrue(open.enter(new EmbeddedChannel(), one, 2));
    assertEquals(4, open.size());
  }
}
