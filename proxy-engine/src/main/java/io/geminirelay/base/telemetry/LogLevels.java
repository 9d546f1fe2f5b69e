package io.geminirelay.base.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import io.geminirelay.base.config.TelemetryConfig;
import java.util.List;
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

  /**
   * How much a logger says.
   *
   * @param logger its name
   * @param level the level it follows
   * @param own whether the level is its own; else it is the parent's
   */
  public record Told(String logger, String level, boolean own) {}

  /** The loggers that may be set, in the order of their names. */
  public List<Told> told() {
    return loggers().entrySet().stream()
        .map(
            each ->
                new Told(
                    each.getKey(),
                    each.getValue().getEffectiveLevel().toString(),
                    each.getValue().getLevel() != null))
        .toList();
  }

  private static Map<String, Logger> loggers() {
    Map<String, Logger> all = new TreeMap<>();
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      all.put(ROOT, context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME));
      for (String name : List.of(AccessLog.LOGGER, NETTY, OURS)) {
        all.put(name, context.getLogger(name));
      }
      for (Logger each : context.getLoggerList()) {
        if (each.getName().startsWith(OURS + ".")) {
          all.put(each.getName(), each);
        }
      }
    }
    return all;
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
        || !loggers().containsKey(name)
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
