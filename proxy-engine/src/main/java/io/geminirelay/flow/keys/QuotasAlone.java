package io.geminirelay.flow.keys;

import io.geminirelay.base.state.AloneNotice;
import java.util.Collection;
import java.util.concurrent.TimeUnit;

/**
 * Whether quotas that are to be counted together are counted alone, since the store is away or
 * takes too long: says so and counts them. All on the state thread, but for {@link #count}.
 */
final class QuotasAlone {
  private static final long COUNT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final AloneNotice notice = new AloneNotice("counts of quotas");
  private boolean alone;
  private long countNanos;
  private volatile long count;

  /** Nothing is heard in time. */
  void begin(long now) {
    if (!alone) {
      alone = true;
      countNanos = now;
    }
    notice.alone(now);
  }

  /** The store has answered in time, or is there and is asked for nothing. */
  void end() {
    alone = false;
    count = 0;
    notice.shared();
  }

  /**
   * Counts those of {@code all} that have a limit, and says what lasts; {@code up} is the store.
   */
  void look(Collection<QuotaLedger> all, boolean up, long now) {
    notice.look(up, now);
    if (!alone || now - countNanos < 0) {
      return;
    }
    countNanos = now + COUNT_NANOS;
    count = all.stream().filter(each -> each.isBounded(now)).count();
  }

  /** Quotas with a limit that are counted alone although they are to be shared; on any thread. */
  long count() {
    return count;
  }
}
