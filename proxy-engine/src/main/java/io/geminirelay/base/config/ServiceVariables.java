package io.geminirelay.base.config;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the service manager says to the process in variables (sd_notify(3), sd_watchdog_enabled(3),
 * sd_listen_fds(3)).
 *
 * @param notifySocket where it is told how the gateway is: a path, or a name that begins with
 *     {@code @}; null where nobody asks
 * @param watchdog how often it wants a sign of life at least; zero for never
 * @param sockets how many sockets it hands over, the first as file descriptor 3
 */
public record ServiceVariables(@Nullable String notifySocket, Duration watchdog, int sockets) {
  /** Where nobody asks for anything. */
  public static final ServiceVariables NONE = new ServiceVariables(null, Duration.ZERO, 0);

  /** More would overflow once it is counted in nanoseconds. */
  private static final long MOST_MICROS = Integer.MAX_VALUE * 1_000_000L;

  /**
   * Those of this process.
   *
   * @throws IllegalArgumentException where one that is meant for this process is not a number
   */
  public static ServiceVariables ofProcess() {
    return of(EnvOverlay.ofProcess(), ProcessHandle.current().pid());
  }

  /**
   * Those of {@code environment}, as far as they are meant for the process {@code pid}: a child
   * inherits variables that speak of its parent.
   */
  static ServiceVariables of(Map<String, String> environment, long pid) {
    String socket = environment.get("NOTIFY_SOCKET");
    boolean watched = isMeant(environment.get("WATCHDOG_PID"), pid, true);
    boolean handed = isMeant(environment.get("LISTEN_PID"), pid, false);
    long micros = watched ? number(environment, "WATCHDOG_USEC", MOST_MICROS) : 0;
    long sockets = handed ? number(environment, "LISTEN_FDS", Integer.MAX_VALUE) : 0;
    return new ServiceVariables(
        socket == null || socket.isEmpty() ? null : socket,
        Duration.ofNanos(Math.multiplyExact(micros, 1_000L)),
        Math.toIntExact(sockets));
  }

  private static boolean isMeant(@Nullable String named, long pid, boolean unnamed) {
    return named == null || named.isEmpty() ? unnamed : named.equals(String.valueOf(pid));
  }

  private static long number(Map<String, String> environment, String name, long most) {
    String text = environment.get(name);
    if (text == null || text.isEmpty()) {
      return 0;
    }
    try {
      long number = Long.parseLong(text);
      if (number >= 0 && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw wrong(name, text);
    }
    throw wrong(name, text);
  }

  private static IllegalArgumentException wrong(String name, String text) {
    return new IllegalArgumentException(
        "the variable " + name + " is " + Shown.plain(text) + ", not a number that can be meant");
  }
}
