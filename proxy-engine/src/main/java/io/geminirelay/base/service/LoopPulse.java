package io.geminirelay.base.service;

import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A sign of life that every event loop has a part in: it is given each time all of them have
 * answered, so that one that hangs stops it.
 *
 * <p>All are asked at once, and again half of the allowed time later, or as soon as the last has
 * answered if that took longer. Goes on until a loop ends.
 */
public final class LoopPulse {
  private final List<? extends EventExecutor> loops;
  private final EventExecutor timer;
  private final long pauseNanos;
  private final Runnable sign;
  private final AtomicInteger missing = new AtomicInteger();

  /** The timer's own. */
  private long askedNanos;

  /**
   * A pulse of {@code loops}.
   *
   * @param timer asks and gives the sign; none of {@code loops}
   * @param allowed from one sign to the next at most
   * @param sign gives it
   */
  public LoopPulse(
      List<? extends EventExecutor> loops, EventExecutor timer, Duration allowed, Runnable sign) {
    this.loops = List.copyOf(loops);
    this.timer = timer;
    this.pauseNanos = allowed.toNanos() / 2;
    this.sign = sign;
  }

  /** Begins. */
  public void start() {
    timer.execute(this::ask);
  }

  private void ask() {
    askedNanos = timer.ticker().nanoTime();
    missing.set(loops.size());
    try {
      for (EventExecutor loop : loops) {
        loop.execute(this::answered);
      }
    } catch (RejectedExecutionException e) {
      return; // the end: nobody is left to watch
    }
  }

  private void answered() {
    if (missing.decrementAndGet() == 0) {
      try {
        timer.execute(this::allAnswered);
      } catch (RejectedExecutionException e) {
        return; // nobody is told any more
      }
    }
  }

  private void allAnswered() {
    sign.run();
    long left = pauseNanos - (timer.ticker().nanoTime() - askedNanos);
    var unused = timer.schedule(this::ask, Math.max(0, left), TimeUnit.NANOSECONDS);
  }
}
