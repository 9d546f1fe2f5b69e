package io.geminirelay.flow.guard;

import io.geminirelay.base.state.LeaseStore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one instance has leased of one limit: decides when to ask for more and how much, and when to
 * give back; what may be drawn without a lease its {@link LimitShare} knows.
 *
 * <p>Who draws leases more in time: as long as nobody else is seen to draw, an eighth of what is
 * left at a time, otherwise a sixteenth; not more, since others may begin at the same moment. So
 * parts get smaller as less is left, down to a single unit, and none keeps much that others are
 * refused for. Others are seen to draw by there being less than there should be. What lay unused in
 * hand for a while is given back.
 *
 * <p>All on the state thread.
 */
final class LimitLease {
  /** Of what is left, such a part is leased at a time while nobody else is seen to draw. */
  private static final int LONE_PART = 8;

  /** While others draw: half of a fair part among eight. */
  private static final int CROWD_PART = 16;

  /** While little is left, so that the last of it is found soon. */
  private static final int SHORT_PART = 4;

  /** The largest, while the store is slow. */
  private static final int SLOW_PART = 4;

  /** A part of the whole that is little. */
  private static final int SHORT = 16;

  /** Told as held by who goes. */
  static final long GONE = -1;

  private static final long SEEN_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** How long what is in hand may lie unused. */
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** The same where little is left for the others: who was refused is told to wait for a second. */
  private static final long SCARCE_NANOS = TimeUnit.MILLISECONDS.toNanos(1_200);

  /** How often the room is looked at, so that an idle instance knows when others draw. */
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** How long to stay alone after the store was lost, so that a slow one does not come and go. */
  private static final long LOST_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** How long the store knows what somebody holds who says nothing. */
  private static final long HEARD_NANOS = TimeUnit.SECONDS.toNanos(15);

  /** The same while the bucket is full. */
  static final long FULL_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** An answer that takes as long again makes leases larger by a part. */
  private static final long QUICK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private static final long TICKS_A_MINUTE = TimeUnit.MINUTES.toMillis(1) / LimitLeases.TICK_MILLIS;

  private final SharedBucket bucket;
  private final LimitShare share;
  private final Consumer<LimitLease> caller;

  /** Where drawing alone began. */
  private long markAlone;

  /** What was leased and not used then: the store goes on to think that it is used. */
  private long handAtLoss;

  private long lostNanos;

  private boolean shared;
  private long notBeforeNanos = Long.MIN_VALUE;

  /** Units to tell the store that are in no hand: used before it was there, or never used. */
  private long owed;

  /** What was wanted in hand last. */
  private long chunk;

  /** Half of it. */
  private long low = 1;

  private long nextLookNanos;
  private long othersUntilNanos = Long.MIN_VALUE;
  private long awaitedUntilNanos = Long.MIN_VALUE;
  private long leastInHand = Long.MAX_VALUE;
  private long windowEndNanos;
  private long beganWith;
  private boolean wanted;
  private boolean underWay;

  /** What was in hand at the last ask. */
  private long held;

  /**
   * Nothing is leased yet; {@code caller} is told, on any thread, when more should be asked for.
   */
  LimitLease(SharedBucket bucket, Consumer<LimitLease> caller) {
    this.bucket = bucket;
    this.share = new LimitShare(bucket);
    this.caller = caller;
    // Full when it was made: what was drawn since is not known to the store.
    this.markAlone = Long.MIN_VALUE;
  }

  /** The bucket that is drawn on. */
  SharedBucket bucket() {
    return bucket;
  }

  /**
   * What to ask the store now, if anything; then it is under way.
   *
   * @param answerNanos how long the store takes to answer
   */
  LeaseStore.@Nullable Ask next(long answerNanos) {
    if (underWay) {
      return null;
    }
    long now = bucket.now();
    if (!shared) {
      bucket.leave();
      return now >= notBeforeNanos ? ask(0, 0) : null;
    }
    long surplus = surplus(now);
    long want = want(now, answerNanos);
    boolean looks = now - nextLookNanos >= 0;
    if (looks && now < awaitedUntilNanos && bucket.hand() < 1 && !share.isLone()) {
      // For who was refused and comes back when it was told to.
      want = Math.max(want, 1);
    }
    if (looks && chunk == 0) {
      want = Math.max(want, share.atRest() - bucket.hand());
    }
    if (surplus == 0 && want == 0 && owed == 0 && bucket.hand() >= 0 && !looks) {
      return null;
    }
    long told = owed + bucket.takeDebt() - surplus;
    owed = 0;
    return ask(want, told);
  }

