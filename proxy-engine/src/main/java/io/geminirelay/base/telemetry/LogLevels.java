package io.geminirelay.base.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import io.geminirelay.base.config.TelemetryConfig;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * How much is logged, looked at and changed while the gateway runs; what is set here lasts until
 * the process ends. Thread safe.
 */
public final class LogLevels {
  /** Name of the logger that others follow. */
  public static final String ROOT = "root";

  private static final String NETTY = "io.netty";
  private static final String OURS = "io.geminirelay";
  private static final Level NETTY_LEVEL = Level.WARN;

  private static final Set<String> KNOWN = Set.of("ERROR", "WARN", "INFO", "DEBUG", "TRACE", "OFF");

  private final Supplier<TelemetryConfig> config;

  /** Levels that go back to those of {@code config} when they are reset. */
  public LogLevels(Supplier<TelemetryConfig> config) {
    this.config = config;
  }

  /** The loggers that may be set, by name, each with the level it follows. */
  public Map<String, String> levels() {
    Map<String, String> all = new TreeMap<>();
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      put(all, ROOT, context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME));
      put(all, AccessLog.LOGGER, context.getLogger(AccessLog.LOGGER));
      put(all, NETTY, context.getLogger(NETTY));
      put(all, OURS, context.getLogger(OURS));
      for (Logger each : context.getLoggerList()) {
        if (each.getName().startsWith(OURS + ".")) {
          put(all, each.getName(), each);
        }
      }
    }
    return all;
  }

  private static void put(Map<String, String> all, String name, Logger logger) {
    all.put(name, logger.getEffectiveLevel().toString());
  }

  /**
   * Sets the level of the logger {@code name}; null resets it.
   *
   * @return whether there is such a logger and such a level; else nothing changes
   */
  public boolean set(String name, @Nullable String level) {
    Level wanted = level == null ? null : Level.toLevel(level, null);
    boolean unknown = wanted != null ? !KNOWN.contains(wanted.toString()) : level != null;
    if (unknown
        || !levels().containsKey(name)
        || !(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      return false;
    }
    if (name.equals(ROOT)) {
      Level standard = Level.toLevel(config.get().logLevel(), Level.INFO);
      context
          .getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)
          .setLevel(wanted == null ? standard : wanted);
    } else {
      Level standard = name.equals(NETTY) ? NETTY_LEVEL : null;
      context.getLogger(name).setLevel(wanted == null ? standard : wanted);
    }
    return true;
  }
}
