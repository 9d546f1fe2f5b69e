package io.geminirelay.flow.keys;

import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.state.Fact;
import io.geminirelay.flow.keys.Cooldown.Rest;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How a rest is written down to be kept, and made again from that. */
final class KeptRest {
  private static final String REASON = "reason";
  private static final String QUOTA = "quota_id";
  private static final String STEP = "step";
  private static final String FIRST = "first_ms";
  private static final String CAP = "cap_ms";
  private static final String BEGAN = "began" + Fact.MOMENT;
  private static final String RESET = "reset_ms";

  /** Clocks never agree wholly. */
  private static final long SLACK_MILLIS = 2_000;

  /** No rest is longer; what is kept may be damaged. */
  private static final long MOST_MILLIS = TimeUnit.DAYS.toMillis(31);

  private KeptRest() {}

  /** The fact {@code name} that says {@code rest}. */
  static Fact fact(String name, Cooldown rest, TimeSource time) {
    long now = time.nanoTime();
    long clock = time.instant().toEpochMilli();
    Rest length = rest.length();
    Map<String, String> fields = new HashMap<>();
    fields.put(REASON, length.reason());
    if (!length.quotaId().isEmpty()) {
      fields.put(QUOTA, length.quotaId());
    }
    if (length.resetMillis() != Rest.NO_RESET) {
      fields.put(RESET, Long.toString(length.resetMillis()));
    }
    if (length.ladder()) {
      fields.put(STEP, Integer.toString(rest.step()));
      fields.put(FIRST, millis(length.nanos()));
      fields.put(CAP, millis(length.capNanos()));
    }
    long sinceMillis = TimeUnit.NANOSECONDS.toMillis(now - rest.beganNanos());
    fields.put(BEGAN, Long.toString(clock - sinceMillis));
    long leftMillis = TimeUnit.NANOSECONDS.toMillis(rest.untilNanos() - now);
    return new Fact(name, fields, clock + leftMillis);
  }

  /**
   * Of two that say the same rest, the one that ends earlier. The clock goes on while a machine is
   * suspended, and what rests are measured by stands still: a rest that lasts longer here for that
   * is none for others.
   */
  static Fact earlier(Fact before, Fact now) {
    return now.untilMillis() < before.untilMillis() ? now : before;
  }

  private static long nanos(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(Math.max(0, Math.min(millis, MOST_MILLIS)));
  }

  private static String millis(long nanos) {
    return Long.toString(TimeUnit.NANOSECONDS.toMillis(nanos));
  }

  /** The rest of {@code model} that {@code fact} says; null for one that is over. */
  static @Nullable Cooldown of(Fact fact, String model, TimeSource time) {
    long now = time.nanoTime();
    long clock = time.instant().toEpochMilli();
    long left = TimeUnit.MILLISECONDS.toNanos(Math.min(fact.untilMillis() - clock, MOST_MILLIS));
    if (left <= 0) {
      return null;
    }
    long since = Math.max(0, Math.min(clock - fact.number(BEGAN, clock), MOST_MILLIS));
    long began = now - TimeUnit.MILLISECONDS.toNanos(since);
    String reason = fact.field(REASON, "kept");
    String quota = fact.field(QUOTA, "");
    long cap = nanos(fact.number(CAP, 0));
    long first = nanos(fact.number(FIRST, 0));
    Rest length =
        cap > 0
            ? new Rest(reason, quota, first, cap, Rest.NO_RESET)
            : new Rest(reason, quota, left, 0, fact.number(RESET, Rest.NO_RESET));
    int step = (int) Math.max(0, Math.min(fact.number(STEP, 0), Integer.MAX_VALUE));
    return new Cooldown(model, length, step, began, now + left);
  }

  /** Whether {@code rest} is the one that {@code fact} says, or was to end before it. */
  static boolean covers(Fact fact, Cooldown rest, TimeSource time) {
    long clock = time.instant().toEpochMilli();
    long left = TimeUnit.NANOSECONDS.toMillis(rest.untilNanos() - time.nanoTime());
    return clock + left - fact.untilMillis() < SLACK_MILLIS;
  }
}
