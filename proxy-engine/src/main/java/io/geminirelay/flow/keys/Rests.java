package io.geminirelay.flow.keys;

import org.jspecify.annotations.Nullable;

/**
 * Everything that keeps a key from serving one model, as it was at one moment.
 *
 * @param invalid the key is refused by Google
 * @param failing the key failed too often in a row
 * @param whole all models of the project rest
 * @param model the model rests
 */
record Rests(
    @Nullable Cooldown invalid,
    @Nullable Cooldown failing,
    @Nullable Cooldown whole,
    @Nullable Cooldown model) {

  /** Whether nothing rests. */
  boolean none() {
    return invalid == null && failing == null && whole == null && model == null;
  }

  /** Whether nothing rests but for failures in a row. */
  boolean onlyFailing() {
    return failing != null && invalid == null && whole == null && model == null;
  }

  /** Time until a trial may go; 0 when one is due or nothing rests. */
  long trialWaitNanos(long now) {
    long wait = Math.max(waitNanos(invalid, now), waitNanos(failing, now));
    return Math.max(wait, Math.max(waitNanos(whole, now), waitNanos(model, now)));
  }

  private static long waitNanos(@Nullable Cooldown cooldown, long now) {
    return cooldown == null ? 0 : Math.max(0, cooldown.trialAtNanos() - now);
  }

  /** Time until the crowd is thought to be let through: a trial under way tells soon. */
  long forecastNanos(long now) {
    long wait = Math.max(forecastNanos(invalid, now), forecastNanos(failing, now));
    return Math.max(wait, Math.max(forecastNanos(whole, now), forecastNanos(model, now)));
  }

  private static long forecastNanos(@Nullable Cooldown cooldown, long now) {
    return cooldown == null ? 0 : cooldown.forecastNanos(now);
  }

  /** Takes the right to the trial of everything that rests; true for one caller. */
  boolean tryTrial(long now) {
    if (none() || trialWaitNanos(now) > 0 || !tryTrial(invalid, now)) {
      return false;
    }
    if (tryTrial(failing, now)) {
      if (tryTrial(whole, now)) {
        if (tryTrial(model, now)) {
          return true;
        }
        release(whole, now, now);
      }
      release(failing, now, now);
    }
    release(invalid, now, now);
    return false;
  }

  private static boolean tryTrial(@Nullable Cooldown cooldown, long now) {
    return cooldown == null || cooldown.tryTrial(now);
  }

  /**
   * Gives the trials back that were taken at {@code takenNanos} and told nothing: the next may go
   * at {@code nextNanos}. Whether there were any.
   */
  boolean releaseTrial(long takenNanos, long nextNanos) {
    boolean changed = release(invalid, takenNanos, nextNanos);
    changed |= release(failing, takenNanos, nextNanos);
    changed |= release(whole, takenNanos, nextNanos);
    changed |= release(model, takenNanos, nextNanos);
    return changed;
  }

  private static boolean release(@Nullable Cooldown cooldown, long takenNanos, long nextNanos) {
    return cooldown != null && cooldown.releaseTrial(takenNanos, nextNanos);
  }
}
