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

  private final String target;
  private final RestSlot invalid = new RestSlot();
  private volatile boolean disabled;
  private volatile String project = "";
  private volatile QuotaBucket bucket;

  /**
   * A key nothing is known of.
   *
   * @param target authority of the target it is for: what is learned of a project holds there
   * @param bucket its own quota
   */
  KeyState(String target, QuotaBucket bucket) {
    this.target = target;
    this.bucket = bucket;
  }

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

  boolean disabled() {
    return disabled;
  }

  void disabled(boolean disabled) {
    this.disabled = disabled;
  }

  String target() {
    return target;
  }

  /** The project that Google said the key belongs to, {@code projects/…}; empty when unknown. */
  public String project() {
    return project;
  }

  void project(String learned) {
    this.project = learned;
  }

  /** Whether Google said that both keys belong to one project. */
  boolean isOfProject(KeyState other) {
    return target.equals(other.target) && project.equals(other.project);
  }

  /** The quota that the key draws on unless its project is configured. */
  QuotaBucket bucket() {
    return bucket;
  }

  void bucket(QuotaBucket shared) {
    this.bucket = shared;
  }

  boolean refuse(String reason, long begunNanos, long now) {
    Rest rest = Rest.ladder(reason, "", FIRST_PAUSE_NANOS, LAST_PAUSE_NANOS);
    return invalid.rest(rest, begunNanos, now);
  }

  boolean succeed(long begunNanos) {
    return invalid.succeed(begunNanos);
  }

  boolean clear() {
    return invalid.clear();
  }
}
