package io.geminirelay.flow.keys;

import java.util.concurrent.TimeUnit;

/**
 * What one limit allows, as far as it is known: set by the operator, told by Google, or guessed
 * from what was used when Google refused.
 *
 * <p>The lower of the operator's and Google's holds. What Google told is forgotten after a day, so
 * that a better tier is noticed; that it allows nothing is forgotten at the daily reset. A guess
 * grows by a twentieth a minute, as it may have been made while somebody else used the project;
 * each refusal doubles that pause, up to an hour. A guess far below what was once used, or next to
 * nothing, starves the project if it is wrong: it grows by a half, and every few minutes at least.
 * A new guess is no less than half of the old. All refusals of requests that were sent before the
 * last guess are one piece of evidence with it. Immutable; 0 a minute or a day means that nothing
 * is allowed.
 *
 * @param configured by the operator, or {@link #UNKNOWN}
 * @param learned told or guessed, or {@link #UNKNOWN}
 * @param source where {@code learned} is from
 * @param sinceNanos when it was guessed or has last grown
 * @param untilNanos when it is forgotten
 * @param pauseNanos between two steps of a guess's growth; 0 for what is none
 * @param best the most that was used at once, as far as is known; 0 for what is no guess
 */
record QuotaBound(
    long configured,
    long learned,
    Source source,
    long sinceNanos,
    long untilNanos,
    long pauseNanos,
    long best) {
  /** No limit is known. */
  static final long UNKNOWN = Long.MAX_VALUE;

  static final QuotaBound NONE = configured(0);

  private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long DAY_NANOS = TimeUnit.DAYS.toNanos(1);
  private static final long MAX_PAUSE_NANOS = TimeUnit.MINUTES.toNanos(64);
  private static final long MAX_LOW_PAUSE_NANOS = TimeUnit.MINUTES.toNanos(4);
  private static final long MAX_GROWN = 1L << 50;

  /** A guess grows by one part in so many. */
  private static final long GROWTH_PART = 20;

  private static final long LOW_GROWTH_PART = 2;

  /** Least steps of growth that a guess is worth when it is not next to nothing. */
  private static final long FEW = 8;

  /** Where a limit is from. */
  enum Source {
    /** From nowhere. */
    NOBODY,
    /** A refusal named it. */
    GOOGLE,
    /** What was used at a refusal that named no value. */
    GUESS
  }

  /** As the operator set it; 0 when he did not. */
  static QuotaBound configured(long most) {
    return new QuotaBound(most > 0 ? most : UNKNOWN, UNKNOWN, Source.NOBODY, 0, 0, 0, 0);
  }

  /** What is allowed, or {@link #UNKNOWN}. */
  long most() {
    return Math.min(configured, learned);
  }

  /** Whether what is allowed was guessed. */
  boolean isGuessed() {
    return source == Source.GUESS && learned < configured;
  }

  /** The same with another value of the operator's. */
  QuotaBound withConfigured(long most) {
    return new QuotaBound(
        most > 0 ? most : UNKNOWN, learned, source, sinceNanos, untilNanos, pauseNanos, best);
  }

  /** The same with nothing learned. */
  QuotaBound forgotten() {
    return configured(configured == UNKNOWN ? 0 : configured);
  }

  /** After a refusal that named the limit; {@code toResetNanos} is left of the day. */
  QuotaBound told(long most, long now, long toResetNanos) {
    long forget = most == 0 ? Math.min(DAY_NANOS, toResetNanos) : DAY_NANOS;
    return new QuotaBound(configured, most, Source.GOOGLE, now, now + forget, 0, 0);
  }

  /** After a refusal that did not name the limit; the same when it proves nothing. */
  QuotaBound guessed(Evidence seen, long now) {
    long used = seen.used();
    if (used <= 0 || source == Source.GOOGLE) {
      // The limit is what it was; somebody else uses the project too, or the count is a little off.
      return this;
    }
    boolean again = source == Source.GUESS;
    if (again && seen.drawnNanos() - sinceNanos < 0) {
      return this;
    }
    long known = most();
    if (known == 0 || (!again && known != UNKNOWN && used < known - known / 5)) {
      return this;
    }
    long most = Math.max(Math.max(best, used), seen.peak());
    long least = again ? Math.min(learned, most) / 2 : 1;
    long guess = Math.min(known, Math.max(Math.max(1, least), used));
    long pause = again ? Math.min(MAX_PAUSE_NANOS, 2 * pauseNanos) : MINUTE_NANOS;
    long until = now + Math.min(DAY_NANOS, seen.lastsNanos());
    return new QuotaBound(configured, guess, Source.GUESS, now, until, pause, most);
  }

  /**
   * What a refusal shows that names no value.
   *
   * @param used what was used when it came
   * @param peak the most that was used at once before, as far as is known
   * @param drawnNanos when the refused request was sent
   * @param lastsNanos for how long a guess can be of use
   */
  record Evidence(long used, long peak, long drawnNanos, long lastsNanos) {}

  /** The lower of what two learned of one limit, with this one's operator. */
  QuotaBound lower(QuotaBound other) {
    return other.source == Source.NOBODY || other.learned >= learned
        ? this
        : new QuotaBound(
            configured,
            other.learned,
            other.source,
            other.sinceNanos,
            other.untilNanos,
            other.pauseNanos,
            other.best);
  }

  /**
   * The same a while later: forgotten, grown, or as it was.
   *
   * @param leastGrowth of a guess in one step, above 0
   */
  QuotaBound at(long now, long leastGrowth) {
    if (source == Source.NOBODY) {
      return this;
    }
    if (now - untilNanos >= 0) {
      return forgotten();
    }
    if (source != Source.GUESS) {
      return this;
    }
    long grown = learned;
    long since = sinceNanos;
    for (long pause = pause(grown, leastGrowth);
        now - since >= pause;
        pause = pause(grown, leastGrowth)) {
      long part = isLow(grown, leastGrowth) ? LOW_GROWTH_PART : GROWTH_PART;
      grown += Math.max(leastGrowth, grown / part);
      since += pause;
      if (grown >= Math.min(configured, MAX_GROWN)) {
        return forgotten();
      }
    }
    return grown == learned
        ? this
        : new QuotaBound(configured, grown, source, since, untilNanos, pauseNanos, best);
  }

  private boolean isLow(long guess, long leastGrowth) {
    return guess < Math.max(best / 2, FEW * leastGrowth);
  }

  private long pause(long guess, long leastGrowth) {
    return isLow(guess, leastGrowth) ? Math.min(pauseNanos, MAX_LOW_PAUSE_NANOS) : pauseNanos;
  }

  /** When {@link #at} can next say something else, at the earliest; a day when it never can. */
  long dueInNanos(long now, long leastGrowth) {
    return switch (source) {
      case NOBODY -> DAY_NANOS;
      case GOOGLE -> untilNanos - now;
      case GUESS -> Math.min(untilNanos - now, sinceNanos + pause(learned, leastGrowth) - now);
    };
  }

  /** What is left of {@code most} where {@code used} are used, as {@link ModelQuota#room} tells. */
  static int share(long used, long most) {
    if (most == UNKNOWN) {
      return ModelQuota.ALL_ROOM;
    }
    if (used >= most) {
      return 0;
    }
    // Both fit a double's 53 bits, and its division is quicker than that of longs.
    return Math.max(1, (int) ((double) (most - used) / most * ModelQuota.ALL_ROOM));
  }

  /** Requests of {@code size} that fit in so many whole spans and what {@code used} leaves. */
  static long fitting(long most, long used, long spans, long size) {
    if (most == UNKNOWN) {
      return UNKNOWN;
    }
    if (size > most && most > 0) {
      // One that can never fit goes alone.
      return spans + (used == 0 ? 1 : 0);
    }
    return spans * (most / size) + Math.max(0, most - used) / size;
  }
}
