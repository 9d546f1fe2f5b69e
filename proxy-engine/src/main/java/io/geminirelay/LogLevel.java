package io.geminirelay;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.TelemetryConfig;
import io.geminirelay.base.telemetry.LogQueue;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Sets how much is logged, and in which form: the configuration decides, not the logging library's
 * own files. Sees to it that what was logged is written before the process ends.
 */
final class LogLevel {
  private LogLevel() {}

  static void set(TelemetryConfig telemetry) {
    Logger root = root();
    if (root != null) {
      root.setLevel(Level.toLevel(telemetry.logLevel(), Level.INFO));
    }
    LogQueue queue = queue();
    if (queue != null) {
      queue.format(telemetry.logFormat());
    }
  }

  /** Lets no line of the log show a credential of {@code config}, from now on. */
  static void hide(EngineConfig config) {
    LogQueue queue = queue();
    if (queue != null) {
      queue.hide(config.secrets());
    }
  }

  /** Lines that found no room in the log's queue since the start. */
  static long droppedLines() {
    LogQueue queue = queue();
    return queue == null ? 0 : queue.droppedLines();
  }

  /** The queue of the log; null where the operator has a configuration of the log without one. */
  private static @Nullable LogQueue queue() {
    Logger root = root();
    if (root != null) {
      Iterator<Appender<ILoggingEvent>> all = root.iteratorForAppenders();
      while (all.hasNext()) {
        if (all.next() instanceof LogQueue queue) {
          return queue;
        }
      }
    }
    return null;
  }

  private static @Nullable Logger root() {
    return LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME) instanceof Logger root
        ? root
        : null;
  }

  /** Logs errors alone. */
  static void errorsOnly() {
    if (LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME) instanceof Logger root) {
      root.setLevel(Level.ERROR);
    }
  }

  /**
   * Writes out what waits in the log's queue, and closes the log. One at a time: who comes second
   * may end the process, and must not before the first is done.
   */
  static synchronized void close() {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.stop();
    }
  }
}
