package io.geminirelay.flow.guard;

import java.util.concurrent.atomic.AtomicLongFieldUpdater;

/**
 * A token bucket in one atomic word: the moment at which it will be full again.
 *
 * <p>This is the generic cell rate algorithm (ITU-T I.371). What is in the bucket follows from that
 * moment and from the clock, so nothing has to be refilled, a draw is one compare-and-set, and two
 * words need not agree. Drawing moves the moment on by the time in which as much comes back; it may
 * be as far ahead as a full bucket takes to fill. Over any span no more is taken by {@link
 * #tryTake} than one bucket full and what the span brings back.
 *
 * <p>Lock-free, for all event loops at once.
 */
final class TokenBucket {
  private static final AtomicLongFieldUpdater<TokenBucket> FULL_AT =
      AtomicLongFieldUpdater.newUpdater(TokenBucket.class, "fullAtNanos");

  /** Later than any moment, and so far from overflow that it can be reckoned with. */
  private static final long RETIRED = Long.MAX_VALUE / 2;

  private final RefillRate rate;

  /** On the scale of {@link RefillRate#now()}; in the past, or now, where the bucket is full. */
  private volatile long fullAtNanos;

  /** A full bucket. */
  TokenBucket(RefillRate rate) {
    this.rate = rate;
  }

  /** Takes {@code units} if there are as many; more than the capacity there never are. */
  boolean tryTake(long units) {
    long cost = rate.nanosOf(units);
    long now = rate.now();
    while (true) {
      long fullAt = fullAtNanos;
      long after = Math.max(fullAt, now) + cost;
      if (after - now > rate.capacityNanos()) {
        return false;
      }
      if (FULL_AT.compareAndSet(this, fullAt, after)) {
        return true;
      }
    }
  }

  /** Takes {@code units} whether there are as many or not: the bucket may owe them. */
  void takeAnyway(long units) {
    long cost = rate.nanosOf(units);
    long now = rate.now();
    while (true) {
      long fullAt = fullAtNanos;
      long after = Math.min(Math.max(fullAt, now) + cost, now + RefillRate.MAX_SPAN_NANOS);
      if (FULL_AT.compareAndSet(this, fullAt, Math.max(after, fullAt))) {
        return;
      }
    }
  }

  /**
   * Gives back {@code units} that were taken and not used. Above its capacity the bucket never
   * gets; but what flowed over meanwhile because these were thought to be used is not lost with
   * them, so that up to as many can be taken beyond one bucket full.
   */
  void giveBack(long units) {
    FULL_AT.addAndGet(this, -rate.nanosOf(units));
  }

  /** Nanoseconds until {@link #tryTake} of so many succeeds if nobody else takes; 0 for now. */
  long waitNanos(long units) {
    long now = rate.now();
    long after = Math.max(fullAtNanos, now) + rate.nanosOf(units);
    return Math.max(0, after - now - rate.capacityNanos());
  }

  /** Whole units that can be taken now; negative when the bucket owes some. */
  long room() {
    long now = rate.now();
    return rate.unitsIn(rate.capacityNanos() - (Math.max(fullAtNanos, now) - now));
  }

  /**
   * Sets what is in the bucket, as somebody else has counted it: units, negative where some are
   * owed, and thousandths of one beside them. Who draws meanwhile is not heard.
   */
  void room(long units, int thousandths) {
    long missing =
        units < 0
            ? rate.capacityNanos() + rate.nanosOf(-units)
            : rate.capacityNanos() - Math.min(rate.nanosOf(units), rate.capacityNanos());
    long part = rate.nanosOf(1) / 1_000 * thousandths;
    fullAtNanos = rate.now() + Math.max(0, missing - part);
  }

  /** A moment for {@link #takenSince}. */
  long mark() {
    return Math.max(fullAtNanos, rate.now());
  }

  /** Whole units that were taken after {@code mark} and have not come back yet. */
  long takenSince(long mark) {
    long now = rate.now();
    return Math.max(0, rate.unitsIn(Math.max(fullAtNanos, now) - Math.max(mark, now)));
  }

  /** How far the bucket is from full, in nanoseconds; 0 when it is. */
  long missingNanos() {
    return Math.max(0, fullAtNanos - rate.now());
  }

  /**
   * Takes the bucket out of use for good if it misses no more than {@code nanos}: nobody can draw
   * from it afterwards.
   */
  boolean retire(long nanos) {
    long fullAt = fullAtNanos;
    return fullAt - rate.now() <= nanos && FULL_AT.compareAndSet(this, fullAt, RETIRED);
  }

  /** Whether it is out of use. */
  boolean isRetired() {
    return fullAtNanos == RETIRED;
  }
}
