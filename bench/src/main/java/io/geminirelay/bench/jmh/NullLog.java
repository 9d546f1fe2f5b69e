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
import java.io.OutputStream;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.LoggerFactory;

/** Lines of requests, made as the program makes them and written to nowhere. */
final class NullLog implements AutoCloseable {
  private static final long LOOK_NANOS = 20_000;

  private final LogQueue queue = new LogQueue();
  private final Lines lines = new Lines();
  private long expected;

  /** Logs from now on, if {@code level} lets lines of requests pass. */
  NullLog(Level level) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    LogEncoder form = new LogEncoder();
    form.setContext(context);
    form.format(LogFormat.JSON);
    form.start();
    OutputStreamAppender<ILoggingEvent> out = new OutputStreamAppender<>();
    out.setContext(context);
    out.setEncoder(form);
    out.setOutputStream(lines);
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

  /**
   * Waits until so many {@code more} lines are written: they belong to what was asked for, and none
   * may find the queue full.
   */
  void awaitLines(int more) {
    expected += more;
    while (lines.written < expected) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
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

  /** Counts lines; one thread writes. */
  private static final class Lines extends OutputStream {
    private volatile long written;

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    public void write(int b) {
      if (b == '\n') {
        written = written + 1;
      }
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
      for (int i = from; i < from + length; i++) {
        write(bytes[i]);
      }
    }
  }
}
