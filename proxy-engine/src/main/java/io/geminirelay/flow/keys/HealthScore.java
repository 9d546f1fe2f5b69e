package io.geminirelay.flow.keys;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Health of a key, 0.0 to 1.0: the share of successes among its last attempts, where each counts
 * less the more came after it.
 *
 * <p>What is kept is the distance to 1.0, in one word with the time of the last change: it halves
 * every {@link #HALF_LIFE_NANOS}, so that a key that is not asked any more comes back by itself. A
 * success of a key in full health costs one read. Thread safe.
 */
final class HealthScore {
  /** Steps that selection tells apart: keys get shares in eighths. */
  static final int STEPS = 8;

  static final long HALF_LIFE_NANOS = 120_000_000_000L;

  /** The weight of one attempt. */
  private static final double PART = 0.125;

  /** A distance this small is none. */
  private static final double NOTHING = 1.0 / 1024;

  private static final int DISTANCE_BITS = 32;
  private static final double DISTANCE_ONE = 1L << 31;

  /** About an eighth of a second, so that 32 bits span 18 years. */
  private static final int TICK_BITS = 27;

  /** The distance in the upper half, the tick it was true at in the lower; 0 is full health. */
  private final AtomicLong word = new AtomicLong();

  /** The health at {@code now}. */
  double at(long now) {
    return 1 - distance(word.get(), now);
  }

  /** The health in eighths, 1 to 8: never 0, since a key that gets nothing cannot recover. */
  int step(long now) {
    return step(distance(word.get(), now));
  }

  /** Notes a success; whether the health is in another step now. */
  boolean success(long now) {
    return word.get() != 0 && note(1 - PART, 0, now);
  }

  /** Notes a failure; whether the health is in another step now. */
  boolean failure(long now) {
    return note(1 - PART, PART, now);
  }

  /** Full health again; whether it was not. */
  boolean clear() {
    return word.getAndSet(0) != 0;
  }

  private boolean note(double factor, double added, long now) {
    while (true) {
      long old = word.get();
      double before = distance(old, now);
      double after = before * factor + added;
      if (word.compareAndSet(old, wordOf(after, now))) {
        return step(before) != step(after);
      }
    }
  }

  private static int step(double distance) {
    return Math.max(1, (int) Math.round((1 - distance) * STEPS));
  }

  private static double distance(long word, long now) {
    if (word == 0) {
      return 0;
    }
    long ticks = Math.max(0, (int) (now >> TICK_BITS) - (int) word);
    double halvings = (double) (ticks << TICK_BITS) / HALF_LIFE_NANOS;
    return (word >>> DISTANCE_BITS) / DISTANCE_ONE * Math.pow(2, -halvings);
  }

  private static long wordOf(double distance, long now) {
    return distance < NOTHING
        ? 0
        : (long) (distance * DISTANCE_ONE) << DISTANCE_BITS | (now >> TICK_BITS) & 0xffff_ffffL;
  }
}
