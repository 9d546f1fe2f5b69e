package io.geminirelay.base.telemetry;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one line for each exchange, with every attempt it took, to the logger {@code access}: at
 * INFO for the traffic, at DEBUG for what the gateway answers by itself and for what is refused
 * because its address asks too often.
 *
 * <p>What is logged is a {@link RequestLine}; the appender makes it a line. The appender must not
 * block, since the callers are event loops. Thread safe.
 */
public final class AccessLog {
  /** Name of the logger. */
  public static final String LOGGER = "access";

  private static final Logger LOG = LoggerFactory.getLogger(LOGGER);

  private AccessLog() {}

  /** Writes the line of {@code settled}. */
  static void write(Settled settled) {
    if (settled.ofTraffic()) {
      if (LOG.isInfoEnabled()) {
        LOG.info("{}", new RequestLine(settled));
      }
    } else if (LOG.isDebugEnabled()) {
      LOG.debug("{}", new RequestLine(settled));
    }
  }

  /** The request line that a log event with {@code arguments} is about, or null. */
  static @Nullable RequestLine lineOf(Object @Nullable [] arguments) {
    return arguments != null && arguments.length == 1 && arguments[0] instanceof RequestLine line
        ? line
        : null;
  }
}
