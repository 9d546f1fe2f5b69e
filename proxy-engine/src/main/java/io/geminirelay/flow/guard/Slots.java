package io.geminirelay.flow.guard;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many requests of one client are under way, and may be: a limit that several instances may
 * share.
 *
 * <p>Alone, all of the limit may be taken. Shared, so many as the store of all instances has last
 * allowed: a {@link SlotLease} sees to it in the background that there are some to spare, and is
 * called when they run low. What is taken is never taken away: where less is allowed than is taken,
 * nothing more is until enough has come back.
 *
 * <p>Taking and giving back is lock-free, for all event loops. What sets the bounds is synchronized
 * and for the state thread, but for {@link #limit(int)}.
 */
final class Slots {
  private final String name;
  private final AtomicInteger used = new AtomicInteger();

  /** How often there was none since {@link #heard}; counted while shared. */
  private final AtomicInteger refused = new AtomicInteger();

  /** 0 where there is none. */
  private volatile int limit;

  /** How many may be taken. */
  private volatile int allowed;

  /** Where more than so many are taken, there are few to spare. */
  private volatile int low = Integer.MAX_VALUE;

  private volatile int usedByOthers;
  private volatile boolean shared;
  private volatile boolean calling;
  private volatile Runnable called = () -> {};

  /** All free, not shared, without limit; {@code name} is the same in all instances. */
  Slots(String name) {
    this.name = name;
    this.allowed = Integer.MAX_VALUE;
  }

  /** Name of the limit. */
  String name() {
    return name;
  }

  /** Slots there are for all instances; 0 where they are not limited. */
  int limit() {
    return limit;
  }

  /** Slots that are taken here. */
  int used() {
    return used.get();
  }

  /**
   * Slots that are taken nowhere, as far as was told; meaningless where they are not limited. A
   * moment may pass until those are allowed here.
   */
  int left() {
    return Math.max(0, limit - (shared ? usedByOthers : 0) - used.get());
  }

  /** Whether the limit is shared with other instances now. */
  boolean isShared() {
    return shared;
  }

  /** Takes one if there is one. */
  boolean tryTake() {
    // Counted before it is looked at: who allows less, and then counts, misses nobody.
    if (used.get() < allowed) {
      int now = used.incrementAndGet();
      if (now <= allowed) {
        if (now > low) {
          call();
        }
        return true;
      }
      used.decrementAndGet();
    }
    if (shared) {
      refused.incrementAndGet();
      call();
    }
    return false;
  }

  /** Gives one back. */
  void giveBack() {
    used.decrementAndGet();
  }

  private void call() {
    if (!calling) {
      calling = true;
      called.run();
    }
  }

  /** Sets another limit, 0 for none; what is taken stays so. From any thread. */
  synchronized void limit(int slots) {
    limit = slots;
    allowed = shared && slots > 0 ? Math.min(allowed, slots) : most();
  }

  private int most() {
    return limit == 0 ? Integer.MAX_VALUE : limit;
  }

  // ---- for the state thread

  /** Whether more was wanted than there is to spare since {@link #heard}. */
  boolean isCalling() {
    return calling;
  }

  /** Has the next that wants more call again; how often there was none since the last time. */
  int heard() {
    calling = false;
    return refused.getAndSet(0);
  }

  /**
   * As many may be taken as the store says from now on.
   *
   * @param whenLow run when they run low
   * @param slots so many may be taken here at first
   * @param few where more than so many are taken, they run low
   * @param others that are taken elsewhere
   */
  synchronized void share(Runnable whenLow, int slots, int few, int others) {
    called = whenLow;
    bound(slots, few, others);
    // Last: who sees that they are shared finds no more allowed than the store has said.
    shared = true;
  }

  /** So many may be taken here; see {@link #share}. Nothing changes where they are not shared. */
  synchronized void allow(int slots, int few, int others) {
    if (shared) {
      bound(slots, few, others);
    }
  }

  private void bound(int slots, int few, int others) {
    usedByOthers = others;
    low = few;
    allowed = limit == 0 ? most() : Math.min(slots, limit);
  }

  /** Not shared from now on: all may be taken here. */
  synchronized void alone() {
    // First, as it is last in share: more than the store has said is only taken alone.
    shared = false;
    low = Integer.MAX_VALUE;
    allowed = most();
  }

  /** How many may be taken. */
  int allowed() {
    return allowed;
  }
}
