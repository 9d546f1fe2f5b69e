package io.geminirelay.bench.quota;

import java.time.Duration;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Google's own count for one (project, model); what it refuses it does not count. */
final class GoogleBucket {
  private static final ZoneId PACIFIC = ZoneId.of("America/Los_Angeles");
  private static final int MINUTE = 60;

  /** Room counts as left alone when it was there throughout this time. */
  private static final int PATIENCE_SECONDS = 1;

  private final Quota quota;
  private final VirtualTime time;
  private final SlidingSum minute = new SlidingSum(MINUTE);
  private final SlidingSum minuteAndPatience = new SlidingSum(MINUTE + PATIENCE_SECONDS);
  private long today;
  private long dayBegan;
  private long dayEnds;
  private long requestsUnderWay;
  private long tokensUnderWay;
  private long overguessed;

  /** What can be exceeded. */
  enum Limit {
    REQUESTS_PER_MINUTE,
    TOKENS_PER_MINUTE,
    REQUESTS_PER_DAY
  }

  GoogleBucket(Quota quota, VirtualTime time) {
    this.quota = quota;
    this.time = time;
    this.dayBegan = -TimeUnit.DAYS.toNanos(1);
    this.dayEnds = nextMidnight();
  }

  private long nextMidnight() {
    ZonedDateTime now = time.instant().atZone(PACIFIC);
    ZonedDateTime midnight = now.toLocalDate().plusDays(1).atStartOfDay(PACIFIC);
    return time.elapsed() + Duration.between(now, midnight).toNanos();
  }

  private void turnDay() {
    if (time.elapsed() >= dayEnds) {
      today = 0;
      dayBegan = dayEnds;
      dayEnds = nextMidnight();
    }
  }

  /** The limits that one more request of so many tokens would exceed. */
  Set<Limit> exceededBy(long tokens) {
    turnDay();
    long now = time.elapsed();
    Set<Limit> exceeded = EnumSet.noneOf(Limit.class);
    if (minute.requests(now) + 1 > quota.rpm()) {
      exceeded.add(Limit.REQUESTS_PER_MINUTE);
    }
    if (minute.tokens(now) + tokens > quota.tpm()) {
      exceeded.add(Limit.TOKENS_PER_MINUTE);
    }
    if (today + 1 > quota.rpd()) {
      exceeded.add(Limit.REQUESTS_PER_DAY);
    }
    return exceeded;
  }

  /** Whether a request fits now. */
  boolean fits(long tokens) {
    return exceededBy(tokens).isEmpty();
  }

  /** Counts a request that is served. */
  void count(long tokens) {
    long now = time.elapsed();
    minute.add(tokens, now);
    minuteAndPatience.add(tokens, now);
    today++;
  }

  /** A request set out for Google, or got there. */
  void underWay(int requests, long tokens) {
    requestsUnderWay += requests;
    tokensUnderWay += tokens;
  }

  /** A guess is in use that is so much too high, until Google's count comes. */
  void overguessed(long tokens) {
    overguessed += tokens;
  }

  /** As {@link #leftAlone}, as far as one can know who only guesses what is not counted yet. */
  boolean knownLeftAlone(Ask ask) {
    return leftAlone(Math.max(ask.tokens(), ask.guess()) + overguessed);
  }

  /** Whether a request fits and would have fitted all the last second, with those under way. */
  boolean leftAlone(long tokens) {
    turnDay();
    long now = time.elapsed();
    return now - dayBegan > TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)
        && minuteAndPatience.requests(now) + requestsUnderWay + 1 <= quota.rpm()
        && minuteAndPatience.tokens(now) + tokensUnderWay + tokens <= quota.tpm()
        && today + requestsUnderWay + 1 <= quota.rpd();
  }

  /** Nanoseconds until a request fits, if no other comes. */
  long waitNanos(long tokens) {
    turnDay();
    long wait = minute.waitNanos(quota.rpm() - 1, quota.tpm() - tokens, time.elapsed());
    return today + 1 > quota.rpd() ? Math.max(wait, dayEnds - time.elapsed()) : wait;
  }

  /** The smaller of the shares of both minute limits left after one more request. */
  double shareLeftAfter(long tokens) {
    long now = time.elapsed();
    double requests = (double) (quota.rpm() - minute.requests(now) - 1) / quota.rpm();
    double input = (double) (quota.tpm() - minute.tokens(now) - tokens) / quota.tpm();
    return Math.min(requests, input);
  }

  long allowed(Limit limit) {
    return switch (limit) {
      case REQUESTS_PER_MINUTE -> quota.rpm();
      case TOKENS_PER_MINUTE -> quota.tpm();
      case REQUESTS_PER_DAY -> quota.rpd();
    };
  }
}
