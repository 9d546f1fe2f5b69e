package io.geminirelay.base.state.redis;

import io.geminirelay.base.state.redis.RedisChange.Turn;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Finds out when all has to be read: at first, when a change was missed, and from time to time
 * whatever the numbers say. For one thread.
 */
final class ReadNeed {
  private static final long READ_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** How often all is read though no change was missed: Redis may have dropped something. */
  private static final long QUIET_READ_NANOS = TimeUnit.MINUTES.toNanos(10);

  /** After so many looks in a row that told of changes which never came, nothing is heard. */
  private static final int MOST_MISSES = 5;

  private boolean raised = true;
  private boolean missed;
  private int misses;
  private long lastReadNanos;
  private long lastLooked = -1;

  /** All has to be read, whatever else is found. */
  void raise() {
    raised = true;
  }

  /**
   * Takes what a look told, with {@code known} changes here: those that the look before told of
   * should have come by now.
   *
   * @return whether the connection seems to hear nothing any more
   */
  boolean isDeaf(Turn known) {
    missed = lastLooked > known.number();
    misses = missed ? misses + 1 : 0;
    if (misses < MOST_MISSES) {
      return false;
    }
    misses = 0;
    return true;
  }

  /**
   * Whether all has to be read, after a look told that Redis is at {@code seen}, where {@code
   * lacks} says that it has lost changes.
   */
  boolean isDue(Turn seen, Turn known, boolean lacks, long nowNanos) {
    lastLooked = seen.number();
    return raised
        || missed
        || lacks
        || nowNanos - lastReadNanos > (seen.equals(known) ? QUIET_READ_NANOS : READ_NANOS)
        || !seen.era().equals(known.era());
  }

  /** Notes that all is being read. Instances that began together do not read together for ever. */
  void begun(long nowNanos) {
    raised = false;
    lastReadNanos = nowNanos - ThreadLocalRandom.current().nextLong(READ_NANOS / 4);
  }

  /** Notes that all was read, as it was at {@code at}. */
  void done(Turn at) {
    lastLooked = Math.min(lastLooked, at.number());
  }
}
