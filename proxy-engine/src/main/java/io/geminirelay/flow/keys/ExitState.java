package io.geminirelay.flow.keys;

import io.geminirelay.base.config.Destination;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.flow.keys.ExitRest.Kind;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The live state of one exit on the way to one target: open, or resting until a time from which one
 * trial goes first.
 *
 * <p>All that decides is one immutable {@link Trouble}, replaced by compare-and-set; an exit in
 * order has the shared {@link #NONE}. Thread safe; takes the time from its callers.
 */
final class ExitState {
  /** Failures in a row that open no way, after which the exit rests. */
  static final int FAILURES = 3;

  /** Pause between two requests that go through a resting exit because no other way is left. */
  static final long ANYWAY_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final Trouble NONE = new Trouble(0, null);

  /** What a change did to the exit, for the log. */
  enum Change {
    SAME,
    WENT,
    CAME_BACK
  }

  private record Trouble(int failures, @Nullable ExitRest rest) {
    boolean isNone() {
      return failures == 0 && rest == null;
    }
  }

  private final Destination way;
  private final String id;
  private final ExitRefusals refusals = new ExitRefusals();
  private final AtomicReference<Trouble> trouble = new AtomicReference<>(NONE);
  private final AtomicLong anywayAtNanos;
  private volatile long usedAtNanos;

  ExitState(Destination way, long now) {
    this.way = way;
    this.id = way.target().authority() + '/' + exitOf(way);
    this.anywayAtNanos = new AtomicLong(now);
    this.usedAtNanos = now;
  }

  /** By a fingerprint, since it tells of the user; see {@link KnownExits} for the password. */
  private static String exitOf(Destination way) {
    return way.egress() == null ? "direct" : Secret.of(way.egress().identity()).fingerprint();
  }

  /** Names it for all instances; two exits that differ in their passwords alone the same. */
  String id() {
    return id;
  }

  Destination way() {
    return way;
  }

  ExitRefusals refusals() {
    return refusals;
  }

  /** The rest, or null while the exit is open. */
  @Nullable ExitRest rest() {
    return trouble.get().rest();
  }

  /** Ways in a row that could not be opened. */
  int failures() {
    return trouble.get().failures();
  }

  /** When a way was last opened or an answer came. */
  long usedAtNanos() {
    return usedAtNanos;
  }

  // ---- who may go

  /** Whether it is open, or the caller has been given the trial. */
  boolean admits(long now) {
    ExitRest rest = rest();
    return rest == null || rest.cooldown().tryTrial(now);
  }

  /** Whether {@link #admits} might say yes. */
  boolean mayAdmit(long now) {
    ExitRest rest = rest();
    return rest == null || now - rest.cooldown().trialAtNanos() >= 0;
  }

  /** Lets one through although the exit rests: there is no other way. */
  boolean admitsAnyway(long now) {
    long at = anywayAtNanos.get();
    return admits(now)
        || (now - at >= 0 && anywayAtNanos.compareAndSet(at, now + ANYWAY_PAUSE_NANOS));
  }

  /** Gives the trial of {@code takenNanos} back, which told nothing. */
  void releaseTrial(long takenNanos, long now) {
    ExitRest rest = rest();
    if (rest != null) {
      rest.cooldown().releaseTrial(takenNanos, now);
    }
  }

  // ---- what happened

  /** A way through it was opened up to the target. */
  Change connected(long now) {
    usedAtNanos = now;
    return change(
        old -> {
          ExitRest rest = old.rest();
          return rest == null || rest.kind() == Kind.UNREACHABLE ? NONE : new Trouble(0, rest);
        });
  }

  /** A way through it could not be opened. */
  Change failed(FaultKind why, long now) {
    return change(
        old -> {
          int failures = old.failures() + 1;
          boolean enough = failures >= FAILURES || why == FaultKind.EGRESS_AUTH;
          return old.rest() != null || enough
              ? resting(old, failures, Kind.UNREACHABLE, why.reason(), now)
              : new Trouble(failures, null);
        });
  }

  /** An active check could not open a way: the exit rests, and a rest begins anew. */
  Change checkFailed(FaultKind why, long now) {
    return change(
        old -> {
          ExitRest rest = old.rest();
          boolean resting = rest != null && !rest.cooldown().over(now);
          return resting && rest != null && rest.kind() == Kind.UNREACHABLE
              ? new Trouble(old.failures(), rest.anew(why.reason(), now))
              : resting(old, old.failures(), Kind.UNREACHABLE, why.reason(), now);
        });
  }

  /** Google refuses what comes through it. */
  Change refused(Kind kind, String reason, long now) {
    return change(old -> resting(old, old.failures(), kind, reason, now));
  }

  /** An answer came that is one, to a request of {@code sentNanos}: not evidence if sent before. */
  Change answered(long sentNanos, long now) {
    usedAtNanos = now;
    if (trouble.get().isNone()) {
      return Change.SAME;
    }
    return change(
        old -> {
          ExitRest rest = old.rest();
          return rest == null || sentNanos - rest.sinceNanos() >= 0 ? NONE : new Trouble(0, rest);
        });
  }

  /** Another instance knows of a rest: it holds here too where there is none, or a shorter one. */
  Change learn(Kind kind, Cooldown cooldown, long now) {
    return change(
        old -> {
          ExitRest rest = old.rest();
          boolean longer = rest == null || rest.cooldown().untilNanos() - cooldown.untilNanos() < 0;
          return longer
              ? new Trouble(
                  old.failures(), new ExitRest(kind, cooldown, now, cooldown.beganNanos()))
              : old;
        });
  }

  /** Ends the rest if it is what is {@code meant}. */
  Change forget(Predicate<ExitRest> meant) {
    return change(
        old -> {
          ExitRest rest = old.rest();
          return rest != null && meant.test(rest) ? NONE : old;
        });
  }

  private static Trouble resting(Trouble old, int failures, Kind kind, String reason, long now) {
    ExitRest rest = old.rest();
    return new Trouble(
        failures, rest == null ? ExitRest.first(kind, reason, now) : rest.after(kind, reason, now));
  }

  private Change change(UnaryOperator<Trouble> step) {
    while (true) {
      Trouble old = trouble.get();
      Trouble next = step.apply(old);
      if (trouble.compareAndSet(old, next)) {
        if ((old.rest() == null) == (next.rest() == null)) {
          return Change.SAME;
        }
        return old.rest() == null ? Change.WENT : Change.CAME_BACK;
      }
    }
  }
}
