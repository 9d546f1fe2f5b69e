package io.geminirelay.flow.keys;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * A {@link Forecast} with its latest answers: thousands of questions a second differ little, and
 * each one looked into costs as much as a search among all keys, several times.
 *
 * <p>What was answered holds for questions that are a little smaller in everything. After {@value
 * #MOST_ANSWERS} searches the rest of the time is lived through with those: by the soonest answer
 * to one that asked for no less, else by the latest of all, which may be too soon. That nobody
 * waits is never kept, as long as searches are left: room does not last. Thread safe.
 */
final class Outlook {
  /** How long an answer is kept. */
  static final long KEEP_MILLIS = 50;

  private static final long KEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(KEEP_MILLIS);
  private static final int MOST_ANSWERS = 8;

  /** A part of itself by which a question may have been larger. */
  private static final int NEAR = 8;

  private final Forecast forecast;
  private final long version;
  private final long madeNanos;

  /** Replaced, never changed; two that search at once may lose an answer. */
  private volatile Answer[] answers = {};

  private record Answer(Forecast.Question to, long waitNanos) {
    boolean covers(Forecast.Question asked) {
      return to.tokens() >= asked.tokens()
          && to.ahead() >= asked.ahead()
          && to.mean() >= asked.mean();
    }

    boolean isNear(Forecast.Question asked) {
      return covers(asked)
          && near(to.tokens(), asked.tokens())
          && near(to.ahead(), asked.ahead())
          && near(to.mean(), asked.mean());
    }

    private static boolean near(long larger, long smaller) {
      return larger - smaller <= smaller / NEAR;
    }
  }

  /** What {@code forecast} says, for as long as the states are those of {@code version}. */
  Outlook(Forecast forecast, long version, long now) {
    this.forecast = forecast;
    this.version = version;
    this.madeNanos = now;
  }

  /** Whether it may still be asked. */
  boolean current(long states, long now) {
    return version == states && now - madeNanos < KEEP_NANOS;
  }

  /** Nanoseconds from {@code now} on; see {@link Forecast#waitNanos(Forecast.Question)}. */
  long waitNanos(Forecast.Question asked, long now) {
    Answer[] known = answers;
    for (Answer each : known) {
      if (each.waitNanos() > 0 && each.isNear(asked)) {
        return since(each.waitNanos(), now);
      }
    }
    if (known.length >= MOST_ANSWERS) {
      return since(fromOthers(known, asked), now);
    }
    long wait = forecast.waitNanos(asked);
    Answer[] more = Arrays.copyOf(known, known.length + 1);
    more[known.length] = new Answer(asked, wait);
    answers = more;
    return since(wait, now);
  }

  private static long fromOthers(Answer[] known, Forecast.Question asked) {
    long covering = Long.MAX_VALUE;
    long latest = 0;
    for (Answer each : known) {
      latest = Math.max(latest, each.waitNanos());
      if (each.covers(asked)) {
        covering = Math.min(covering, each.waitNanos());
      }
    }
    return covering == Long.MAX_VALUE ? latest : covering;
  }

  private long since(long wait, long now) {
    return wait == 0 || wait == KeySelector.NEVER ? wait : Math.max(1, wait - (now - madeNanos));
  }
}
