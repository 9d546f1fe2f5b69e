package io.geminirelay.flow.keys;

import java.util.concurrent.TimeUnit;

/**
 * What one limit allows, as far as it is known: set by the operator, told by Google, or guessed
 * from what was used when Google refused.
 *
 * <p>The lower of the operator's and Google's holds. What Google told is forgotten after a day, so
 * that a better tier is noticed; that it allows nothing is forgotten at the daily reset. A guess
 * grows by a twentieth a minute, as it may have been made while somebody else used the project;
 * each refusal doubles that pause, up to an hour. A new guess is no less than half of the old.
 * Immutable; 0 a minute or a day means that nothing is allowed.
 *
 * @param configured by the operator, or {@link #UNKNOWN}
 * @param learned told or guessed, or {@link #UNKNOWN}
 * @param source where {@code learned} is from
 * @param sinceNanos when it was guessed or has last grown
 * @param untilNanos when it is forgotten
 * @param pauseNanos between two steps of a guess's growth; 0 for what is none
 */
record QuotaBound(
    long configured,
    long learned,
    Source source,
    long sinceNanos,
    long untilNanos,
    long pauseNanos) {
  /** No limit is known. */
  static final long UNKNOWN = Long.MAX_VALUE;

  static final QuotaBound NONE = configured(0);

  private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long DAY_NANOS = TimeUnit.DAYS.toNanos(1);
  private static final long MAX_PAUSE_NANOS = TimeUnit.MINUTES.toNanos(64);
  private static final double GROWTH = 0.05;
  private static final long MOST_STEPS = 24 * 60;

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
    return new QuotaBound(most > 0 ? most : UNKNOWN, UNKNOWN, Source.NOBODY, 0, 0, 0);
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
        most > 0 ? most : UNKNOWN, learned, source, sinceNanos, untilNanos, pauseNanos);
  }

  /** After a refusal that named the limit; {@code toResetNanos} is left of the day. */
  QuotaBound told(long most, long now, long toResetNanos) {
    long forget = most == 0 ? Math.min(DAY_NANOS, toResetNanos) : DAY_NANOS;
    return new QuotaBound(configured, most, Source.GOOGLE, now, now + forget, 0);
  }

  /** After a refusal that did not name the limit, at which {@code used} were used. */
  QuotaBound guessed(long used, long now) {
    if (source == Source.GOOGLE) {
      // The limit is what it was; somebody else uses the project too, or the count is a little off.
      return this;
    }
    long known = most();
    if (known == 0 || (source != Source.GUESS && known != UNKNOWN && used < known - known / 5)) {
      return this;
    }
    long least = source == Source.GUESS ? learned / 2 : 1;
    long guess = Math.min(known, Math.max(Math.max(1, least), used));
    long pause = source == Source.GUESS ? Math.min(MAX_PAUSE_NANOS, 2 * pauseNanos) : MINUTE_NANOS;
    return new QuotaBound(configured, guess, Source.GUESS, now, now + DAY_NANOS, pause);
  }

  /**
   * The same a while later: forgotten, grown, or as it was.
   *
   * @param leastGrowth of a guess a minute
   */
  QuotaBound at(long now, long leastGrowth) {
    if (source == Source.NOBODY || now - untilNanos >= 0) {
      return source == Source.NOBODY ? this : configured(configured == UNKNOWN ? 0 : configured);
    }
    if (source != Source.GUESS || now - sinceNanos < pauseNanos) {
      return this;
    }
    long steps = (now - sinceNanos) / pauseNanos;
    // A small one stays until the twentieths have come to a whole.
    long byShare = (long) (learned * Math.pow(1 + GROWTH, (double) Math.min(steps, MOST_STEPS)));
    long grown = Math.max(byShare, learned + steps * leastGrowth);
    if (grown >= configured) {
      return configured(configured == UNKNOWN ? 0 : configured);
    }
    long since = grown == learned ? sinceNanos : sinceNanos + steps * pauseNanos;
    return new QuotaBound(configured, grown, source, since, untilNanos, pauseNanos);
  }

  /** When {@link #at} can next say something else, at the earliest; a day when it never can. */
  long dueInNanos(long now) {
    return switch (source) {
      case NOBODY -> DAY_NANOS;
      case GOOGLE -> untilNanos - now;
      case GUESS -> Math.min(untilNanos - now, pauseNanos - (now - sinceNanos) % pauseNanos);
    };
  }
}
