package io.geminirelay.flow.outbound;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.scan.TokenCounts;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.KeySelector;
import io.geminirelay.flow.keys.KeyVerdict;
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
  private boolean refusedOnly = true;
  private boolean served;

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

  /** The first choice; null when there is none, or {@link #isWaiting none yet}. */
  @Nullable Choice first() {
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
    return wait.begin(keys, deadlineLeftNanos());
  }

  /** Whether a choice may still come, by waiting for it. */
  boolean isWaiting() {
    return wait.isWaiting();
  }

  /** What follows the wait that is over; null when it was in vain. */
  @Nullable Choice after(KeyWait.Turn turn) {
    Choice choice = turn.adoptedBy(keys);
    if (choice == null) {
      last.waitedInVain(turn.fault());
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
          found(keys.otherExit(from.choice(), verdict.effect() == KeyVerdict.Effect.EXIT_SUSPECT));
      case OTHER_KEY -> {
        Choice other = found(keys.otherKey(from.choice()));
        if (other == null && refusedOnly) {
          lineUp();
        }
        yield other;
      }
    };
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
    refusedOnly &= restsKey(verdict);
    return outbound
        .retries()
        .decide(verdict, count, new RetryPolicy.Situation(false, mayReplay, deadlineLeftNanos()));
  }

  /** Whether the key rests now, so that it is another matter once it is back. */
  private static boolean restsKey(KeyVerdict verdict) {
    return switch (verdict.effect()) {
      case COOL_BUCKET, COOL_PROJECT, MARK_INVALID -> true;
      default -> false;
    };
  }

  /** Time left for all attempts; negative when it is over. */
  long deadlineLeftNanos() {
    long spent = outbound.time().nanoTime() - exchange.startNanos();
    return outbound.config().deadline().toNanos() - spent;
  }

  /** A choice that was admitted is not made use of after all. */
  void forget(Choice choice) {
    keys.forget(choice);
  }

  /** The attempt's answer goes to the client as a success. */
  void committed(Attempt from) {
    judge.settle(from, KeyVerdict.SUCCESS);
    served = true;
  }

  /** Nothing more comes of the answer, which named {@code usage}. */
  void counted(TokenCounts usage) {
    if (served && usage.prompt() >= 0) {
      keys.counted(usage.prompt() + Math.max(0, usage.toolUse()));
    }
  }

  /** The attempt ends without telling anything of its key. */
  void undecided(Attempt from) {
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

  /** What the client is told when no attempt is left and no answer is kept. */
  Fault lastFault() {
    long wait = outbound.keys().selector().waitNanos(keys.demand());
    boolean passes = wait > 0 && wait != KeySelector.NEVER;
    return last.fault(passes ? Math.max(1, outbound.room().forecastNanos(keys.demand())) : wait);
  }

  /** Lets go of the kept answer, and of the place among those who wait. */
  void release() {
    wait.cancel();
    last.release();
  }
}
