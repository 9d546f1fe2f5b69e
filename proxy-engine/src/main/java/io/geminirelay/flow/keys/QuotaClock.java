package io.geminirelay.flow.keys;

import io.geminirelay.base.config.KeysConfig;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;

/**
 * Tells when daily quotas start anew: a local time in a zone, midnight Pacific by default.
 *
 * <p>On the day a clock change skips the local time, the reset comes at the moment of the change;
 * on the day it occurs twice, at the first. Immutable.
 *
 * @see <a href="https://ai.google.dev/gemini-api/docs/rate-limits">Rate limits</a>
 */
public final class QuotaClock {
  private final LocalTime resetTime;
  private final ZoneId zone;

  /** A clock with the reset of {@code config}. */
  public QuotaClock(KeysConfig config) {
    this.resetTime = config.resetTime();
    this.zone = config.resetZone();
  }

  /** Whether {@code other} has its resets at the same times. */
  boolean isLike(QuotaClock other) {
    return resetTime.equals(other.resetTime) && zone.equals(other.zone);
  }

  /** The first reset after {@code now}. */
  public Instant nextReset(Instant now) {
    LocalDate day = now.atZone(zone).toLocalDate();
    // A skipped local time may be moved past midnight's neighbour: look at yesterday's too.
    for (LocalDate each = day.minusDays(1); ; each = each.plusDays(1)) {
      Instant reset = resetOf(each);
      if (reset.isAfter(now)) {
        return reset;
      }
    }
  }

  /** The last reset that is not after {@code now}. */
  public Instant lastReset(Instant now) {
    LocalDate day = now.atZone(zone).toLocalDate();
    for (LocalDate each = day.plusDays(1); ; each = each.minusDays(1)) {
      Instant reset = resetOf(each);
      if (!reset.isAfter(now)) {
        return reset;
      }
    }
  }

  /** Time from {@code now} to the next reset; never zero. */
  public Duration untilReset(Instant now) {
    return Duration.between(now, nextReset(now));
  }

  private Instant resetOf(LocalDate day) {
    var local = day.atTime(resetTime);
    var gap = zone.getRules().getTransition(local);
    return gap != null && gap.isGap()
        ? gap.getInstant()
        : local.atZone(zone).withEarlierOffsetAtOverlap().toInstant();
  }
}
