package io.geminirelay.flow.guard;

import io.geminirelay.base.exchange.TimeSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;

/**
 * A limit of a minute that several instances may share.
 *
 * <p>Alone, it is a {@link TokenBucket}. Shared, it draws on what is in hand: units that were
 * leased from the store all instances go by, and that nobody else will use. A draw is then one
 * compare-and-set with no look at the clock. Nobody waits for the store: a {@link LimitLease} sees
 * to it in the background that there is enough in hand, and is called when it runs low. What is in
 * hand may fall below zero a little, to a floor that the lease sets by what the store has last told
 * of the room for all: so the first request after a rest need not wait for a lease. That, and
 * charges, which are taken whatever there is, are owed to the store and told with the next ask.
 *
 * <p>While it is shared, the {@link TokenBucket} follows what the store tells of the room. That is
 * what those see who look on, what tells how long to wait, and what is drawn on when the store is
 * lost: there is no full bucket then that was not full before.
 *
 * <p>Lock-free, for all event loops; what is said to be for the state thread only for that.
 */
final class SharedBucket {
  private static final AtomicLongFieldUpdater<SharedBucket> HAND =
      AtomicLongFieldUpdater.newUpdater(SharedBucket.class, "hand");

  /** A floor that nothing reaches: draws are on {@link #alone}. */
  private static final long ALONE = Long.MAX_VALUE;

  /** What to wait at least for a lease that is on its way. */
  private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final String name;
  private final long perMinute;
  private final RefillRate rate;
  private final TokenBucket alone;

  /** Units that are leased and not used; negative where more were used than leased. */
  private volatile long hand;

  /** How low {@link #hand} may fall, 0 or less; {@link #ALONE} while nothing is shared. */
  private volatile long floor = ALONE;

  /** Where {@link #hand} is low. */
  private volatile long low;

  /** Units that other instances have in hand, as last told. */
  private volatile long elsewhere;

  /** Whether more is wanted than there is in hand. */
  private volatile boolean calling;

  private volatile Runnable called = () -> {};

  /** A full bucket of a minute's worth, not shared; {@code name} is the same in all instances. */
  SharedBucket(String name, long perMinute, TimeSource time) {
    this.name = name;
    this.perMinute = perMinute;
    this.rate = new RefillRate(perMinute, perMinute, time);
    this.alone = new TokenBucket(rate);
  }

  /** Name of the limit. */
  String name() {
    return name;
  }

  /** Units that come back in a minute, and that it holds. */
  long perMinute() {
    return perMinute;
  }

  /** Nanoseconds by the ticker of this bucket. */
  long now() {
    return rate.now();
  }

  /** Takes {@code units} if there are as many. */
  boolean tryTake(long units) {
    while (true) {
      long lowest = floor;
      if (lowest == ALONE) {
        return alone.tryTake(units);
      }
      long before = hand;
      long after = before - units;
      if (after < lowest) {
        call();
        if (floor == lowest && hand == before) {
          return false;
        }
      } else if (HAND.compareAndSet(this, before, after)) {
        callIfLow(after);
        return true;
      }
    }
  }

  /** Takes {@code units} whether there are as many or not: they may be owed. */
  void takeAnyway(long units) {
    if (floor == ALONE) {
      alone.takeAnyway(units);
    } else {
      callIfLow(HAND.addAndGet(this, -units));
    }
  }

  /** Gives back {@code units} that were taken and not used. */
  void giveBack(long units) {
    if (floor == ALONE) {
      alone.giveBack(units);
    } else {
      HAND.addAndGet(this, units);
    }
  }

  /** Nanoseconds until {@link #tryTake} of so many may succeed; 0 for now. */
  long waitNanos(long units) {
    long lowest = floor;
    if (lowest == ALONE) {
      return alone.waitNanos(units);
    }
    long before = hand;
    if (before - units >= lowest) {
      return 0;
    }
    call();
    return Math.max(SOON_NANOS, alone.waitNanos(units + Math.max(0, -before)));
  }

