package io.geminirelay.flow.keys;

import io.geminirelay.flow.keys.Cooldown.Rest;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Room for at most one {@link Cooldown}; nothing in it is the usual case. Thread safe. */
final class RestSlot {
  private final AtomicReference<@Nullable Cooldown> cooldown = new AtomicReference<>();

  @Nullable Cooldown get() {
    return cooldown.get();
  }

  /** Begins or lengthens the rest; whether that changed anything. */
  boolean rest(Rest rest, long now) {
    while (true) {
      Cooldown old = cooldown.get();
      Cooldown next = Cooldown.after(old, "", rest, now);
      if (next == old) {
        return false;
      }
      if (cooldown.compareAndSet(old, next)) {
        return true;
      }
    }
  }

  /** Ends the rest if its time is over; whether that changed anything. */
  boolean succeed(long now) {
    Cooldown old = cooldown.get();
    return old != null && old.over(now) && cooldown.compareAndSet(old, null);
  }

  /** Ends the rest whatever its time. */
  boolean clear() {
    return cooldown.getAndSet(null) != null;
  }
}
