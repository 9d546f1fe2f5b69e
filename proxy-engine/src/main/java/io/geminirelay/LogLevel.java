package io.geminirelay;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import io.geminirelay.base.config.TelemetryConfig;
import org.slf4j.LoggerFactory;

/**
 * Sets how much is logged: the configuration decides, not the logging library's own files. Sees to
 * it that what was logged is written before the process ends.
 */
final class LogLevel {
  private LogLevel() {}

  static void set(TelemetryConfig telemetry) {
    if (LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME) instanceof Logger root) {
      root.setLevel(Level.toLevel(telemetry.logLevel(), Level.INFO));
    }
  }

  /** Logs errors alone. */
  static void errorsOnly() {
    if (LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME) instanceof Logger root) {
      root.setLevel(Level.ERROR);
    }
  }

  /** Writes out what waits in the log's queue, and closes the log. */
  static void close() {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.stop();
    }
  }
}