  /**
   * Whole units that can be taken now, by all instances together as far as was told, wherever they
   * are; negative when some are owed.
   */
  long room() {
    long left = alone.room();
    return floor == ALONE ? left : Math.min(perMinute, left + hand + elsewhere);
  }

  /** Whether it is drawn on by leases now, and not alone. */
  boolean isShared() {
    return floor != ALONE;
  }

  /** Whether there is room for {@code units}, although they cannot be taken here just now. */
  boolean isAwaited(long units) {
    return floor != ALONE && alone.waitNanos(units + Math.max(0, -hand)) == 0;
  }

  private void callIfLow(long after) {
    if (after < low) {
      call();
    }
  }

  private void call() {
    if (!calling) {
      calling = true;
      called.run();
    }
  }

  // ---- for the state thread

  /** Units in hand; negative where more were used than leased. */
  long hand() {
    return hand;
  }

  /** Units that are left for all beside what is leased, as last told and with what came since. */
  long roomOfAll() {
    // What is in a hand has not been used, so that nothing flows back for it.
    return Math.min(alone.room(), perMinute - elsewhere - Math.max(0, hand));
  }

  /** Units that other instances have in hand, as last told. */
  long elsewhere() {
    return elsewhere;
  }

  /** Whether more was wanted than there was since {@link #heard}. */
  boolean isCalling() {
    return calling;
  }

  /** Has the next that wants more call again. */
  void heard() {
    calling = false;
  }

  /** A moment of drawing alone, for {@link #takenAlone}. */
  long mark() {
    return alone.mark();
  }

  /** Whole units that were drawn since {@code mark} and have not come back by themselves. */
  long takenAlone(long mark) {
    return alone.takenSince(mark);
  }

  /**
   * Draws on leases from now on. {@code whenLow} is run, by whoever finds that there is little in
   * hand, on any thread.
   */
  void share(Runnable whenLow, long lowest) {
    called = whenLow;
    calling = false;
    floor = lowest;
  }

  /**
   * Takes what was leased in hand, and what the store tells of the room for all: units, and
   * thousandths of one beside them; and of what the others have in hand.
   */
  void take(long granted, long room, int thousandths, long othersHold) {
    HAND.addAndGet(this, granted);
    alone.room(room, thousandths);
    elsewhere = othersHold;
  }

  /** How low what is in hand may fall, 0 or less, and where it is low. */
  void bounds(long lowest, long low) {
    this.floor = lowest;
    this.low = low;
  }

  /**
   * Takes what is owed out of the hand, to be told to the store; 0 when nothing is. So much less
   * the hand may owe from now on, until the store has told what is left.
   */
  long takeDebt() {
    long lowest = floor;
    while (true) {
      long before = hand;
      if (before >= 0) {
        floor = lowest;
        return 0;
      }
      // Before the hand: no moment at which the same units could be owed twice.
      floor = Math.min(0, lowest - before);
      if (HAND.compareAndSet(this, before, 0)) {
        alone.takeAnyway(-before);
        return -before;
      }
    }
  }

  /**
   * Takes {@code units} out of the hand, to be given back to the store; whether they were there.
   */
  boolean takeSurplus(long units) {
    while (true) {
      long before = hand;
      if (before < units) {
        return false;
      }
      if (HAND.compareAndSet(this, before, before - units)) {
        alone.giveBack(units);
        return true;
      }
    }
  }

  /**
   * Draws alone from now on, with what is in hand as well, here and elsewhere: nobody could tell
   * who has used it. May be repeated.
   *
   * @return what was in hand; less than 0 where some was owed
   */
  long leave() {
    floor = ALONE;
    // Who saw the floor before may still draw on the hand: the next call sees to that.
    long rest = HAND.getAndSet(this, 0);
    alone.giveBack(elsewhere);
    elsewhere = 0;
    if (rest > 0) {
      alone.giveBack(rest);
    } else if (rest < 0) {
      alone.takeAnyway(-rest);
    }
    return rest;
  }

  /** Whole units that come back in {@code nanos}. */
  long backIn(long nanos) {
    return rate.unitsIn(nanos);
  }
}
