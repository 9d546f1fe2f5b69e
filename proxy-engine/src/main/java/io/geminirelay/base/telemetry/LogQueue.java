package io.geminirelay.base.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.spi.AppenderAttachable;
import ch.qos.logback.core.util.ReentryGuard;
import ch.qos.logback.core.util.ReentryGuardFactory;
import io.geminirelay.base.config.LogFormat;
import io.geminirelay.base.config.Secret;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The queue that all lines of the log pass: who logs, event loops above all, puts down what to tell
 * and goes on; one thread, the {@link LogWriter}, makes the line and writes it, and alone waits for
 * a slow disk or terminal.
 *
 * <p>Holds 8,192 events. What finds no room is dropped and counted, and how much it was is told by
 * a line of its own; the last eighth is kept for warnings and errors. An event keeps its place
 * until it is written, so that the count is exact.
 */
public final class LogQueue extends UnsynchronizedAppenderBase<ILoggingEvent>
    implements AppenderAttachable<ILoggingEvent> {
  /** Events that may wait; a power of two. */
  static final int CAPACITY = 8_192;

  /** Events that may wait if more, less important ones, come. */
  static final int ORDINARY = CAPACITY / 8 * 7;

  private final LogRing ring = new LogRing(CAPACITY);
  private final LongAdder dropped = new LongAdder();
  private @Nullable Appender<ILoggingEvent> to;
  private @Nullable LogWriter writer;

  /** An empty queue; its appender is added by the log's configuration. */
  public LogQueue() {}

  /** Lines dropped since the start. */
  public long droppedLines() {
    return dropped.sum();
  }

  /** Writes lines as {@code format} says from now on, if its appender can. */
  public void format(LogFormat format) {
    LogEncoder encoder = LogWriter.encoderOf(to);
    if (encoder != null) {
      encoder.format(format);
    }
  }

  /** Writes none of {@code secrets} from now on, if its appender can. */
  public void hide(Collection<Secret> secrets) {
    LogEncoder encoder = LogWriter.encoderOf(to);
    if (encoder != null) {
      encoder.hide(secrets);
    }
  }

  @Override
  public void start() {
    if (to != null && !isStarted()) {
      writer = new LogWriter(ring, to, dropped);
      writer.setContext(getContext());
      writer.start();
      super.start();
    }
  }

  /** Ends when all that waits is written, or after some seconds. */
  @Override
  public void stop() {
    if (isStarted()) {
      super.stop();
      if (writer != null) {
        writer.stop();
      }
    }
  }

  /** Whoever appends is let through: nothing here logs by itself. */
  @Override
  protected ReentryGuard buildReentryGuard() {
    return ReentryGuardFactory.makeGuard(ReentryGuardFactory.GuardType.NOP);
  }

  @Override
  protected void append(ILoggingEvent event) {
    LogWriter awake = writer;
    if (awake == null) {
      return;
    }
    // What may change is made text at once; a request's line is not, and its text is dear.
    event.prepareForDeferredProcessing();
    int most = event.getLevel().isGreaterOrEqual(Level.WARN) ? CAPACITY : ORDINARY;
    if (ring.offer(event, most)) {
      awake.wake();
    } else {
      dropped.increment();
    }
  }

  /** Writes to {@code appender} from now on; there can be only one. */
  @Override
  public void addAppender(Appender<ILoggingEvent> appender) {
    if (to == null) {
      to = appender;
    }
  }

  @Override
  public Iterator<Appender<ILoggingEvent>> iteratorForAppenders() {
    return to == null ? List.<Appender<ILoggingEvent>>of().iterator() : List.of(to).iterator();
  }

  @Override
  public @Nullable Appender<ILoggingEvent> getAppender(String name) {
    return to != null && name.equals(to.getName()) ? to : null;
  }

  @Override
  public boolean isAttached(Appender<ILoggingEvent> appender) {
    return appender.equals(to);
  }

  /** Ends the queue with what it writes to. */
  @Override
  public void detachAndStopAllAppenders() {
    stop();
  }

  /** No: what waits has to be written somewhere. */
  @Override
  public boolean detachAppender(Appender<ILoggingEvent> appender) {
    return false;
  }

  /** No, likewise. */
  @Override
  public boolean detachAppender(String name) {
    return false;
  }
}
