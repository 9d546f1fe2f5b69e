package io.geminirelay.flow.keys;

import io.geminirelay.base.config.GroupConfig.QuotaLimits;
import io.geminirelay.flow.keys.verdict.QuotaViolation;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What one (bucket, model) has used of what Google allows it: requests and input tokens of the last
 * minute, requests of the day.
 *
 * <p>Counted always, for the day when a refusal tells that there is a limit; bounded where one is
 * known. The window is made at the first draw, so that models nobody asks for cost next to nothing.
 * Tokens below zero ({@link Demand#FREE}) mean a request that Google does not count for the model:
 * it draws nothing and is always let through. Thread safe, without lock.
 *
 * @see <a href="https://ai.google.dev/gemini-api/docs/rate-limits">Rate limits</a>
 */
final class ModelQuota {
  /** All of the quota is left, or none is known. */
  static final int ALL_ROOM = 1000;

  private static final long MINUTE_NANOS = TimeUnit.SECONDS.toNanos(61);
  private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final DayWatch days;
  private final AtomicReference<QuotaBounds> bounds;
  private final AtomicReference<@Nullable QuotaWindow> window = new AtomicReference<>();
  private final DayCount day = new DayCount();
  private final DrawCount untold = new DrawCount();
  private final AtomicLong drawnNanos;
  private final long madeNanos;
  private volatile long peakRequests;
  private volatile long peakTokens;
  private volatile boolean forgotten;
  private volatile boolean proven;

  /** With what the operator has set, 0 where nothing. */
  ModelQuota(QuotaLimits limits, DayWatch days) {
    long now = days.time().nanoTime();
    this.days = days;
    this.madeNanos = now;
    this.bounds = new AtomicReference<>(QuotaBounds.configured(limits, now));
    this.drawnNanos = new AtomicLong(now - MINUTE_NANOS);
  }

  /** Other limits of the operator's; the counts, and what was learned, stay. */
  void configured(QuotaLimits limits) {
    long now = days.time().nanoTime();
    bounds.updateAndGet(old -> old.withConfigured(limits, now));
  }

  /**
   * Thousandths of the quota that are left, by the limit that is nearest; 0 when one is used up.
   */
  int room(long now) {
    QuotaBounds most = bounds(now);
    if (!most.known()) {
      return ALL_ROOM;
    }
    QuotaWindow minute = window.get();
    long used = minute == null ? 0 : minute.used(now);
    int room = QuotaBound.share(QuotaWindow.requestsOf(used), most.perMinute());
    room = Math.min(room, QuotaBound.share(QuotaWindow.tokensOf(used), most.tokensPerMinute()));
    return most.perDay() == QuotaBound.UNKNOWN
        ? room
        : Math.min(room, QuotaBound.share(day.count(days.number(now)), most.perDay()));
  }

  /** Draws one request with {@code tokens}, unless that would exceed a limit. */
  boolean tryDraw(long tokens, long now) {
    if (tokens < 0) {
      return true;
    }
    QuotaBounds most = bounds(now);
    long drawn = Math.min(tokens, QuotaWindow.MOST_TOKENS);
    QuotaWindow minute = window(now);
    if (untold.isShared() && !isOwnPart(drawn, most, minute, now)) {
      return false;
    }
    if (!minute.tryAdd(drawn, most.perMinute(), most.tokensPerMinute(), now)) {
      return false;
    }
    if (!day.tryAdd(most.perDay(), days.number(now))) {
      minute.takeBack(1, drawn, now);
      return false;
    }
    untold.add(1, drawn);
    drawnNanos.setOpaque(now);
    return true;
  }

  /** Whether as much is left even if the others, who are not heard of yet, draw their parts. */
  private boolean isOwnPart(long tokens, QuotaBounds most, QuotaWindow minute, long now) {
    long used = minute.used(now);
    long requests = Math.min(most.perMinute() - QuotaWindow.requestsOf(used), dayLeft(most, now));
    long left = most.tokensPerMinute() - QuotaWindow.tokensOf(used);
    return untold.allows(tokens, requests, left);
  }

  /** Draws one request with {@code tokens} whatever the limits. */
  void draw(long tokens, long now) {
    if (tokens >= 0) {
      long drawn = Math.min(tokens, QuotaWindow.MOST_TOKENS);
      window(now).add(drawn, now);
      day.add(days.number(now));
      untold.add(1, drawn);
      drawnNanos.setOpaque(now);
    }
  }

  /** Takes a draw back: Google never saw the request. */
  void giveBack(long tokens, long drawnAtNanos, long now) {
    QuotaWindow minute = window.get();
    if (tokens >= 0 && minute != null) {
      long drawn = Math.min(tokens, QuotaWindow.MOST_TOKENS);
      long taken = minute.takeBack(1, drawn, drawnAtNanos);
      untold.add(-1, -QuotaWindow.tokensOf(taken));
      if (days.sameDay(drawnAtNanos, now)) {
        day.takeBack(days.number(now));
      }
    }
  }

  /** Puts the tokens that Google counted in the place of those that were guessed. */
  void correct(long guessed, long counted, long drawnAtNanos, long now) {
    QuotaWindow minute = window.get();
    if (guessed < 0 || minute == null) {
      return;
    }
    long more =
        Math.min(counted, QuotaWindow.MOST_TOKENS) - Math.min(guessed, QuotaWindow.MOST_TOKENS);
    // The others are told of what was changed here, and of nothing that was over.
    if (more < 0) {
      untold.add(0, -QuotaWindow.tokensOf(minute.takeBack(0, -more, drawnAtNanos)));
    } else if (more > 0 && minute.addTokens(more, drawnAtNanos, now)) {
      untold.add(0, more);
    }
  }

  /** What was drawn here and is not told to the other instances. */
  DrawCount untold() {
    return untold;
  }

  /**
   * Counts what other instances have drawn.
   *
   * @param requests and {@code tokens} just now; less than 0 where they took some back
   * @param dayRequests of all, this one too, of today
   */
  void drawnElsewhere(long requests, long tokens, long dayRequests, long now) {
    window(now).adjust(requests, tokens, now);
    day.atLeast(dayRequests, days.number(now));
  }

  /** Nanoseconds until {@link #tryDraw} can succeed, 0 when it could now. */
  long waitNanos(long tokens, long now) {
    QuotaBounds most = bounds(now);
    if (tokens < 0 || !most.known()) {
      return 0;
    }
    if (Math.min(most.perMinute(), most.tokensPerMinute()) == 0 || dayLeft(most, now) == 0) {
      return days.untilResetNanos(now);
    }
    QuotaWindow minute = window.get();
    if (minute == null) {
      return 0;
    }
    long drawn = Math.min(tokens, QuotaWindow.MOST_TOKENS);
    long wait = minute.waitNanos(drawn, most.perMinute(), most.tokensPerMinute(), now);
    // Until the others are heard of.
    boolean soon = wait == 0 && untold.isShared() && !isOwnPart(drawn, most, minute, now);
    return soon ? SOON_NANOS : wait;
  }

  /** Which quota lets nothing through, in the words of refusals. */
  String usedUp(long now) {
    return dayLeft(bounds(now), now) == 0 ? "quota_per_day" : "quota_per_minute";
  }

  private long dayLeft(QuotaBounds most, long now) {
    return most.perDay() == QuotaBound.UNKNOWN
        ? QuotaBound.UNKNOWN
        : Math.max(0, most.perDay() - day.count(days.number(now)));
  }

  /**
   * Requests of {@code tokens} each that will have fitted by {@code atNanos}, if none goes before.
   */
  long roomBy(long tokens, long atNanos) {
    long now = days.time().nanoTime();
    QuotaBounds most = bounds(now);
    if (tokens < 0 || !most.known()) {
      return Long.MAX_VALUE;
    }
    long ahead = Math.max(0, atNanos - now);
    boolean nextDay = ahead > 0 && ahead >= days.untilResetNanos(now);
    long byMinute = minutesRoom(most, Math.min(tokens, QuotaWindow.MOST_TOKENS), ahead, now);
    long left = dayLeft(most, now);
    return nextDay && left != QuotaBound.UNKNOWN
        ? Math.min(byMinute, left + most.perDay())
        : Math.min(byMinute, left);
  }

  /** Whole minutes bring the whole quota each; the rest what has left the window by then. */
  private long minutesRoom(QuotaBounds most, long tokens, long ahead, long now) {
    QuotaWindow minute = window.get();
    long span = QuotaWindow.SPAN_NANOS + QuotaWindow.SLOT_NANOS;
    long used = minute == null ? 0 : minute.usedAt(now + ahead % span, now);
    long byRequests =
        QuotaBound.fitting(most.perMinute(), QuotaWindow.requestsOf(used), ahead / span, 1);
    long byTokens =
        QuotaBound.fitting(
            most.tokensPerMinute(), QuotaWindow.tokensOf(used), ahead / span, Math.max(1, tokens));
    return Math.min(byRequests, byTokens);
  }

  /**
   * Learns from a refusal, which names the limits exceeded and perhaps what they allow, of a
   * request with {@code tokens} that was drawn at {@code drawnAtNanos}.
   */
  void refused(List<QuotaViolation> violations, long tokens, long drawnAtNanos, long now) {
    bounds(now);
    for (QuotaViolation violation : violations) {
      QuotaBounds.Kind kind = QuotaBounds.Kind.of(violation.quotaId());
      if (violation.limit() == QuotaViolation.UNKNOWN) {
        guess(kind, tokens, drawnAtNanos, now);
      } else if (isLowest(violation, kind, violations)) {
        long toReset = days.untilResetNanos(now);
        bounds.updateAndGet(old -> old.told(kind, violation.limit(), now, toReset));
      }
    }
  }

  /** Of several limits of one kind, as for a region and for the whole, the lowest is met first. */
  private static boolean isLowest(
      QuotaViolation violation, QuotaBounds.Kind kind, List<QuotaViolation> all) {
    for (QuotaViolation each : all) {
      if (each.limit() != QuotaViolation.UNKNOWN
          && each.limit() < violation.limit()
          && QuotaBounds.Kind.of(each.quotaId()) == kind) {
        return false;
      }
    }
    return true;
  }

  /** What was used says something of the limit only where all of it was counted. */
  private void guess(QuotaBounds.Kind kind, long tokens, long drawnAtNanos, long now) {
    boolean daily = kind == QuotaBounds.Kind.REQUESTS_PER_DAY;
    boolean counted =
        daily
            ? days.isWhole(madeNanos, now)
                && days.sameDay(drawnAtNanos, now)
                && days.sinceResetNanos(now) >= RestRules.RESET_DOUBT.toNanos()
            : now - madeNanos >= MINUTE_NANOS;
    if (!counted) {
      return;
    }
    boolean ofTokens = kind == QuotaBounds.Kind.TOKENS_PER_MINUTE;
    long used = usedOf(kind, now) + (ofTokens ? Math.max(0, tokens - 1) : 0);
    long peak = daily ? 0 : ofTokens ? peakTokens : peakRequests;
    long lasts = daily ? days.untilResetNanos(now) : Long.MAX_VALUE;
    QuotaBound.Evidence seen = new QuotaBound.Evidence(used, peak, drawnAtNanos, lasts);
    bounds.updateAndGet(old -> old.guessed(kind, seen, now));
  }

  /** Notes down what is used, so that a guess is known to be far below. For a timer. */
  void look(long now) {
    peakRequests = Math.max(peakRequests, usedOf(QuotaBounds.Kind.REQUESTS_PER_MINUTE, now));
    peakTokens = Math.max(peakTokens, usedOf(QuotaBounds.Kind.TOKENS_PER_MINUTE, now));
  }

  private long usedOf(QuotaBounds.Kind kind, long now) {
    QuotaWindow minute = window.get();
    return switch (kind) {
      case REQUESTS_PER_MINUTE -> minute == null ? 0 : minute.requests(now);
      case TOKENS_PER_MINUTE -> minute == null ? 0 : minute.tokens(now);
      case REQUESTS_PER_DAY -> day.count(days.number(now));
      case OTHER -> 0;
    };
  }

  /**
   * Takes into account that Google refused {@code tokens} for {@code delayNanos} because of tokens
   * alone, although there seemed to be room for them: as much more is counted until then, so that
   * smaller requests go on. False when no limit is known to hold it against.
   */
  boolean hold(List<QuotaViolation> violations, long tokens, long delayNanos, long now) {
    long most = bounds(now).tokensPerMinute();
    boolean tokensAlone =
        !violations.isEmpty()
            && violations.stream()
                .allMatch(
                    each ->
                        QuotaBounds.Kind.of(each.quotaId()) == QuotaBounds.Kind.TOKENS_PER_MINUTE);
    if (!tokensAlone || most == QuotaBound.UNKNOWN || tokens < 0) {
      return false;
    }
    QuotaWindow minute = window(now);
    long missing = most - minute.tokens(now) - Math.min(tokens, QuotaWindow.MOST_TOKENS) + 1;
    long ago = Math.max(0, QuotaWindow.SPAN_NANOS - delayNanos);
    // One that can never fit goes alone: one token beside it keeps it out.
    long more = Math.max(1, Math.min(missing, QuotaWindow.MOST_TOKENS));
    minute.addTokens(more, now - ago, now);
    return true;
  }

  /** What is allowed at the moment. */
  QuotaBounds bounds(long now) {
    QuotaBounds current = bounds.get();
    if (now - current.dueNanos() < 0) {
      return current;
    }
    return bounds.updateAndGet(old -> now - old.dueNanos() < 0 ? old : old.at(now));
  }

  /** What is used at the moment, for those who look on. */
  Used used(long now) {
    return new Used(
        usedOf(QuotaBounds.Kind.REQUESTS_PER_MINUTE, now),
        usedOf(QuotaBounds.Kind.TOKENS_PER_MINUTE, now),
        usedOf(QuotaBounds.Kind.REQUESTS_PER_DAY, now));
  }

  /**
   * What is used.
   *
   * @param requests of the last minute
   * @param tokens of the last minute
   * @param dayRequests since the reset
   */
  record Used(long requests, long tokens, long dayRequests) {}

  /** Forgets what was learned of its limits. */
  void forgetLearned() {
    long now = days.time().nanoTime();
    bounds.updateAndGet(old -> old.forgotten(now));
  }

  /** Takes over lower limits that {@code other} has learned of what turned out to be the same. */
  void adopt(ModelQuota other, long now) {
    QuotaBounds theirs = other.bounds(now);
    bounds.updateAndGet(old -> old.lower(theirs, now));
  }

  /** Notes down that the model has answered: there is one of that name. */
  void proven() {
    if (!proven) {
      proven = true;
    }
  }

  /** Whether the model has answered. */
  boolean isProven() {
    return proven;
  }

  /** Whether nobody would miss it: the model has not answered yet, and nothing was learned. */
  boolean isIdle(long now) {
    return !proven && !bounds(now).isLearned() && now - drawnNanos() >= MINUTE_NANOS;
  }

  /** Says that its bucket will make another when the model is asked for again. */
  void forget() {
    forgotten = true;
  }

  /** Whether whoever holds it has to ask the bucket again. */
  boolean isForgotten() {
    return forgotten;
  }

  /** When it was drawn on last. */
  long drawnNanos() {
    return drawnNanos.getOpaque();
  }

  /** Whether it would be missed: for the minute's count, or for the day's where it is limited. */
  boolean inUse(long now) {
    if (now - drawnNanos() < MINUTE_NANOS) {
      return true;
    }
    return bounds(now).perDay() != QuotaBound.UNKNOWN && day.count(days.number(now)) > 0;
  }

  private QuotaWindow window(long now) {
    QuotaWindow made = window.get();
    if (made != null) {
      return made;
    }
    QuotaWindow fresh = new QuotaWindow(now);
    QuotaWindow first = window.compareAndExchange(null, fresh);
    return first == null ? fresh : first;
  }
}
