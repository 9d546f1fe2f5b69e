package io.geminirelay.flow.keys;

import io.geminirelay.flow.keys.Cooldown.Rest;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a key whatever the model: in use, refused by Google, or put aside by hand.
 *
 * <p>An invalid key is tried again with one request after pauses that grow from a minute to an
 * hour, so that a key that was switched on again needs nobody's help. Thread safe.
 */
public final class KeyState {
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long LAST_PAUSE_NANOS = TimeUnit.HOURS.toNanos(1);

  private final RestSlot invalid = new RestSlot();
  private volatile boolean disabled;

  /** Key-wide states. */
  public enum Status {
    /** May be chosen, unless its bucket rests. */
    AVAILABLE,
    /** Refused by Google; re-checked now and then. */
    INVALID,
    /** Put aside by hand. */
    DISABLED
  }

  /** The present state. */
  public Status status() {
    if (disabled) {
      return Status.DISABLED;
    }
    return invalid.get() == null ? Status.AVAILABLE : Status.INVALID;
  }

  /** Why and until when the key is invalid, or null. */
  public @Nullable Cooldown invalidity() {
    return invalid.get();
  }

  /** Whether the pause after a refusal is over, so that a request may find out how the key is. */
  public boolean mayBeTried(long now) {
    Cooldown refused = invalid.get();
    return !disabled && (refused == null || refused.over(now));
  }

  boolean disabled() {
    return disabled;
  }

  void disabled(boolean disabled) {
    this.disabled = disabled;
  }

  boolean refuse(String reason, long now) {
    return invalid.rest(new Rest(reason, "", FIRST_PAUSE_NANOS, LAST_PAUSE_NANOS), now);
  }

  boolean succeed(long now) {
    return invalid.succeed(now);
  }

  boolean clear() {
    return invalid.clear();
  }
}
