package io.geminirelay.flow.keys;

import io.geminirelay.base.state.Fact;
import io.geminirelay.flow.keys.Cooldown.Rest;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a key whatever the model: in use, failing, refused by Google, or put aside by
 * hand.
 *
 * <p>An invalid key is tried again with one request after pauses that grow from a minute to an
 * hour, so that a key that was switched on again needs nobody's help; so is one that failed several
 * times in a row, after shorter pauses. Thread safe.
 */
public final class KeyState {
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long LAST_PAUSE_NANOS = TimeUnit.HOURS.toNanos(1);

  private final String target;
  private final RestSlot invalid = new RestSlot();
  private final RestSlot failing = new RestSlot();
  private final HealthScore health = new HealthScore();
  private final AtomicInteger failuresInARow = new AtomicInteger();
  private volatile long failedAtNanos;
  private volatile boolean disabled;
  private volatile boolean configuredAside;
  private volatile @Nullable Hand hand;
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
    /** Failed several times in a row; rests, unless all others fail too. */
    FAILING,
    /** Refused by Google; re-checked now and then. */
    INVALID,
    /** Put aside by hand. */
    DISABLED
  }

  /** The present state. */
  public Status status() {
    if (disabled()) {
      return Status.DISABLED;
    }
    if (invalid.get() != null) {
      return Status.INVALID;
    }
    return failing.get() == null ? Status.AVAILABLE : Status.FAILING;
  }

  /** Why and until when the key is invalid, or null. */
  public @Nullable Cooldown invalidity() {
    return invalid.get();
  }

  /** Until when the key rests for its failures, or null. */
  public @Nullable Cooldown failing() {
    return failing.get();
  }

  /** Share of late attempts that were successes, 0.0 to 1.0, at {@code nanoTime} of the ticker. */
  public double health(long nanoTime) {
    return health.at(nanoTime);
  }

  /** The health in eighths, 1 to 8. */
  int healthStep(long now) {
    return health.step(now);
  }

  /** When it failed last; means nothing if it never did. */
  long failedAtNanos() {
    return failedAtNanos;
  }

  /** Whether the pause after a refusal is over, so that a request may find out how the key is. */
  public boolean mayBeTried(long now) {
    Cooldown refused = invalid.get();
    return !disabled() && (refused == null || refused.over(now));
  }

  boolean disabled() {
    return disabled;
  }

  /**
   * What somebody did by hand, here or at another instance.
   *
   * @param aside put it aside, else took it back
   * @param atMillis when, in milliseconds of the epoch; 0 where that is not known
   * @param untilMillis when that stops being of interest, in milliseconds of the epoch
   */
  record Hand(boolean aside, long atMillis, long untilMillis) {
    /** Whether it came after {@code other}; whose clocks are not known to agree wholly. */
    boolean isAfter(Hand other) {
      return other.atMillis != 0 && atMillis - other.atMillis >= Fact.SLACK_MILLIS;
    }
  }

  /** What the last hand did; null where the configuration alone decides. */
  @Nullable Hand hand() {
    return hand;
  }

  /** A hand has acted here, after all that was known: it is right whatever a configuration says. */
  synchronized void byHand(boolean aside, long nowMillis, long untilMillis) {
    Hand before = hand;
    long after = before == null ? nowMillis : before.atMillis() + 2 * Fact.SLACK_MILLIS;
    hand = new Hand(aside, Math.max(nowMillis, after), untilMillis);
    disabled = aside;
  }

  /** The same of a hand elsewhere, where none came later; whether that changed anything. */
  synchronized boolean learnHand(Hand done) {
    Hand before = hand;
    if (before != null && before.isAfter(done)) {
      return false;
    }
    hand = done;
    disabled = done.aside();
    return !done.equals(before);
  }

  /** Nobody's hand counts any more, if the last was {@code aside}; whether one did. */
  synchronized boolean forgetHand(boolean aside) {
    Hand before = hand;
    if (before == null || before.aside() != aside) {
      return false;
    }
    hand = null;
    disabled = configuredAside;
    return true;
  }

  /**
   * What the configuration says of that now. Where it is another than before, it overrules the hand
   * before it that says else; one that says the same goes on, for others whose configurations do
   * not say so. Whether that changed anything.
   */
  synchronized boolean configured(boolean aside) {
    if (configuredAside == aside) {
      return false;
    }
    Hand before = hand;
    boolean changed = before != null || disabled != aside;
    configuredAside = aside;
    if (before != null && before.aside() != aside) {
      hand = null;
    }
    disabled = aside;
    return changed;
  }

  /** Whether the configuration says the same as the last hand, or there was none. */
  boolean isAsConfigured() {
    return configuredAside == disabled;
  }

  /** Whether a hand has taken it back although the configuration puts it aside. */
  boolean takenBack() {
    return configuredAside && !disabled;
  }

  /** Takes over a refusal that is known elsewhere; whether that changed anything. */
  boolean learnInvalid(Cooldown rest) {
    return invalid.adopt(rest);
  }

  /** Ends a refusal that is what is {@code meant}; whether that changed anything. */
  boolean forgetInvalid(Predicate<Cooldown> meant) {
    return invalid.forget(meant);
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

  /** Notes a failure in the health; whether the health is in another step now. */
  boolean lowerHealth(long now) {
    failedAtNanos = now;
    return health.failure(now);
  }

  /** Notes a success in the health; whether the health is in another step now. */
  boolean raiseHealth(long now) {
    if (failuresInARow.get() != 0) {
      failuresInARow.set(0);
    }
    return health.success(now);
  }

  /** Counts a failure, and rests after {@code most} in a row; whether that changed anything. */
  boolean fail(int most, Rest rest, long begunNanos, long now) {
    boolean enough = failuresInARow.incrementAndGet() >= most || failing.get() != null;
    return enough && failing.rest(rest, begunNanos, now);
  }

  /** Ends the rests that a success disproves; whether that changed anything. */
  boolean succeed(long begunNanos) {
    boolean changed = failing.clear();
    changed |= invalid.succeed(begunNanos);
    return changed;
  }

  /** Ends a refusal from before {@code begunNanos}: Google accepts the key; whether it had one. */
  boolean accept(long begunNanos) {
    return invalid.disprove("", begunNanos);
  }

  /** Forgets rests and failures; whether there were any. */
  boolean clear() {
    failuresInARow.set(0);
    boolean changed = health.clear();
    changed |= failing.clear();
    changed |= invalid.clear();
    return changed;
  }
}
