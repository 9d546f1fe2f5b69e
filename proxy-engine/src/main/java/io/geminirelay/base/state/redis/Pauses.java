package io.geminirelay.base.state.redis;

import java.util.concurrent.ThreadLocalRandom;

/**
 * The pauses between tries: longer each time up to a second, and never the same for all instances,
 * so that a Redis that comes back is not asked by all of them at once. For one thread.
 */
final class Pauses {
  private static final long FIRST_MILLIS = 50;
  private static final long LAST_MILLIS = 1_000;

  private long millis = FIRST_MILLIS;

  long nextMillis() {
    long now = millis;
    millis = Math.min(millis * 2, LAST_MILLIS);
    return now / 2 + ThreadLocalRandom.current().nextLong(now / 2 + 1);
  }

  void reset() {
    millis = FIRST_MILLIS;
  }
}
