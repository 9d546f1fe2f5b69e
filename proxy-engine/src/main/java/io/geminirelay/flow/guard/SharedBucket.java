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
 * <p>What was drawn and how far it may go are counted from the beginning, so that telling the store
 * what is owed changes neither: at no moment is there less to draw than there was.
 *
 * <p>While it is shared, the {@link TokenBucket} follows what the store tells of the room. That is
 * what those see who look on, what tells how long to wait, and what is drawn on when the store is
 * lost: there is no full bucket then that was not full before.
 *
 * <p>Lock-free, for all event loops; what is said to be for the state thread only for that.
 */
final class SharedBucket {
  private static final AtomicLongFieldUpdater<SharedBucket> DRAWN =
      AtomicLongFieldUpdater.newUpdater(SharedBucket.class, "drawn");

  /** A bound that is never set: draws are on {@link #alone}. */
  private static final long ALONE = Long.MIN_VALUE;

  /** What to wait at least for a lease that is on its way. */
  private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final String name;
  private final long perMinute;
  private final RefillRate rate;
  private final TokenBucket alone;

  /** Units that were drawn on leases, ever. */
  private volatile long drawn;

  /** Units that were leased or told as owed, ever; less {@link #drawn}, what is in hand. */
  private volatile long leased;

  /** How far {@link #drawn} may go; {@link #ALONE} while nothing is shared. */
  private volatile long most = ALONE;

  /** Where {@link #hand()} is low. */
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
      long bound = most;
      if (bound == ALONE) {
        return alone.tryTake(units);
      }
      long before = drawn;
      long after = before + units;
      if (after > bound) {
        call();
        if (most == bound && drawn == before) {
          return false;
        }
      } else if (DRAWN.compareAndSet(this, before, after)) {
        callIfLow(leased - after);
        return true;
      }
    }
  }

  /** Takes {@code units} whether there are as many or not: they may be owed. */
  void takeAnyway(long units) {
    if (most == ALONE) {
      alone.takeAnyway(units);
    } else {
      callIfLow(leased - DRAWN.addAndGet(this, units));
    }
  }

  /** Gives back {@code units} that were taken and not used. */
  void giveBack(long units) {
    if (most == ALONE) {
      alone.giveBack(units);
    } else {
      DRAWN.addAndGet(this, -units);
    }
  }

  /** Nanoseconds until {@link #tryTake} of so many may succeed; 0 for now. */
  long waitNanos(long units) {
    while (true) {
      long bound = most;
      if (bound == ALONE) {
        return alone.waitNanos(units);
      }
      if (drawn + units <= bound) {
        return 0;
      }
      // What was drawn may have been within a bound that was set meanwhile.
      if (most == bound) {
        call();
        return Math.max(SOON_NANOS, alone.waitNanos(units + Math.max(0, -hand())));
      }
    }
  }

  /**
   * Whole units that can be taken now, by all instances together as far as was told, wherever they
   * are; negative when some are owed.
   */
  long room() {
    long left = alone.room();
    return most == ALONE ? left : Math.min(perMinute, left + hand() + elsewhere);
  }

  /** Whether it is drawn on by leases now, and not alone. */
  boolean isShared() {
    return most != ALONE;
  }

  /** Whether there is room for {@code units}, although they cannot be taken here just now. */
  boolean isAwaited(long units) {
    return most != ALONE && alone.waitNanos(units + Math.max(0, -hand())) == 0;
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
    return leased - drawn;
  }

  /** Units that are left for all beside what is leased, as last told and with what came since. */
  long roomOfAll() {
    // What is in a hand has not been used, so that nothing flows back for it.
    return Math.min(alone.room(), perMinute - elsewhere - Math.max(0, hand()));
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
    most = leased - lowest;
  }

  /**
   * Takes what was leased in hand, and what the store tells of the room for all: units, and
   * thousandths of one beside them; and of what the others have in hand. How far may be drawn is
   * the same until {@link #bounds}.
   */
  void take(long granted, long room, int thousandths, long othersHold) {
    lease(granted);
    alone.room(room, thousandths);
    elsewhere = othersHold;
  }

  /** How low what is in hand may fall, 0 or less, and where it is low. */
  void bounds(long lowest, long low) {
    this.most = leased - lowest;
    this.low = low;
  }

  /**
   * Takes what is owed out of the hand, to be told to the store; 0 when nothing is. So much less
   * the hand may owe from now on, until the store has told what is left.
   */
  long takeDebt() {
    long before = drawn;
    long debt = before - leased;
    if (debt <= 0) {
      return 0;
    }
    leased = before;
    alone.takeAnyway(debt);
    return debt;
  }

  /**
   * Takes {@code units} out of the hand, to be given back to the store; whether they were there.
   */
  boolean takeSurplus(long units) {
    while (true) {
      long before = drawn;
      if (leased - before < units) {
        return false;
      }
      if (DRAWN.compareAndSet(this, before, before + units)) {
        alone.giveBack(units);
        return true;
      }
    }
  }

  /**
   * Like {@link #takeSurplus}, for one that nobody shares with: what is given back may be drawn all
   * the same, and is owed then.
   */
  boolean takeSpare(long units) {
    if (hand() < units) {
      return false;
    }
    lease(-units);
    alone.giveBack(units);
    return true;
  }

  /**
   * Draws alone from now on, with what is in hand as well, here and elsewhere: nobody could tell
   * who has used it. May be repeated.
   *
   * @return what was in hand; less than 0 where some was owed
   */
  long leave() {
    long rest = handOver();
    alone.giveBack(elsewhere);
    elsewhere = 0;
    most = ALONE;
    // Who saw the bound before may still draw on the hand: the next call sees to what comes later.
    return rest + handOver();
  }

  private void lease(long units) {
    // Nobody else writes it.
    long before = leased;
    leased = before + units;
  }

  /** Has {@link #alone} hold what is in hand. */
  private long handOver() {
    long before = drawn;
    long rest = leased - before;
    leased = before;
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
