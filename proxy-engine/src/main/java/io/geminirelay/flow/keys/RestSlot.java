package io.geminirelay.flow.keys;

import io.geminirelay.flow.keys.Cooldown.Rest;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Room for at most one {@link Cooldown}; nothing in it is the usual case. Thread safe. */
final class RestSlot {
  private final AtomicReference<@Nullable Cooldown> cooldown = new AtomicReference<>();

  @Nullable Cooldown get() {
    return cooldown.get();
  }

  /** Begins or lengthens the rest; whether that changed anything. */
  boolean rest(Rest rest, long begunNanos, long now) {
    while (true) {
      Cooldown old = cooldown.get();
      Cooldown next = Cooldown.after(old, "", rest, begunNanos, now);
      if (next == old) {
        return false;
      }
      if (cooldown.compareAndSet(old, next)) {
        return true;
      }
    }
  }

  /** Takes the rest of another slot over where it is longer; whether that changed anything. */
  boolean adopt(@Nullable Cooldown other) {
    if (other == null) {
      return false;
    }
    while (true) {
      Cooldown old = cooldown.get();
      Cooldown next = Cooldown.longer(old, other);
      if (next == old) {
        return false;
      }
      if (cooldown.compareAndSet(old, next)) {
        return true;
      }
    }
  }

  /** Puts what {@code fitted} makes of the rest in its place; whether that changed anything. */
  boolean fit(UnaryOperator<Cooldown> fitted) {
    Cooldown old = cooldown.get();
    Cooldown next = old == null ? null : fitted.apply(old);
    // Where it was replaced meanwhile, that was done by the new clock.
    return next != old && cooldown.compareAndSet(old, next);
  }

  /**
   * Ends the rest if its time was over at {@code begunNanos}, when the attempt that succeeded
   * began; whether that changed anything.
   */
  boolean succeed(long begunNanos) {
    Cooldown old = cooldown.get();
    return old != null && old.over(begunNanos) && cooldown.compareAndSet(old, null);
  }

  /**
   * Ends a rest for {@code reason}, or for any if that is empty, that had begun by {@code
   * begunNanos}, whether its time is over or not: Google was asked since. Whether that changed
   * anything.
   */
  boolean disprove(String reason, long begunNanos) {
    Cooldown old = cooldown.get();
    return old != null
        && (reason.isEmpty() || old.reason().equals(reason))
        && old.hadBegun(begunNanos)
        && cooldown.compareAndSet(old, null);
  }

  /** Ends the rest if it is what is {@code meant}; whether that changed anything. */
  boolean forget(Predicate<Cooldown> meant) {
    Cooldown old = cooldown.get();
    return old != null && meant.test(old) && cooldown.compareAndSet(old, null);
  }

  /** Ends the rest whatever its time. */
  boolean clear() {
    return cooldown.getAndSet(null) != null;
  }
}
