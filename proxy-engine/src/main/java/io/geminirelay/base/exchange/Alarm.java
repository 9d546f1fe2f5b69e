package io.geminirelay.base.exchange;

import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A clock that is set anew for every exchange yet schedules almost nothing: one task re-checks the
 * current due time when it fires, so setting a later one costs a field.
 *
 * <p>Used on its event loop only.
 */
public final class Alarm {
  private static final long NEVER = Long.MAX_VALUE;

  private final EventLoop loop;
  private final TimeSource time;
  private final Runnable action;
  private boolean set;
  private long dueNanos;
  private long scheduledNanos = NEVER;
  private @Nullable Runnable scheduled;

  /** Runs {@code action} on {@code loop} when a set time passes. */
  public Alarm(EventLoop loop, TimeSource time, Runnable action) {
    this.loop = loop;
    this.time = time;
    this.action = action;
  }

  /** Goes off {@code delayNanos} from now, instead of any earlier setting. */
  public void set(long delayNanos) {
    long now = time.nanoTime();
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

  private void schedule(long delayNanos) {
    scheduledNanos = dueNanos;
    Runnable check =
        new Runnable() {
          @Override
          public void run() {
            // An earlier setting made a task of its own; the superseded one has nothing to say.
            if (scheduled == this) {
              scheduled = null;
              ring();
            }
          }
        };
    scheduled = check;
    var unused = loop.schedule(check, delayNanos, TimeUnit.NANOSECONDS);
  }

  private void ring() {
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
