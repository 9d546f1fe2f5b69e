package io.geminirelay.base.state;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once that each instance counts for itself although the store is there, and once that this is
 * over. A store that is away says so itself. Moments are nanoseconds of the time source's ticker.
 * For one thread.
 */
public final class AloneNotice {
  /** How long a store that can be reached may leave limits alone before that is told. */
  private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final Logger LOG = LoggerFactory.getLogger(AloneNotice.class);

  private final String what;
  private boolean alone;
  private boolean told;
  private long sinceNanos;

  /** Of {@code what}, in the plural. */
  public AloneNotice(String what) {
    this.what = what;
  }

  /** Each counts for itself from {@code now} on. */
  public void alone(long now) {
    if (!alone) {
      alone = true;
      sinceNanos = now;
    }
  }

  /** The store has answered in time. */
  public void shared() {
    alone = false;
  }

  /**
   * Tells what is to be told; {@code shares} is whether there is a store, and something to share.
   */
  public void look(boolean shares, long now) {
    if (!shares) {
      sinceNanos = now;
    } else if (alone && !told && now - sinceNanos > TELL_NANOS) {
      told = true;
      LOG.warn("the store is too slow to share {}, or refuses: each instance counts alone", what);
    } else if (told && !alone) {
      told = false;
      LOG.info("{} are shared again", what);
    }
  }
}
