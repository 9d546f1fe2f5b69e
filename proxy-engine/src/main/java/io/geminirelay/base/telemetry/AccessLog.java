package io.geminirelay.base.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;

/**
 * Writes one line for each exchange, with every attempt it took, to the logger {@code access}: at
 * INFO for the traffic, at DEBUG for what the gateway answers by itself and for what is refused
 * because its address asks too often.
 *
 * <p>What is logged is a {@link RequestEvent}; the appender makes it a line. The appender must not
 * block, since the callers are event loops. Thread safe.
 */
public final class AccessLog {
  /** Name of the logger. */
  public static final String LOGGER = "access";

  private static final Logger LOG = logger();

  private AccessLog() {}

  private static Logger logger() {
    return LoggerFactory.getILoggerFactory() instanceof LoggerContext context
        ? context.getLogger(LOGGER)
        // Of another library's making: a logger without appenders.
        : new LoggerContext().getLogger(LOGGER);
  }

  /** Writes the line of {@code settled}. */
  static void write(Settled settled) {
    Level level = settled.ofTraffic() ? Level.INFO : Level.DEBUG;
    if (LOG.isEnabledFor(level)) {
      LOG.callAppenders(new RequestEvent(settled, level, Thread.currentThread().getName()));
    }
  }
}
