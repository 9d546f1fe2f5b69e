package io.geminirelay;

import io.geminirelay.base.config.ServiceVariables;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.service.LoopPulse;
import io.geminirelay.base.service.Notifier;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells the service manager what the engine does (sd_notify(3), {@code Type=notify} and {@code
 * notify-reload}); nothing where nobody asks. Thread safe.
 */
final class ServiceLink {
  private static final long STATUS_SECONDS = 5;
  private static final long DRAIN_SECONDS = 1;

  /** More than enough until the next time it is said. */
  private static final Duration EXTENSION = Duration.ofSeconds(15);

  /** For who waits to enter, and what comes after the clients: store, upstream, event loops. */
  private static final Duration REST = Duration.ofSeconds(15);

  private final Engine engine;
  private final @Nullable Notifier notifier;
  private final Duration watchdog;
  private final TimeSource time;
  private volatile boolean ending;

  /** What was said last. The notifier's thread's own. */
  private String status = "";

  private ServiceLink(
      Engine engine, @Nullable Notifier notifier, Duration watchdog, TimeSource time) {
    this.engine = engine;
    this.notifier = notifier;
    this.watchdog = watchdog;
    this.time = time;
  }

  /** Tells whom {@code variables} name about {@code engine}. */
  static ServiceLink of(Engine engine, ServiceVariables variables) {
    return of(engine, variables, TimeSource.SYSTEM);
  }

  /** The same by {@code time}, which says how long an end has taken. */
  static ServiceLink of(Engine engine, ServiceVariables variables, TimeSource time) {
    String socket = variables.notifySocket();
    Notifier notifier = socket == null ? null : Notifier.open(socket);
    return new ServiceLink(engine, notifier, variables.watchdog(), time);
  }

  private static String status(String text) {
    return "STATUS=" + text;
  }

  private static String micros(String name, long nanos) {
    return name + "=" + TimeUnit.NANOSECONDS.toMicros(nanos);
  }

  /** The engine listens: from now on it is watched, unless it was told to stop before it did. */
  synchronized void ready() {
    Notifier to = notifier;
    if (to == null || ending) {
      return;
    }
    to.tell("READY=1", status(engine.status()), "MAINPID=" + ProcessHandle.current().pid());
    repeat(to, STATUS_SECONDS, () -> tellStatus(to));
    if (!watchdog.isZero()) {
      Runnable sign = () -> to.tell("WATCHDOG=1");
      new LoopPulse(engine.loops(), to.thread(), watchdog, sign).start();
    }
  }

  private static void repeat(Notifier to, long seconds, Runnable what) {
    var unused = to.thread().scheduleAtFixedRate(what, seconds, seconds, TimeUnit.SECONDS);
  }

  private void tellStatus(Notifier to) {
    String now = engine.status();
    if (!now.equals(status)) {
      status = now;
      to.tell(status(now));
    }
  }

  /** The configuration is about to be read anew. */
  void reloading() {
    if (notifier != null && !ending) {
      // The machine's own time: the JVM's ticker is CLOCK_MONOTONIC here.
      String since = micros("MONOTONIC_USEC", TimeSource.SYSTEM.nanoTime());
      notifier.tell("RELOADING=1", since);
    }
  }

  /** It was, with whatever outcome. */
  void reloaded() {
    if (notifier != null && !ending) {
      notifier.tell("READY=1", status(engine.status()));
    }
  }

  /**
   * The engine drains, which may take longer than the manager would wait. Time is asked for as long
   * as the configured end can take: whoever hangs then is the manager's to kill.
   */
  synchronized void stopping() {
    ending = true;
    Notifier to = notifier;
    if (to != null) {
      long end = time.nanoTime() + engine.drainTime().plus(REST).toNanos();
      to.tell("STOPPING=1", status(engine.status()), extension(end - time.nanoTime()));
      repeat(to, DRAIN_SECONDS, () -> tellEnding(to, end - time.nanoTime()));
    }
  }

  private void tellEnding(Notifier to, long leftNanos) {
    if (leftNanos > 0) {
      to.tell(status(engine.status()), extension(leftNanos));
    } else {
      to.tell(status(engine.status()));
    }
  }

  private static String extension(long leftNanos) {
    return micros("EXTEND_TIMEOUT_USEC", Math.min(leftNanos, EXTENSION.toNanos()));
  }

  /** The engine could not start. */
  void failed(String why) {
    if (notifier != null) {
      notifier.tell(status(why));
    }
  }

  /** It has stopped. */
  void close() {
    if (notifier != null) {
      notifier.close();
    }
  }
}
