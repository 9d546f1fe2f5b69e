package io.geminirelay.side.health;

import com.fasterxml.jackson.core.JsonGenerator;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.flow.keys.Cooldown;
import io.geminirelay.flow.keys.ModelHolds;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Writes why something rests and until when, all by the same moment. Used for one page. */
public final class RestFields {
  private static final long SECOND_NANOS = 1_000_000_000L;

  private final JsonGenerator out;
  private final long nowNanos;
  private final Instant now;

  /** Writes to {@code out}; now is what {@code time} says. */
  public RestFields(JsonGenerator out, TimeSource time) {
    this.out = out;
    this.nowNanos = time.nanoTime();
    this.now = time.instant();
  }

  /** The moment, on the scale of the ticker. */
  public long nowNanos() {
    return nowNanos;
  }

  /**
   * Adds reason, quota id and end of {@code rest} to the open object. One that is over waits for a
   * request to try whether all is well again.
   */
  public void write(Cooldown rest) throws IOException {
    write(ModelHolds.Hold.of(rest));
  }

  /** As the other, for whatever it is that holds. */
  public void write(ModelHolds.Hold rest) throws IOException {
    out.writeStringField("reason", rest.reason());
    if (!rest.quotaId().isEmpty()) {
      out.writeStringField("quota_id", rest.quotaId());
    }
    writeUntil(rest.untilNanos() - nowNanos);
    if (rest.untilNanos() - nowNanos <= 0) {
      out.writeBooleanField("trial_due", true);
    }
  }

  /** Adds a moment that is {@code leftNanos} away: to the second, in UTC. */
  public void writeUntil(long leftNanos) throws IOException {
    Instant until = now.plusNanos(leftNanos + SECOND_NANOS / 2).truncatedTo(ChronoUnit.SECONDS);
    out.writeStringField("until", until.toString());
    out.writeNumberField(
        "seconds_left", Math.max(0, (leftNanos + SECOND_NANOS - 1) / SECOND_NANOS));
  }
}
