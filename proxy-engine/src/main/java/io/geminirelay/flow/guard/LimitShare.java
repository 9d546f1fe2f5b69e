package io.geminirelay.flow.guard;

import io.geminirelay.base.state.LeaseStore;
import java.util.concurrent.TimeUnit;

/**
 * What of one limit is this instance's without asking first: goes by how many others the store
 * knows.
 *
 * <p>While no other instance shares the limit, all that is left may be drawn at once, and is told
 * afterwards. Otherwise each keeps a part in hand also at rest, a third of a fair share, for what
 * comes before the store can be asked; what is held so is used by nobody else, and no unit flows
 * back for it. Beyond that so little may be drawn before the store has answered that all together
 * stay within a twentieth of the limit.
 *
 * <p>All on the state thread.
 */
final class LimitShare {
  /** All instances together draw such a part of the whole at most on old news. */
  private static final long TOGETHER_PART = 20;

  /** Such a part of a fair share is in hand at rest. */
  private static final long REST_PART = 3;

  /** What each has in hand at rest if it can be, also where a third of a share is less. */
  private static final long FEW = 4;

  /** Where so much is left, a limit that is too small to have something in hand lets one in. */
  private static final long ENOUGH = 16;

  /** For how long no other has to be known before there is thought to be none. */
  private static final long SURE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final SharedBucket bucket;

  /** How many other instances are known; before any was heard of, one is thought to be there. */
  private int others = 1;

  /** Since when none is known. */
  private long loneSinceNanos;

  LimitShare(SharedBucket bucket) {
    this.bucket = bucket;
  }

  /** Hears who else is there. */
  void hear(LeaseStore.Answer answer) {
    if (answer.others() == 0 && others > 0) {
      loneSinceNanos = bucket.now();
    }
    others = answer.others();
  }

  /** Whether other instances share the limit, as far as is known. */
  boolean hasOthers() {
    return others > 0;
  }

  /** Whether no other instance has shared the limit for a while. */
  boolean isLone() {
    return others == 0 && bucket.now() - loneSinceNanos >= SURE_NANOS;
  }

  /** What is to be in hand while nobody draws: of what is left for all, wherever it is. */
  long atRest() {
    if (others == 0) {
      return 0;
    }
    long all = bucket.roomOfAll() + Math.max(0, bucket.hand()) + bucket.elsewhere();
    long holders = others + 1L;
    return Math.max(0, Math.max(all / (REST_PART * holders), Math.min(FEW, all / (holders + 2))));
  }

  /** How far what is in hand at rest may be from that, until the next look or for good. */
  long slack() {
    return atRest() / 4;
  }

  /**
   * How low the hand may fall, 0 or less: what may be drawn before anything is leased, where {@code
   * room} is left. All of it by who is alone; otherwise so little that the instances together stay
   * near the limit even if each does so on old news. While nothing is in hand at rest, of a limit
   * too small for that one is let in.
   */
  long floor(long room, boolean rests) {
    if (room <= 0) {
      return 0;
    }
    if (isLone()) {
      return -room;
    }
    long capacity = bucket.perMinute();
    long holders = 1L + Math.max(1, others);
    long share = Math.min(capacity / (TOGETHER_PART * holders), room / (2 * holders));
    long enough = Math.max(1, Math.min(ENOUGH, capacity / 4));
    boolean single = rests && bucket.hand() <= 0 && room >= enough;
    return single ? -Math.max(1, share) : -share;
  }
}
