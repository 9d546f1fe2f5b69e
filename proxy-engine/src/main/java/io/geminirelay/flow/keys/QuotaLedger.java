package io.geminirelay.flow.keys;

import io.geminirelay.base.state.LedgerStore.Draw;
import io.geminirelay.base.state.LedgerStore.Total;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What is told of one quota to the other instances, and what of them was counted here. What others
 * drew is counted in the same window as what is drawn here, at the moment it is heard of: so
 * everybody who asks for room sees the sum.
 *
 * <p>All on the state thread.
 */
final class QuotaLedger {
  /** How often is looked what others drew, where they do but nothing is drawn here. */
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** The same where more than half is used: old news would be dear. */
  private static final long NEAR_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** For how long it is told again what may have been told before. */
  private static final long AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** What part of what is left may be drawn here before the others are told of it at once. */
  private static final int MUCH = 16;

  private final String name;
  private final ModelQuota quota;
  private @Nullable Total before;

  /** What was told and not answered: told again as it was, since it may have been heard. */
  private @Nullable Draw pending;

  private long pendingNanos;

  /** Of all ledgers here, since another may have told of the same quota before this one. */
  private final LongSupplier turns;

  private boolean underWay;
  private boolean near;

  /** Whether the store may know of fewer requests of the day than are known here. */
  private boolean mayLackDay;

  private long lookNanos;

  /**
   * Nothing is told yet of {@code quota}, which all instances call {@code name}.
   *
   * @param turns counts up, for all ledgers of this instance
   */
  QuotaLedger(String name, ModelQuota quota, LongSupplier turns, long now) {
    this.name = name;
    this.quota = quota;
    this.turns = turns;
    this.lookNanos = now;
  }

  /** Whether it is that of {@code other}. */
  boolean isOf(ModelQuota other) {
    return quota == other;
  }

  /** Has {@code drawn} run, on any thread, when there is something to tell. */
  void whenDrawn(Runnable drawn) {
    quota.untold().any(drawn);
  }

  /** What to tell now of {@code day}, if anything; then it is under way. */
  @Nullable Draw next(long day, long now) {
    if (underWay) {
      return null;
    }
    if (pending != null && now - pendingNanos > AGAIN_NANOS) {
      pending = null;
      mayLackDay = true;
    }
    if (pending == null) {
      pending = fresh(day, now);
      pendingNanos = now;
    }
    underWay = pending != null;
    return pending;
  }

  /**
   * Whether it is told early enough when its turn among all has come: more than half is left, or
   * nothing bounds it. Where much is drawn at once, that is told at once.
   */
  boolean hasTime(long now) {
    return pending == null && quota.room(now) > ModelQuota.ALL_ROOM / 2;
  }

  /** Whether a limit of it is known. */
  boolean isBounded(long now) {
    return quota.bounds(now).known();
  }

  private @Nullable Draw fresh(long day, long now) {
    if (!quota.isProven() && !isBounded(now)) {
      return null;
    }
    long drawn = quota.untold().take();
    long requests = DrawCount.requestsOf(drawn);
    long tokens = DrawCount.tokensOf(drawn);
    boolean looks = now - lookNanos >= 0 && isBounded(now);
    if (requests == 0 && tokens == 0 && !looks) {
      return null;
    }
    // After a while without the store, only what still counts is of interest to the others.
    ModelQuota.Used used = quota.used(now);
    return new Draw(
        name,
        day,
        Math.min(requests, Math.max(used.requests(), used.dayRequests())),
        Math.min(tokens, used.tokens()),
        turns.getAsLong(),
        mayLackDay ? used.dayRequests() : 0,
        quota.isProven());
  }

  /** Whether the others count another day than was told last, as {@code total} says. */
  boolean isOfOtherDay(Total total) {
    return pending != null && total.day() != 0 && total.day() != pending.day();
  }

  /**
   * Takes the answer to the last telling; {@code day} is that of now.
   *
   * @param idleNanos how long nobody need look, where nobody draws
   */
  void answered(Total total, long day, long idleNanos, long now) {
    Draw told = pending;
    if (told == null) {
      return;
    }
    Total old = before;
    boolean anew = old == null || total.requests() < old.requests() + Math.min(0, told.requests());
    long others;
    long theirTokens;
    if (old == null || anew) {
      // Of what is there before the first look, all is others' that was not drawn here.
      ModelQuota.Used used = quota.used(now);
      others = Math.max(0, total.recentRequests() - used.requests());
      theirTokens = Math.max(0, total.recentTokens() - used.tokens());
    } else {
      others = total.requests() - old.requests() - told.requests();
      theirTokens = total.tokens() - old.tokens() - told.tokens();
      if (total.others() == 0) {
        // Nobody is there to have taken anything back: what lacks here was not added.
        others = Math.max(0, others);
        theirTokens = Math.max(0, theirTokens);
      }
    }
    quota.drawnElsewhere(
        Math.min(others, total.recentRequests()),
        Math.min(theirTokens, total.recentTokens()),
        told.day() == day ? total.dayRequests() : 0,
        now);
    quota.untold().known();
    quota.untold().parts(parts(total));
    // A store that counts anew has lost the day.
    mayLackDay = old != null && anew;
    before = total;
    pending = null;
    underWay = false;
    near = (others != 0 || theirTokens != 0) && quota.room(now) < ModelQuota.ALL_ROOM / 2;
    boolean idle = total.others() == 0 && total.recentRequests() == 0;
    lookNanos = now + (near ? NEAR_LOOK_NANOS : idle ? idleNanos : LOOK_NANOS);
    if (mayLackDay) {
      lookNanos = now;
    }
  }

  /** What several draw at the same moment, and once more before all have heard, is to fit. */
  private static int parts(Total total) {
    return total.others() == 0 ? 1 : 2 * (total.others() + 1);
  }

  /**
   * An answer takes long: about an even share of what was left may be drawn without it. Little is
   * held back then for what the others draw before all of it is heard of.
   */
  void shares() {
    if (before != null && underWay && before.others() > 0) {
      quota.untold().parts(before.others() + 2);
    }
  }

  /** It is not known whether what was told last was heard. */
  void failed() {
    underWay = false;
    alone();
  }

  /** The others are not heard of for now: nothing is left for them. */
  void alone() {
    quota.untold().parts(1);
  }

  /** Whether it is to be looked at soon again. */
  boolean isNear() {
    return near || mayLackDay;
  }

  /** Has {@code then} run, on any thread, as soon as much of what is left now was drawn here. */
  void whenMuch(Runnable then, long now) {
    QuotaBounds most = quota.bounds(now);
    ModelQuota.Used used = quota.used(now);
    long perMinute = much(most.perMinute(), used.requests());
    long perDay = much(most.perDay(), used.dayRequests());
    long tokens = much(most.tokensPerMinute(), used.tokens());
    quota.untold().much(Math.min(perMinute, perDay), tokens, then);
  }

  private long much(long most, long used) {
    int part = before == null ? MUCH : Math.max(MUCH, 2 * parts(before));
    return most == QuotaBound.UNKNOWN ? Long.MAX_VALUE : Math.max(1, (most - used) / part);
  }
}
