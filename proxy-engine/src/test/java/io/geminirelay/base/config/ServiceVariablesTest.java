package io.geminirelay.base.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Variables of the service manager, as far as they are meant for this process. */
class ServiceVariablesTest {
  private static ServiceVariables of(Map<String, String> environment) {
    return ServiceVariables.of(environment, 42);
  }

  @Test
  void nobodyAsksWhereNothingIsSet() {
    assertEquals(ServiceVariables.NONE, of(Map.of()));
    assertEquals(ServiceVariables.NONE, of(Map.of("NOTIFY_SOCKET", "", "WATCHDOG_USEC", "")));
  }

  @Test
  void allAreRead() {
    assertEquals(
        new ServiceVariables("@a", Duration.ofSeconds(3), 1),
        of(
            Map.of(
                "NOTIFY_SOCKET", "@a",
                "WATCHDOG_USEC", "3000000",
                "WATCHDOG_PID", "42",
                "LISTEN_PID", "42",
                "LISTEN_FDS", "1")));
  }

  @Test
  void whatIsMeantForAnotherProcessIsLeftAlone() {
    assertEquals(
        Duration.ZERO, of(Map.of("WATCHDOG_USEC", "1000", "WATCHDOG_PID", "41")).watchdog());
    assertEquals(
        Duration.ofMillis(1), of(Map.of("WATCHDOG_USEC", "1000")).watchdog(), "without a process");
    assertEquals(0, of(Map.of("LISTEN_FDS", "1", "LISTEN_PID", "41")).sockets());
    assertEquals(0, of(Map.of("LISTEN_FDS", "1")).sockets(), "sd_listen_fds(3) needs LISTEN_PID");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"one", "-1", "1.5", "3000000000", "99999999999999999999", "9223372036854775807"})
  void whatIsNoNumberIsNamed(String text) {
    Exception e =
        assertThrows(
            IllegalArgumentException.class,
            () -> of(Map.of("LISTEN_PID", "42", "LISTEN_FDS", text)));
    assertTrue(e.getMessage().contains("LISTEN_FDS"), e.getMessage());
  }
}
