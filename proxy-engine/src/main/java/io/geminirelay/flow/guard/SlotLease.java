package io.geminirelay.flow.guard;

import io.geminirelay.base.state.SlotStore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What one instance holds of slots that several share: decides when the store is to be told, and
 * how many are wanted.
 *
 * <p>The store decides who may have how many. Each gets what it uses and what it was just asked
 * for, as far as there is enough; where there is not, each can be sure of an equal part. Of what is
 * left, each holds a part to spare, so that most requests find a slot at once. What is to go to
 * others is first not allowed here any longer, and only then told as free: two never take the same.
 *
 * <p>All on the state thread.
 */
final class SlotLease {
  /** How long slots that were refused are wanted: a client may try again after a second. */
  private static final long WANTED_NANOS = TimeUnit.MILLISECONDS.toNanos(1_500);

  /** The same for slots that are there now, and that others want as well. */
  private static final long UNUSED_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /** How soon is told what has changed much, and looked whether others are done. */
  private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** How soon is told what has changed at all. */
  private static final long LATER_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** For so long after it has joined others may come that were alone as well. */
  private static final long JOINING_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** How long others are counted on to end something. */
  private static final long OTHERS_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Slots slots;
  private final Consumer<SlotLease> caller;

  private boolean joined;
  private long joinedNanos;
  private long askedNanos;

  /** What was told last. */
  private int toldLimit;

  private int toldUsed;

  /** What the store counts as held here, as far as is known. */
  private int held;

  private int granted;

  /** Whether others want more than they have. */
  private boolean pressed;

  /** Until {@link #wantedUntilNanos}, so many are wanted. */
  private int wanted;

  private long wantedUntilNanos;
  private long othersUntilNanos;

  /** Whether to ask at once would not bring more; read on any thread. */
  private volatile boolean isShort;

  /** Whether somebody asked for what is to spare here. */
  private boolean called;

  /** A lease of none; {@code caller} is run, on any thread, when it wants more. */
  SlotLease(Slots slots, Consumer<SlotLease> caller, long now) {
    this.slots = slots;
    this.caller = caller;
    this.wantedUntilNanos = now;
    this.othersUntilNanos = now;
  }

  /** What it is a lease of. */
  Slots slots() {
    return slots;
  }

  /** Whether there is no more than what it got; from any thread. */
  boolean isShort() {
    return isShort;
  }

  /** Whether something is to be told that others may wait for. */
  boolean isUrgent(long now) {
    return !joined
        || called
        || slots.isCalling()
        || toldLimit != slots.limit()
        || isHungry(now)
        || (pressed && holds() < held);
  }

  /**
   * Whether the store is to be told or asked for its own sake; {@code pause} where all is quiet.
   */
  boolean isDue(long now, long pause) {
    long since = now - askedNanos;
    if (since < SOON_NANOS) {
      return false;
    }
    int used = slots.used();
    boolean waits = used >= granted && now - othersUntilNanos < 0;
    boolean joins = now - joinedNanos < JOINING_NANOS;
    long changed = Math.abs((long) used - toldUsed);
    return waits
        || joins
        || changed > Math.max(0, granted - toldUsed) / 4
        || (changed > 0 && since >= LATER_NANOS)
        || since >= pause;
  }

  private boolean isHungry(long now) {
    return wanted > granted && now - wantedUntilNanos < 0;
  }

  /** What may be taken here, or is. */
  private int holds() {
    return Math.max(slots.used(), slots.allowed());
  }

  /** What the store is to be told. */
  SlotStore.Ask next(long now) {
    int limit = slots.limit();
    int refused = slots.heard();
    int used = slots.used();
    if (now - wantedUntilNanos >= 0) {
      wanted = 0;
    }
    if (refused > 0) {
      wanted = (int) Math.max(wanted, Math.min(limit, (long) used + refused));
      wantedUntilNanos = now + WANTED_NANOS;
    }
    called = false;
    askedNanos = now;
    toldLimit = limit;
    toldUsed = used;
    // Who was alone takes what the answer allows, whatever is allowed until then.
    int allowed = joined ? slots.allowed() : 0;
    return new SlotStore.Ask(
        slots.name(), limit, used, Math.min(limit, Math.max(used, wanted)), allowed);
  }

  /**
   * Takes the answer to {@code ask}.
   *
   * @return whether the store should be told at once: others wait for what is not allowed any more
   */
  boolean answered(SlotStore.Ask ask, SlotStore.Answer answer, long now) {
    granted = answer.granted();
    held = Math.max(granted, Math.max(ask.used(), ask.allowed()));
    pressed = answer.hunger() > 0;
    if (pressed && granted > ask.used() && wantedUntilNanos - now > UNUSED_NANOS) {
      wantedUntilNanos = now + UNUSED_NANOS;
    }
    if (answer.usedByOthers() > 0) {
      othersUntilNanos = now + OTHERS_NANOS;
    }
    // To ask for more before it is wanted helps only where there is more.
    isShort = answer.room() == 0 || granted < ask.wanted();
    int spare = Math.max(0, granted - ask.used());
    int low = isShort ? Integer.MAX_VALUE : granted - (spare + 1) / 2;
    if (joined) {
      slots.allow(granted, low, answer.usedByOthers());
    } else {
      joined = true;
      joinedNanos = now;
      slots.share(() -> caller.accept(this), granted, low, answer.usedByOthers());
    }
    int leaves = held - holds();
    return leaves > 0 && (pressed || leaves > held / 4);
  }

  /**
   * Others want more than there is.
   *
   * @return whether some here are to spare
   */
  boolean call(long now) {
    boolean spare =
        joined && !isHungry(now) && (!pressed || slots.allowed() > slots.used()) && held > 0;
    called |= spare;
    return spare;
  }

  /** The store is lost, or too slow: all may be taken here. */
  void lost() {
    joined = false;
    pressed = false;
    called = false;
    isShort = false;
    granted = 0;
    held = 0;
    slots.alone();
  }
}
