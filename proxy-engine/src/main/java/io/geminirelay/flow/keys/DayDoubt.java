package io.geminirelay.flow.keys;

import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says so when instances do not agree on the day of a quota: then requests of the day are not
 * counted together. For the state thread alone.
 */
final class DayDoubt {
  private static final Logger LOG = LoggerFactory.getLogger(DayDoubt.class);

  /** Around a reset, some are a little later than others. */
  private static final long SLIGHT_NANOS = TimeUnit.SECONDS.toNanos(90);

  private static final long PAUSE_NANOS = TimeUnit.HOURS.toNanos(1);

  private boolean seen;
  private long sinceNanos;
  private long lastNanos;
  private boolean told;
  private long toldNanos;

  /** The others count the day that ends at {@code theirs}, in seconds of the epoch. */
  void differ(long day, long theirs, long now) {
    if (!seen || now - lastNanos > SLIGHT_NANOS) {
      sinceNanos = now;
    }
    seen = true;
    lastNanos = now;
    if (now - sinceNanos >= SLIGHT_NANOS && (!told || now - toldNanos >= PAUSE_NANOS)) {
      told = true;
      toldNanos = now;
      LOG.warn(
          "daily quotas are not counted together: the day ends at {} here and at {} for others;"
              + " their daily_reset or clocks differ",
          Instant.ofEpochSecond(day),
          Instant.ofEpochSecond(theirs));
    }
  }
}
