package io.geminirelay.flow.keys;

import io.geminirelay.flow.keys.Cooldown.Rest;
import java.util.concurrent.TimeUnit;

/**
 * Why an exit is not used for a while, and until when.
 *
 * @param kind why, and so what ends it
 * @param cooldown the end, the reason and the right to the trial
 * @param sinceNanos when it began, or began anew after a trial that failed
 * @param beganNanos when the exit went, before all trials
 */
record ExitRest(Kind kind, Cooldown cooldown, long sinceNanos, long beganNanos) {
  private static final long FIRST_UNREACHABLE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long FIRST_REFUSED_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long CAP_NANOS = TimeUnit.MINUTES.toNanos(5);
  private static final long LOCATION_NANOS = TimeUnit.HOURS.toNanos(1);

  /** Why an exit rests. */
  enum Kind {
    /** No way through it can be opened: 1 s, 2 s, 4 s … 5 min; ends with the first that can. */
    UNREACHABLE,
    /** Google refuses its address for a while: 5 s, 10 s … 5 min; ends with an answer. */
    REFUSED,
    /** Google does not serve where it is: an hour; ends with an answer. */
    LOCATION;

    private Rest rest(String reason) {
      return switch (this) {
        case UNREACHABLE -> new Rest(reason, "", FIRST_UNREACHABLE_NANOS, CAP_NANOS);
        case REFUSED -> new Rest(reason, "", FIRST_REFUSED_NANOS, CAP_NANOS);
        case LOCATION -> new Rest(reason, "", LOCATION_NANOS, 0);
      };
    }
  }

  /** The first rest, for {@code kind}. */
  static ExitRest first(Kind kind, String reason, long now) {
    return new ExitRest(kind, Cooldown.after(null, "", kind.rest(reason), now), now, now);
  }

  /** What follows when a failure comes: itself while it runs, a longer one after its trial. */
  ExitRest after(Kind kind, String reason, long now) {
    Cooldown next = Cooldown.after(cooldown, "", kind.rest(reason), now);
    return next == cooldown ? this : new ExitRest(kind, next, now, beganNanos);
  }

  /** The same from now on, where it would end earlier. */
  ExitRest anew(String reason, long now) {
    Rest rest = kind.rest(reason);
    long until = now + rest.nanosOfStep(cooldown.step());
    if (until - cooldown.untilNanos() <= 0) {
      return this;
    }
    Cooldown next = new Cooldown("", reason, "", cooldown.step(), until);
    return new ExitRest(kind, next, now, beganNanos);
  }
}
