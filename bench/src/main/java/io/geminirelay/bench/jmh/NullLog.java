package io.geminirelay.bench.jmh;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import io.geminirelay.base.config.LogFormat;
import io.geminirelay.base.telemetry.AccessLog;
import io.geminirelay.base.telemetry.LogEncoder;
import io.geminirelay.base.telemetry.LogQueue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/** Lines of requests, made as the program makes them and written to nowhere. */
final class NullLog implements AutoCloseable {
  private final LogQueue queue = new LogQueue();

  /** Logs from now on, if {@code level} lets lines of requests pass. */
  NullLog(Level level) throws IOException {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    LogEncoder form = new LogEncoder();
    form.setContext(context);
    form.format(LogFormat.JSON);
    form.start();
    OutputStreamAppender<ILoggingEvent> out = new OutputStreamAppender<>();
    out.setContext(context);
    out.setEncoder(form);
    out.setOutputStream(Files.newOutputStream(Path.of("/dev/null")));
    out.start();
    queue.setContext(context);
    queue.addAppender(out);
    queue.start();
    Logger log = context.getLogger(AccessLog.LOGGER);
    log.detachAndStopAllAppenders();
    log.setAdditive(false);
    log.addAppender(queue);
    log.setLevel(level);
  }

  /** Lines that found no room. */
  long droppedLines() {
    return queue.droppedLines();
  }

  /** Ends the writer's thread. */
  @Override
  public void close() {
    queue.stop();
  }
}
