package io.geminirelay.flow.outbound;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.KeptBody;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.scan.TokenCounts;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.KeySelector;
import io.geminirelay.flow.keys.verdict.KeyVerdict;
import io.geminirelay.flow.relay.HeldAnswer;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Leads one exchange from attempt to attempt: {@link KeyChoice} finds what to try, {@link Judge}
 * says what its end means, {@link RetryPolicy} what may follow, and {@link LastAnswer} keeps what
 * the client gets when nothing does.
 *
 * <p>Owns the kept answer. Belongs to its exchange and event loop.
 */
final class Failover {
  private final Exchange exchange;
  private final Outbound outbound;
  private final AttemptCount count = new AttemptCount();
  private final KeyChoice keys;
  private final Judge judge;
  private final LastAnswer last;
  private final KeyWait wait;
  private boolean keyRested;
  private boolean targetFailed;
  private boolean served;
  private boolean judged;
  private long judgedNanos;

  /** Leads {@code exchange}; {@code wait} is how it waits for a key. */
  Failover(Exchange exchange, Outbound outbound, KeyWait wait) {
    this.wait = wait;
    this.exchange = exchange;
    this.outbound = outbound;
    this.keys = new KeyChoice(exchange, outbound, count);
    this.judge = new Judge(exchange, outbound, keys);
    this.last = new LastAnswer(exchange);
    outbound.budget().request();
  }

  /**
   * The first choice; null when there is none, or {@link #isWaiting none yet}.
   *
   * @param mayReplay whether others may follow it
   */
  @Nullable Choice first(boolean mayReplay) {
    keys.replayable(mayReplay);
    boolean others = exchange.ownKey() == null && outbound.room().isBusy(keys.demand());
    if (others && lineUp()) {
      return null;
    }
    Choice choice = found(keys.next());
    if (choice == null) {
      lineUp();
    }
    return choice;
  }

  private boolean lineUp() {
    Fault why = keys.fault();
    // Exits that rest are no matter of keys, and come back when they will.
    boolean exits = why != null && why.kind() == FaultKind.EXITS_COOLING;
    return !exits && wait.begin(keys, deadlineLeftNanos(), outlookAfterNanos());
  }

  /** What was foreseen for others until then is too old for this exchange. */
  private long outlookAfterNanos() {
    long holds = outbound.time().nanoTime() - Outlooks.HOLDS_NANOS;
    return judged && judgedNanos - holds > 0 ? judgedNanos : holds;
  }

  /** Whether a choice may still come, by waiting for it. */
  boolean isWaiting() {
    return wait.isWaiting();
  }

  /** What follows the wait that is over; null when it was in vain. */
  @Nullable Choice after(KeyWait.Turn turn) {
    Choice choice = turn.adoptedBy(keys);
    if (choice == null) {
      Fault why = turn.fault();
      exchange.trail().over(why.kind().reason());
      last.waitedInVain(why);
    }
    return choice;
  }

  /** No more is tried, because of {@code why}. */
  void end(Fault why) {
    wait.cancel();
    last.waitedInVain(why);
  }

  /**
   * What follows the attempt {@code from} according to {@code decision}; null when nothing does, or
   * {@link #isWaiting nothing yet}.
   */
  @Nullable Choice after(Attempt from, RetryDecision decision) {
    KeyVerdict verdict = judge.verdict();
    if (verdict.next() == KeyVerdict.Next.ANOTHER_KEY_BRIEFLY) {
      count.overloaded();
    }
    boolean kept = verdict.next() == KeyVerdict.Next.RESEND && exchange.ownKey() == null;
    if (kept && decision.action() != RetryDecision.Action.RESEND) {
      outbound.keys().releaseTrial(keys.lease());
    }
    if (decision.action() == RetryDecision.Action.GIVE_UP) {
      exchange.trail().over(decision.reason());
      return null;
    }
    Choice next = next(from, decision, verdict);
    if (next == null && kept) {
      outbound.keys().releaseTrial(keys.lease());
    }
    if (next == null && !isWaiting()) {
      exchange.trail().over("no_other_key");
    }
    return next;
  }

  private @Nullable Choice next(Attempt from, RetryDecision decision, KeyVerdict verdict) {
    return switch (decision.action()) {
      case GIVE_UP -> null;
      case RESEND -> {
        count.resent();
        yield keys.again(from.choice(), true);
      }
      case SAME_KEY -> {
        count.again();
        yield keys.again(from.choice(), false);
      }
      case OTHER_EXIT ->
          orLineUp(
              keys.otherExit(from.choice(), verdict.effect() == KeyVerdict.Effect.EXIT_SUSPECT));
      case OTHER_KEY -> orLineUp(keys.otherKey(from.choice()));
    };
  }

