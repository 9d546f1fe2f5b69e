package io.geminirelay.base.login;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.AdminConfig;
import io.geminirelay.testing.FakeTime;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LoginAttemptsTest {
  private static final AdminConfig RULES =
      new AdminConfig(true, 2, Duration.ofSeconds(60), Duration.ofDays(1));

  private static final byte[] TOKEN = new byte[32];

  private final FakeTime time = new FakeTime();
  private final LoginAttempts attempts = new LoginAttempts(time);

  private static InetAddress address(int n) {
    try {
      return InetAddress.getByAddress(ByteBuffer.allocate(4).putInt(0x0a000000 + n).array());
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void wrongTriesOfLongAgoAreForgotten() {
    assertFalse(attempts.wrong(address(1), TOKEN, RULES));
    time.advance(Duration.ofSeconds(61));
    assertFalse(attempts.wrong(address(1), TOKEN, RULES));
    time.advance(Duration.ofSeconds(59));
    assertTrue(attempts.wrong(address(1), TOKEN, RULES));
    assertEquals(60, LoginAttempts.seconds(attempts.lockedNanos(address(1))));
  }

  @Test
  void callersWithoutAnAddressShareOneCount() {
    assertFalse(attempts.wrong(null, TOKEN, RULES));
    assertTrue(attempts.wrong(null, TOKEN, RULES));
    assertTrue(attempts.lockedNanos(null) > 0);
    assertTrue(attempts.lockedNanos(address(1)) <= 0);
  }

  @Test
  void aLockedAddressIsNotFloodedOut() {
    attempts.wrong(address(0), TOKEN, RULES);
    attempts.wrong(address(0), TOKEN, RULES);
    for (int i = 1; i < LoginAttempts.MAX_LOCKED; i++) {
      attempts.wrong(address(i), TOKEN, RULES);
      assertTrue(attempts.wrong(address(i), TOKEN, RULES));
    }
    for (int i = 0; i < 2 * LoginAttempts.MAX_COUNTED; i++) {
      attempts.wrong(address(1_000_000 + i), TOKEN, RULES);
    }
    assertTrue(attempts.lockedNanos(address(0)) > 0);
    assertTrue(attempts.lockedNanos(address(2_000_000)) <= 0);
    attempts.right(address(3_000_000));
    // The table is full: one more locks all whom it does not know.
    attempts.wrong(address(2_000_001), TOKEN, RULES);
    attempts.wrong(address(2_000_001), TOKEN, RULES);
    assertTrue(attempts.lockedNanos(address(0)) > 0);
    assertTrue(attempts.lockedNanos(address(2_000_000)) > 0);
    assertTrue(attempts.lockedNanos(address(3_000_000)) <= 0, "whoever had the token stays in");
    attempts.wrong(address(3_000_000), TOKEN, RULES);
    attempts.wrong(address(3_000_000), TOKEN, RULES);
    assertTrue(attempts.lockedNanos(address(3_000_000)) > 0, "but not to guess");
    time.advance(Duration.ofSeconds(61));
    assertTrue(attempts.lockedNanos(address(0)) <= 0);
    assertTrue(attempts.lockedNanos(address(2_000_000)) <= 0);
    attempts.wrong(address(2_000_001), TOKEN, RULES);
    assertTrue(attempts.wrong(address(2_000_001), TOKEN, RULES));
    assertTrue(attempts.lockedNanos(address(2_000_000)) <= 0, "there is room by name again");
  }
}
