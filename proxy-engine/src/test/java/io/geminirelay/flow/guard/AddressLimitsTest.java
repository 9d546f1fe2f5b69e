package io.geminirelay.flow.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class AddressLimitsTest {
  private final FakeTime time = new FakeTime();

  private static InetAddress address(String text) throws Exception {
    return InetAddress.getByName(text);
  }

  private static InetAddress numbered(int n) throws Exception {
    byte[] bytes = {10, (byte) (n >> 16), (byte) (n >> 8), (byte) n};
    return InetAddress.getByAddress(bytes);
  }

  @Test
  void letsABurstThroughAndThenTheRate() throws Exception {
    AddressLimits limits = new AddressLimits(60, 3, time);
    InetAddress one = address("192.0.2.1");
    for (int i = 0; i < 3; i++) {
      assertEquals(0, limits.take(one));
    }
    assertEquals(1_000_000_000L, limits.take(one));
    assertEquals(0, limits.take(address("192.0.2.2")));
    time.advance(Duration.ofMillis(999));
    assertEquals(1_000_000L, limits.take(one));
    time.advance(Duration.ofMillis(1));
    assertEquals(0, limits.take(one));
    assertTrue(limits.take(one) > 0);
  }

  @Test
  void takesANetworkOfIpv6ForOneAddress() throws Exception {
    AddressLimits limits = new AddressLimits(60, 1, time);
    assertEquals(0, limits.take(address("2001:db8:1:2::1")));
    assertTrue(limits.take(address("2001:db8:1:2:ffff::9")) > 0);
    assertEquals(0, limits.take(address("2001:db8:1:3::1")));
    // Both have the same first bytes.
    assertEquals(0, limits.take(address("0.0.0.1")));
    assertEquals(0, limits.take(address("::1")));
  }

  @Test
  void servesNewAddressesAfterAFloodOfOthersWhoeverTheyAre() throws Exception {
    AddressLimits limits = new AddressLimits(60, 2, time, 64);
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 10_000; i++) {
        assertEquals(0, limits.take(numbered(i)));
      }
      time.advance(Duration.ofSeconds(2));
      for (int i = 0; i < 8; i++) {
        InetAddress fresh = numbered(20_000 + 8 * round + i);
        assertEquals(0, limits.take(fresh));
        assertEquals(0, limits.take(fresh));
        assertEquals(1_000_000_000L, limits.take(fresh));
      }
      time.advance(Duration.ofSeconds(2));
    }
  }

  @Test
  void remembersWhoAskedMuchThroughAFlood() throws Exception {
    AddressLimits limits = new AddressLimits(60, 5, time, 8);
    InetAddress hog = address("192.0.2.1");
    for (int i = 0; i < 5; i++) {
      assertEquals(0, limits.take(hog));
    }
    for (int i = 0; i < 20_000; i++) {
      assertEquals(0, limits.take(numbered(i)));
    }
    assertTrue(limits.take(hog) > 0);
  }

  @Test
  void remembersAsManyAsWereSeenInTheTimeOfABurst() throws Exception {
    AddressLimits limits = new AddressLimits(60, 1, time);
    int forgotten = 0;
    for (int i = 0; i < 40_000; i++) {
      assertEquals(0, limits.take(numbered(i)));
    }
    for (int i = 0; i < 40_000; i++) {
      forgotten += limits.take(numbered(i)) == 0 ? 1 : 0;
    }
    assertTrue(forgotten < 400, "forgotten: " + forgotten);
  }

  @Test
  void countsAnAddressOnceThatSeveralLoopsBringIn() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (int round = 0; round < 200; round++) {
        AddressLimits limits = new AddressLimits(60, 5, time, 8);
        InetAddress one = numbered(round);
        Callable<Long> ask = () -> limits.take(one);
        threads.invokeAll(List.of(ask, ask, ask, ask));
        int more = 0;
        while (limits.take(one) == 0) {
          more++;
        }
        // Each but the one that stayed may have gone uncounted.
        assertTrue(more >= 1 && more <= 4, "more: " + more);
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void staysExactWhileAddressesComeAndGo() throws Exception {
    AddressLimits limits = new AddressLimits(60, 1_000, time, 64);
    InetAddress hog = address("192.0.2.1");
    for (int i = 0; i < 10; i++) {
      // So that it is never the fullest.
      assertEquals(0, limits.take(hog));
    }
    List<Callable<Integer>> work = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      int from = t * 100_000;
      work.add(
          () -> {
            int taken = 0;
            for (int i = 0; i < 2_000; i++) {
              taken += limits.take(hog) == 0 ? 1 : 0;
              limits.take(numbered(from + i));
            }
            return taken;
          });
    }
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      int sum = 0;
      for (Future<Integer> one : threads.invokeAll(work)) {
        sum += one.get();
      }
      assertEquals(990, sum);
    } finally {
      threads.shutdown();
    }
  }
}
