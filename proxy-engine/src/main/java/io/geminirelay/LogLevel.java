package io.geminirelay;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.geminirelay.base.config.TelemetryConfig;
import org.slf4j.LoggerFactory;

/** Sets how much is logged: the configuration decides, not the logging library's own files. */
final class LogLevel {
  private LogLevel() {}

  static void set(TelemetryConfig telemetry) {
    if (LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME) instanceof Logger root) {
      root.setLevel(Level.toLevel(telemetry.logLevel(), Level.INFO));
    }
  }
}