  /** Whether it needs nothing but a look from time to time, until it calls. */
  boolean isAtRest() {
    return shared
        && chunk == 0
        && owed == 0
        && Math.abs(bucket.hand() - share.atRest()) <= share.slack()
        && !bucket.isCalling();
  }

  /** Whether it draws on leases. */
  boolean isShared() {
    return shared;
  }

  /** Whether its next look is due. */
  boolean isDue() {
    return bucket.now() - nextLookNanos >= 0;
  }

  /** Nobody draws: the next look may be so much later. */
  void lookLater(long nanos) {
    nextLookNanos += nanos;
  }

  /** Whether all is there that it can hold. */
  boolean isFull() {
    return bucket.room() >= bucket.perMinute();
  }

  private void called() {
    caller.accept(this);
  }

  /** Whether little is left for all; from any thread. */
  boolean isShort() {
    return bucket.roomOfAll() <= Math.max(1, bucket.perMinute() / SHORT);
  }

  private LeaseStore.Ask ask(long want, long told) {
    underWay = true;
    held = shared ? Math.max(0, bucket.hand()) : handAtLoss;
    return ask(want, told, held);
  }

  private LeaseStore.Ask ask(long want, long told, long holds) {
    long perMinute = bucket.perMinute();
    return new LeaseStore.Ask(bucket.name(), perMinute, perMinute, want, told, holds);
  }

  /** What has lain in hand for the whole of a while is taken out of it. */
  private long surplus(long now) {
    if (chunk == 0) {
      long over = bucket.hand() - share.atRest();
      return over > share.slack() && giveBack(over) ? over : 0;
    }
    leastInHand = Math.min(leastInHand, bucket.hand());
    long beyond = bucket.hand() - chunk;
    if (beyond > Math.max(1, Math.max(chunk, share.atRest())) && giveBack(beyond)) {
      // It was never leased: a request cost less than had been charged for it.
      beganWith -= beyond;
      return beyond;
    }
    boolean scarce = bucket.roomOfAll() < Math.max(chunk, bucket.hand()) && now < othersUntilNanos;
    long end = scarce ? windowEndNanos - (IDLE_NANOS - SCARCE_NANOS) : windowEndNanos;
    if (now - end < 0) {
      return 0;
    }
    long used = Math.max(0, beganWith - leastInHand);
    // As much as was just used stays, for what comes before the next answer.
    long idle = leastInHand - used;
    if (!wanted && (used == 0 || share.hasOthers())) {
      chunk = 0;
      idle = bucket.hand() - share.atRest();
      bound(bucket.roomOfAll());
    }
    long back = idle > 0 && giveBack(idle) ? idle : 0;
    begin(now);
    return back;
  }

  /** Who is alone must not be refused for what is on its way back. */
  private boolean giveBack(long units) {
    return share.isLone() ? bucket.takeSpare(units) : bucket.takeSurplus(units);
  }

  /** From now on is watched what lies unused. */
  private void begin(long now) {
    beganWith = bucket.hand();
    leastInHand = beganWith;
    wanted = false;
    windowEndNanos = now + IDLE_NANOS;
  }

  /** More is asked for when half is used by somebody who has just drawn. */
  private long want(long now, long answerNanos) {
    if (!bucket.isCalling()) {
      return 0;
    }
    if (isShort() && bucket.hand() < low && ThreadLocalRandom.current().nextBoolean()) {
      // Units that come back one by one would all go to whoever happens to ask just then; the call
      // stays for the next tick.
      return 0;
    }
    bucket.heard();
    wanted = true;
    awaitedUntilNanos = now + SCARCE_NANOS;
    if (bucket.hand() >= low) {
      return 0;
    }
    long part = isShort() ? SHORT_PART : now < othersUntilNanos ? CROWD_PART : LONE_PART;
    // It has to last until the store has answered.
    part = Math.max(SLOW_PART, part / (1 + answerNanos / QUICK_NANOS));
    chunk = Math.max(1, bucket.roomOfAll() / part);
    return Math.max(0, chunk - bucket.hand());
  }

