package io.geminirelay.base.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import io.geminirelay.base.exchange.TimeSource;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The thread that writes the lines of a {@link LogQueue}: many of them by one call of the system
 * where many wait.
 *
 * <p>When all is written it dozes for {@value #DOZE_MILLIS} ms, and only if nothing came in the
 * meantime it falls asleep. So a line that comes alone wakes it and is written at once, one that
 * follows waits for some milliseconds, and of the lines of a busy gateway none pays for waking a
 * thread.
 */
final class LogWriter extends ContextAwareBase implements Runnable {
  private static final int DOZE_MILLIS = 5;
  private static final int FLUSH_MILLIS = 5_000;
  private static final int BATCH_BYTES = 1 << 16;
  private static final int KEPT_BYTES = 1 << 18;
  private static final long TELL_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final LogRing ring;
  private final Appender<ILoggingEvent> to;
  private final LongAdder dropped;
  private final Thread thread = new Thread(this, "relay-log");
  private final LineBytes lines = new LineBytes();

  /**
   * Number of the next event. The thread's own, like the two after it, and written once for many
   * events: those who log read {@link #asleep}, which is not far from it in memory.
   */
  private long next;

  /** Lines that are made and not yet written. */
  private int made;

  private long told;
  private long toldNanos = TimeSource.SYSTEM.nanoTime() - TELL_AGAIN_NANOS;

  /** Whether it has to be woken. Set by the thread, taken back by those who wake it. */
  private volatile boolean asleep;

  private volatile boolean ending;

  /** Writes what is put into {@code ring} to {@code to}, and how many were {@code dropped}. */
  LogWriter(LogRing ring, Appender<ILoggingEvent> to, LongAdder dropped) {
    this.ring = ring;
    this.to = to;
    this.dropped = dropped;
    thread.setDaemon(true);
  }

  /** The form of the lines that {@code appender} writes; null if it is not ours. */
  static @Nullable LogEncoder encoderOf(@Nullable Appender<ILoggingEvent> appender) {
    return appender instanceof OutputStreamAppender<ILoggingEvent> out
            && out.getEncoder() instanceof LogEncoder encoder
        ? encoder
        : null;
  }

  void start() {
    thread.start();
  }

  /** Something was put into the ring. */
  void wake() {
    if (asleep) {
      asleep = false;
      LockSupport.unpark(thread);
    }
  }

  /** Lets it write what is there, for some seconds, and end. */
  void stop() {
    ending = true;
    LockSupport.unpark(thread);
    boolean interrupted = false;
    try {
      thread.join(FLUSH_MILLIS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (thread.isAlive()) {
      addWarn("The log could not be written in time; some of its last lines may be missing.");
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void run() {
    boolean last;
    do {
      // Asked for before the ring is emptied: what was put down before the end is written.
      last = ending;
      boolean any = drain();
      if (!last) {
        rest(any);
      }
    } while (!last);
    tell();
    to.stop();
  }

  private void rest(boolean busy) {
    if (busy) {
      LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(DOZE_MILLIS));
      return;
    }
    asleep = true;
    // Put down before it was known that somebody sleeps: nobody will wake us for it.
    while (asleep && !ending && !ring.holds(next)) {
      LockSupport.park(this);
    }
    asleep = false;
  }

  /** Writes all there is; returns whether there was any. */
  private boolean drain() {
    LogEncoder encoder = encoderOf(to);
    long number = next;
    boolean any = false;
    for (ILoggingEvent event = ring.take(number); event != null; event = ring.take(number)) {
      number++;
      any = true;
      take(event, encoder);
      if (encoder == null || lines.length() >= BATCH_BYTES) {
        write(encoder, number);
      }
    }
    write(encoder, number);
    return any;
  }

  @SuppressWarnings("IllegalCatch") // the thread must outlive whatever an event's text throws
  private void take(ILoggingEvent event, @Nullable LogEncoder encoder) {
    int before = lines.length();
    try {
      if (encoder == null) {
        to.doAppend(event);
      } else {
        encoder.add(event, lines);
        made++;
      }
    } catch (RuntimeException | StackOverflowError | LinkageError e) {
      lines.cut(before);
      dropped.increment();
      addError("A line of the log could not be made.", e);
    }
  }

  /** Writes the lines made so far, which are those of all events below {@code number}. */
  private void write(@Nullable LogEncoder encoder, long number) {
    boolean taken = true;
    if (encoder != null
        && lines.length() > 0
        && to instanceof OutputStreamAppender<ILoggingEvent> out
        && to.isStarted()) {
      encoder.clean(lines);
      try {
        out.getOutputStream().write(lines.array(), 0, lines.length());
        out.getOutputStream().flush();
      } catch (IOException e) {
        taken = false;
        dropped.add(made);
        addError("The log could not be written.", e);
      }
    }
    lines.clear(KEPT_BYTES);
    made = 0;
    if (number != next) {
      next = number;
      ring.written(number);
      // The library's appender would end for good if its own line could not be written.
      if (taken
          && dropped.sum() > told
          && TimeSource.SYSTEM.nanoTime() - toldNanos >= TELL_AGAIN_NANOS) {
        tell();
      }
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
}
