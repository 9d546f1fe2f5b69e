package io.geminirelay.flow.keys;

import io.geminirelay.base.config.GroupConfig.QuotaLimits;
import java.util.Locale;

/**
 * What one (project, model) is allowed: requests a minute, input tokens a minute, requests a day.
 * Immutable; each change makes another, with the values laid out as the hot path needs them.
 *
 * @param rpm requests a minute
 * @param tpm input tokens a minute
 * @param rpd requests a day
 * @param perMinute the value of {@code rpm}
 * @param tokensPerMinute the value of {@code tpm}
 * @param perDay the value of {@code rpd}
 * @param known whether there is any limit
 * @param dueNanos when to ask {@link #at} again
 */
record QuotaBounds(
    QuotaBound rpm,
    QuotaBound tpm,
    QuotaBound rpd,
    long perMinute,
    long tokensPerMinute,
    long perDay,
    boolean known,
    long dueNanos) {
  /** A small guess has to let requests of some size in again soon. */
  private static final long LEAST_TOKEN_GROWTH = 1000;

  /** A part of the limit. */
  private static final int MISCOUNT = 8;

  /** What a quota id limits. */
  enum Kind {
    REQUESTS_PER_MINUTE,
    TOKENS_PER_MINUTE,
    REQUESTS_PER_DAY,
    /** Something that is not counted here. */
    OTHER;

    /** The kind of Google's {@code quotaId}; tokens are those of the input. */
    static Kind of(String quotaId) {
      String id = quotaId.toLowerCase(Locale.ROOT);
      boolean minute = id.contains("perminute");
      boolean day = id.contains("perday");
      if (id.contains("requests") && minute != day) {
        return minute ? REQUESTS_PER_MINUTE : REQUESTS_PER_DAY;
      }
      boolean tokens = id.contains("tokens") && !id.contains("outputtokens");
      return tokens && minute && !day && !id.contains("requests") ? TOKENS_PER_MINUTE : OTHER;
    }
  }

  static QuotaBounds configured(QuotaLimits limits, long now) {
    return of(
        QuotaBound.configured(limits.requestsPerMinute()),
        QuotaBound.configured(limits.tokensPerMinute()),
        QuotaBound.configured(limits.requestsPerDay()),
        now);
  }

  private static QuotaBounds of(QuotaBound rpm, QuotaBound tpm, QuotaBound rpd, long now) {
    long minute = rpm.most();
    long tokens = tpm.most();
    long day = rpd.most();
    boolean known = Math.min(Math.min(minute, tokens), day) != QuotaBound.UNKNOWN;
    long due = Math.min(Math.min(rpm.dueInNanos(now), tpm.dueInNanos(now)), rpd.dueInNanos(now));
    return new QuotaBounds(rpm, tpm, rpd, minute, tokens, day, known, now + Math.max(1, due));
  }

  /** The same with other values of the operator's. */
  QuotaBounds withConfigured(QuotaLimits limits, long now) {
    return of(
        rpm.withConfigured(limits.requestsPerMinute()),
        tpm.withConfigured(limits.tokensPerMinute()),
        rpd.withConfigured(limits.requestsPerDay()),
        now);
  }

  /** The same a while later. */
  QuotaBounds at(long now) {
    return of(rpm.at(now, 0), tpm.at(now, LEAST_TOKEN_GROWTH), rpd.at(now, 0), now);
  }

  /**
   * After a refusal.
   *
   * @param used what was used of that kind
   * @param toResetNanos what is left of the day
   */
  QuotaBounds refused(QuotaViolation violation, long used, long now, long toResetNanos) {
    Kind kind = Kind.of(violation.quotaId());
    QuotaBound before =
        switch (kind) {
          case REQUESTS_PER_MINUTE -> rpm;
          case TOKENS_PER_MINUTE -> tpm;
          case REQUESTS_PER_DAY -> rpd;
          case OTHER -> QuotaBound.NONE;
        };
    QuotaBound after =
        violation.limit() == QuotaViolation.UNKNOWN
            ? isMiscount(kind, before, used) ? before : before.guessed(used, now)
            : before.told(violation.limit(), now, toResetNanos);
    return switch (kind) {
      case REQUESTS_PER_MINUTE -> of(after, tpm, rpd, now);
      case TOKENS_PER_MINUTE -> of(rpm, after, rpd, now);
      case REQUESTS_PER_DAY -> of(rpm, tpm, after, now);
      case OTHER -> this;
    };
  }

  /**
   * Tokens that wait to be counted by Google are guessed: so near the limit it may be what it is.
   */
  private static boolean isMiscount(Kind kind, QuotaBound bound, long used) {
    return kind == Kind.TOKENS_PER_MINUTE
        && bound.source() == QuotaBound.Source.NOBODY
        && bound.most() != QuotaBound.UNKNOWN
        && used >= bound.most() - bound.most() / MISCOUNT;
  }

  /** The lower of each, where an operator gave two tables for one project; 0 is no limit. */
  static QuotaLimits lower(QuotaLimits a, QuotaLimits b) {
    return new QuotaLimits(
        lower(a.requestsPerMinute(), b.requestsPerMinute()),
        lower(a.tokensPerMinute(), b.tokensPerMinute()),
        lower(a.requestsPerDay(), b.requestsPerDay()));
  }

  private static long lower(long a, long b) {
    return a == 0 || b == 0 ? Math.max(a, b) : Math.min(a, b);
  }
}
