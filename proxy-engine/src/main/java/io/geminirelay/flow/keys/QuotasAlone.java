package io.geminirelay.flow.keys;

import java.util.Collection;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether quotas that are to be counted together are counted alone, since the store is away or
 * takes too long: says so and counts them. All on the state thread, but for {@link #count}.
 */
final class QuotasAlone {
  private static final Logger LOG = LoggerFactory.getLogger(QuotasAlone.class);

  /** How long that may last before it is told. */
  private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final long COUNT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private boolean alone;
  private long sinceNanos;
  private long countNanos;
  private boolean told;
  private volatile long count;

  /** Nothing is heard in time. */
  void begin(long now) {
    if (!alone) {
      alone = true;
      sinceNanos = now;
      countNanos = now;
    }
  }

  /** The store has answered in time, or is there and is asked for nothing. */
  void end() {
    alone = false;
    count = 0;
    if (told) {
      told = false;
      LOG.info("quotas are counted together with the other instances again");
    }
  }

  /**
   * Counts those of {@code all} that have a limit, and says what lasts; {@code up} is the store.
   */
  void look(Collection<QuotaLedger> all, boolean up, long now) {
    if (!up) {
      sinceNanos = now;
    }
    if (!alone || now - countNanos < 0) {
      return;
    }
    countNanos = now + COUNT_NANOS;
    count = all.stream().filter(each -> each.isBounded(now)).count();
    // A store that is away says so itself.
    if (up && !told && now - sinceNanos > TELL_NANOS) {
      told = true;
      LOG.warn("the store is too slow to count quotas together: each instance counts alone");
    }
  }

  /** Quotas with a limit that are counted alone although they are to be shared; on any thread. */
  long count() {
    return count;
  }
}
