package io.geminirelay.base.exchange;

import io.netty.channel.EventLoop;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A clock that is set anew for every exchange yet schedules almost nothing: one task re-checks the
 * current due time when it fires, so setting a later one costs a field.
 *
 * <p>Used on its event loop only.
 */
public final class Alarm {
  private final EventLoop loop;
  private final TimeSource time;
  private final Runnable action;
  private boolean set;
  private long dueNanos;
  private long scheduledNanos;
  private @Nullable Future<?> scheduled;

  /** Runs {@code action} on {@code loop} when a set time passes. */
  public Alarm(EventLoop loop, TimeSource time, Runnable action) {
    this.loop = loop;
    this.time = time;
    this.action = action;
  }

  /** Goes off {@code delayNanos} from now, instead of any earlier setting. */
  public void set(long delayNanos) {
    set(time.nanoTime(), delayNanos);
  }

  /** The same, for who knows what time it is. */
  public void set(long now, long delayNanos) {
    dueNanos = now + delayNanos;
    set = true;
    if (scheduled == null || dueNanos - scheduledNanos < 0) {
      schedule(delayNanos);
    }
  }

  /** Does not go off. */
  public void cancel() {
    set = false;
  }

  /** Does not go off, and keeps nothing scheduled: for the end of what it watches. */
  public void dispose() {
    set = false;
    if (scheduled != null) {
      scheduled.cancel(false);
      scheduled = null;
    }
  }

  private void schedule(long delayNanos) {
    if (scheduled != null) {
      scheduled.cancel(false);
    }
    scheduledNanos = dueNanos;
    scheduled = loop.schedule(this::ring, delayNanos, TimeUnit.NANOSECONDS);
  }

  private void ring() {
    scheduled = null;
    if (!set) {
      return;
    }
    long left = dueNanos - time.nanoTime();
    if (left > 0) {
      schedule(left);
    } else {
      set = false;
      action.run();
    }
  }
}
