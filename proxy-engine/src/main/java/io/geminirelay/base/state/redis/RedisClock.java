package io.geminirelay.base.state.redis;

import io.geminirelay.base.exchange.TimeSource;
import java.util.concurrent.TimeUnit;

/**
 * How far Redis's clock is ahead of this machine's. It is measured against the ticker, which never
 * steps: so a step of this machine's clock is known at once. Told by one thread, {@link
 * #aheadMillis} from any.
 */
final class RedisClock {
  private static final long SHARP_MILLIS = 20;

  private final TimeSource time;
  private volatile Measure last;

  /**
   * What was found last.
   *
   * @param clockMillis Redis's clock when the ticker stood at zero
   * @param known whether it was ever told
   */
  private record Measure(long clockMillis, boolean known) {}

  RedisClock(TimeSource time) {
    this.time = time;
    this.last = new Measure(0, false);
  }

  /** Zero before it was told. */
  long aheadMillis() {
    Measure now = last;
    return now.known ? now.clockMillis + tickerMillis() - time.instant().toEpochMilli() : 0;
  }

  /**
   * Redis told {@code clockMillis}, at some time of the {@code tookMillis} that end now. A slow
   * answer tells little, but for what is off by more than it can be wrong.
   */
  void told(long clockMillis, long tookMillis) {
    long found = clockMillis + tookMillis / 2 - tickerMillis();
    Measure before = last;
    if (!before.known
        || tookMillis <= SHARP_MILLIS
        || Math.abs(found - before.clockMillis) > tookMillis / 2) {
      last = new Measure(found, true);
    }
  }

  private long tickerMillis() {
    return TimeUnit.NANOSECONDS.toMillis(time.nanoTime());
  }
}
