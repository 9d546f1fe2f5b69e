package io.geminirelay.base.state.redis;

/**
 * How far Redis's clock is ahead of this machine's. Told by one thread, {@link #aheadMillis} from
 * any.
 */
final class RedisClock {
  private static final long SHARP_MILLIS = 20;

  private volatile long aheadMillis;
  private boolean known;

  long aheadMillis() {
    return aheadMillis;
  }

  /**
   * Redis told {@code clockMillis}, at some time of the {@code tookMillis} that ended at {@code
   * localMillis}. A slow answer tells little, but for what is off by more than it can be wrong.
   */
  void told(long clockMillis, long localMillis, long tookMillis) {
    long ahead = clockMillis - (localMillis - tookMillis / 2);
    if (!known || tookMillis <= SHARP_MILLIS || Math.abs(ahead - aheadMillis) > tookMillis / 2) {
      known = true;
      aheadMillis = ahead;
    }
  }
}
