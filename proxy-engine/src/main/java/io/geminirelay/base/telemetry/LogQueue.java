package io.geminirelay.base.telemetry;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import io.geminirelay.base.config.LogFormat;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.exchange.TimeSource;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The queue that all lines of the log pass: who logs, event loops above all, puts down what to tell
 * and goes on; one thread makes the line and writes it, and alone waits for a slow disk or
 * terminal.
 *
 * <p>Holds 8,192 events. What finds no room is dropped and counted, and how much it was is told by
 * a line of its own; the last eighth is kept for warnings and errors. A place is taken before an
 * event is put into the queue and given back once it is written, so that the queue behind it always
 * has room and the count is exact.
 */
public final class LogQueue extends AsyncAppender {
  /** Events that may wait. */
  static final int CAPACITY = 8_192;

  /** Events that may wait if more, less important ones, come. */
  static final int ORDINARY = CAPACITY / 8 * 7;

  private static final long TELL_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int FLUSH_MILLIS = 5_000;

  private final AtomicInteger waiting = new AtomicInteger();
  private final LongAdder dropped = new LongAdder();
  private @Nullable Writer writer;

  /** An empty queue; its appender is added by the log's configuration. */
  public LogQueue() {
    setQueueSize(CAPACITY);
    setDiscardingThreshold(0);
    setNeverBlock(true);
    setMaxFlushTime(FLUSH_MILLIS);
  }

  /** Lines dropped since the start. */
  public long droppedLines() {
    return dropped.sum();
  }

  /** Writes lines as {@code format} says from now on, if its appender can. */
  public void format(LogFormat format) {
    LogEncoder encoder = encoder();
    if (encoder != null) {
      encoder.format(format);
    }
  }

  /** Writes none of {@code secrets} from now on, if its appender can. */
  public void hide(Collection<Secret> secrets) {
    LogEncoder encoder = encoder();
    if (encoder != null) {
      encoder.hide(secrets);
    }
  }

  private @Nullable LogEncoder encoder() {
    return writer != null
            && writer.to instanceof OutputStreamAppender<ILoggingEvent> out
            && out.getEncoder() instanceof LogEncoder encoder
        ? encoder
        : null;
  }

  @Override
  public void addAppender(Appender<ILoggingEvent> to) {
    if (writer == null) {
      Writer made = new Writer(to);
      made.setContext(getContext());
      made.setName(to.getName());
      made.start();
      writer = made;
      super.addAppender(made);
    }
  }

  @Override
  protected void append(ILoggingEvent event) {
    int most = event.getLevel().isGreaterOrEqual(Level.WARN) ? CAPACITY : ORDINARY;
    if (waiting.incrementAndGet() > most) {
      waiting.decrementAndGet();
      dropped.increment();
    } else {
      boolean taken = false;
      try {
        super.append(event);
        taken = true;
      } finally {
        if (!taken) {
          waiting.decrementAndGet();
        }
      }
    }
  }

  /** What may change is made text at once; a request's line is not, and its text is dear. */
  @Override
  protected void preprocess(ILoggingEvent event) {
    if (AccessLog.lineOf(event.getArgumentArray()) == null) {
      super.preprocess(event);
    } else {
      // The event asks for the name only now, and it must not be the writer's.
      event.getThreadName();
    }
  }

  /** Writes what comes out of the queue; runs on the queue's thread. */
  private final class Writer extends UnsynchronizedAppenderBase<ILoggingEvent> {
    private final Appender<ILoggingEvent> to;
    private long told;
    private long toldNanos = TimeSource.SYSTEM.nanoTime() - TELL_AGAIN_NANOS;

    Writer(Appender<ILoggingEvent> to) {
      this.to = to;
    }

    @Override
    protected void append(ILoggingEvent event) {
      try {
        to.doAppend(event);
      } finally {
        waiting.decrementAndGet();
      }
      if (dropped.sum() > told && TimeSource.SYSTEM.nanoTime() - toldNanos >= TELL_AGAIN_NANOS) {
        tell();
      }
    }

    private void tell() {
      long all = dropped.sum();
      if (all > told && getContext() instanceof LoggerContext context) {
        to.doAppend(
            new LoggingEvent(
                LogQueue.class.getName(),
                context.getLogger(LogQueue.class),
                Level.WARN,
                (all - told) + " log lines were dropped",
                null,
                null));
        told = all;
        toldNanos = TimeSource.SYSTEM.nanoTime();
      }
    }

    @Override
    public void stop() {
      if (isStarted()) {
        tell();
        super.stop();
        to.stop();
      }
    }
  }
}