  /**
   * Where none is left, a key that was refused may come back; a target in trouble is not waited
   * for.
   */
  private @Nullable Choice orLineUp(@Nullable Choice choice) {
    if (found(choice) == null && keyRested && !targetFailed) {
      lineUp();
    }
    return choice;
  }

  private @Nullable Choice found(@Nullable Choice choice) {
    Fault why = keys.fault();
    if (choice == null && why != null) {
      last.fault(why);
    }
    return choice;
  }

  /** An error answer, or a success whose first event is an error. Borrows. */
  RetryDecision judge(Attempt from, HeldAnswer held, ByteBufAllocator alloc, boolean mayReplay) {
    return decide(judge.judge(from, held, alloc), mayReplay);
  }

  /** No answer, or none that is whole. */
  RetryDecision judge(Attempt from, Fault why, boolean mayReplay) {
    last.fault(why);
    return decide(judge.judge(from, why), mayReplay);
  }

  private RetryDecision decide(KeyVerdict verdict, boolean mayReplay) {
    noteDown(verdict);
    judged = true;
    judgedNanos = outbound.time().nanoTime();
    return outbound
        .retries()
        .decide(verdict, count, new RetryPolicy.Situation(false, mayReplay, deadlineLeftNanos()));
  }

  private void noteDown(KeyVerdict verdict) {
    switch (verdict.effect()) {
      case COOL_BUCKET, COOL_PROJECT, MARK_INVALID -> keyRested = true;
      // An exit is passed by; of keys and target it tells nothing.
      case EXIT_SUSPECT -> {}
      default -> targetFailed = true;
    }
  }

  /** Time left for an attempt: all for one with a body too long to keep, as no other follows. */
  long attemptLeftNanos(KeptBody body, long now) {
    return body.isOverCap() ? Long.MAX_VALUE : deadlineLeftNanos(now);
  }

  /** Time left for all attempts; negative when it is over. */
  private long deadlineLeftNanos() {
    return deadlineLeftNanos(outbound.time().nanoTime());
  }

  private long deadlineLeftNanos(long now) {
    return outbound.config().deadline().toNanos() - (now - exchange.startNanos());
  }

  /** A choice that was admitted is not made use of after all. */
  void forget(Choice choice) {
    keys.forget(choice);
  }

  /** The attempt's answer goes to the client as a success. */
  void committed(Attempt from, int status) {
    exchange.trail().ended("ok", status, "", outbound.time().nanoTime());
    judge.settle(from, KeyVerdict.SUCCESS);
    served = true;
  }

  /** Nothing more comes of the answer, which named {@code usage}. */
  void counted(TokenCounts usage) {
    if (served && usage.prompt() >= 0) {
      served = false;
      keys.counted(usage.prompt() + Math.max(0, usage.toolUse()));
    }
  }

  /** The attempt ends without telling anything of its key. */
  void undecided(Attempt from) {
    exchange.trail().abandoned(outbound.time());
    judge.settle(from, KeyVerdict.UNDECIDED);
  }

  /** Keeps {@code held} for the client in case no better answer comes. Takes ownership. */
  void take(HeldAnswer held, ApiKey key) {
    last.take(held, key, judge.verdict());
  }

  /** The answer kept, with its key; the caller owns it. */
  @Nullable HeldAnswer giveAnswer() {
    return last.give();
  }

  /** The key whose answer was kept last. */
  @Nullable ApiKey answerKey() {
    return last.key();
  }

  /**
   * What the client is told when no attempt is left and no answer is kept, and when to come back
   * where a refusal is. May look at every key: not to be asked for other answers.
   */
  Fault lastFault() {
    return last.fault(judged, this::outOfKeysNanos);
  }

  private long outOfKeysNanos() {
    Outlooks.Outlook outlook = outbound.room().lastOutlook(keys.demand(), outlookAfterNanos());
    long wait = outlook.waitNanos();
    boolean passes = wait > 0 && wait != KeySelector.NEVER;
    return passes ? Math.max(1, outlook.forecastNanos()) : wait;
  }

  /** Lets go of the kept answer, and of the place among those who wait. */
  void release() {
    wait.cancel();
    last.release();
  }
}