  /** Takes the answer to the last ask. */
  void answered(LeaseStore.Answer answer) {
    underWay = false;
    long now = bucket.now();
    boolean wasAlone = !share.hasOthers();
    share.hear(answer);
    if (!shared) {
      join(answer, now);
      return;
    }
    long most = bucket.perMinute() - held - answer.granted();
    long expected = Math.min(most, bucket.roomOfAll() + bucket.elsewhere() - answer.granted());
    // A tick's worth: clocks and the way to the store make no others.
    long unclear = 1 + bucket.perMinute() / TICKS_A_MINUTE;
    if (answer.room() + answer.elsewhere() < expected - unclear) {
      othersUntilNanos = now + SEEN_NANOS;
    }
    bucket.take(answer.granted(), answer.room(), answer.thousandths(), answer.elsewhere());
    if (answer.granted() > 0) {
      begin(now);
    }
    settle(now);
    if (wasAlone && share.hasOthers()) {
      // For what is to be in hand at rest, now that others share it.
      nextLookNanos = now;
    }
  }

  /**
   * The store is there: what was drawn alone is owed to it. Where several drew alone, that may be
   * more than they could have drawn together; what was more than the bucket held is forgiven, but
   * for what a client owes by itself.
   */
  private void join(LeaseStore.Answer answer, long now) {
    long room = answer.room();
    long here = bucket.roomOfAll();
    long drawn = bucket.takenAlone(markAlone);
    // What was in hand the store has counted; it lets it flow back after a long silence.
    long silentNanos = Math.max(0, now - lostNanos - HEARD_NANOS);
    long counted = Math.max(0, handAtLoss - bucket.backIn(silentNanos));
    handAtLoss = 0;
    owed += Math.max(room - here, Math.min(drawn, room - Math.min(0, here)) - counted);
    owed = Math.max(-counted, owed);
    shared = true;
    chunk = 0;
    begin(now);
    bucket.share(this::called, share.floor(room - owed, true));
    bucket.take(0, room - owed, answer.thousandths(), answer.elsewhere());
    settle(now);
    if (share.hasOthers()) {
      // For what is to be in hand at rest.
      nextLookNanos = now;
    }
  }

  private void settle(long now) {
    bound(bucket.roomOfAll());
    nextLookNanos = now + (isFull() ? FULL_LOOK_NANOS : LOOK_NANOS);
  }

  private void bound(long room) {
    low = Math.max(1, Math.max(chunk, share.atRest()) / 2);
    bucket.bounds(share.floor(room, chunk == 0), low);
  }

  /**
   * The store is slow to answer: a little more is drawn that is not leased, as long as it lasts; by
   * who is alone, all there is.
   */
  void bridge() {
    long owing = Math.min(0, bucket.hand());
    long room = bucket.roomOfAll() + owing;
    if (shared && bucket.isCalling() && room >= 1) {
      long more = share.isLone() ? room : Math.max(1, room / CROWD_PART);
      bucket.bounds(Math.min(share.floor(room, chunk == 0), owing - more), low);
    }
  }

  /**
   * The last ask was not answered in time, or will not be: draws are alone for now. What it told as
   * owed stays reckoned with here.
   */
  void lost() {
    long now = bucket.now();
    if (shared) {
      shared = false;
      owed = 0;
      handAtLoss = Math.max(0, bucket.leave());
      lostNanos = now;
      markAlone = bucket.mark();
    }
    notBeforeNanos = now + LOST_NANOS;
  }

  /** What it asked will not be answered. */
  void failed() {
    underWay = false;
    lost();
  }

  /** An answer came too late: what it granted is given back with what was in hand. */
  void answeredLate(LeaseStore.Answer answer) {
    underWay = false;
    handAtLoss += answer.granted();
  }

  /** Ends the lease: what is to be told to the store, if anything; draws are alone then. */
  LeaseStore.@Nullable Ask end() {
    if (!shared) {
      return null;
    }
    shared = false;
    long hand = bucket.hand();
    long told = owed + bucket.takeDebt() - (hand > 0 && bucket.takeSurplus(hand) ? hand : 0);
    owed = 0;
    bucket.leave();
    markAlone = bucket.mark();
    return told == 0 ? null : ask(0, told, GONE);
  }
}
