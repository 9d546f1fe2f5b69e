package io.geminirelay.flow.outbound;

import io.geminirelay.base.config.Destination;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.flow.keys.verdict.ErrorBody;
import io.geminirelay.flow.keys.verdict.ErrorBodyReader;
import io.geminirelay.flow.keys.verdict.KeyVerdict;
import io.geminirelay.flow.keys.verdict.UpstreamOutcome;
import io.geminirelay.flow.keys.verdict.VerdictReader;
import io.geminirelay.flow.relay.HeldAnswer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Says what the end of each attempt of one exchange means, and tells the key ring, the exits and
 * the breakers, exactly once an attempt. Owns nothing; belongs to its exchange and event loop.
 */
final class Judge {
  private final Exchange exchange;
  private final Outbound outbound;
  private final KeyChoice keys;
  private KeyVerdict verdict = KeyVerdict.UNDECIDED;
  private boolean exitBlamed;

  Judge(Exchange exchange, Outbound outbound, KeyChoice keys) {
    this.exchange = exchange;
    this.outbound = outbound;
    this.keys = keys;
  }

  /** The verdict on the attempt that ended last. */
  KeyVerdict verdict() {
    return verdict;
  }

  /** An error answer, or a success whose first event is an error. Borrows. */
  KeyVerdict judge(Attempt from, HeldAnswer held, ByteBufAllocator alloc) {
    ByteBuf body = AnswerText.give(held, alloc);
    try {
      ErrorBody error = ErrorBodyReader.look(body);
      int status = held.head().status().code();
      UpstreamOutcome outcome = new UpstreamOutcome.Refused(status, error, false);
      KeyVerdict judged = verdictOf(outcome);
      if (exchange.ownKey() == null && judged.isBare() && isAimedAtExit(from)) {
        judged = verdictOf(new UpstreamOutcome.Refused(status, error, true));
      }
      return judged(from, judged, outcome, status);
    } finally {
      body.release();
    }
  }

  private boolean isAimedAtExit(Attempt from) {
    Choice choice = from.choice();
    return outbound
        .exits()
        .refused(choice.destination(), choice.key().bucket(), keys.modelOf(choice));
  }

  /** No answer, or none that is whole. */
  KeyVerdict judge(Attempt from, Fault why) {
    UpstreamOutcome outcome = new UpstreamOutcome.Failed(why, from.onReusedConnection());
    KeyVerdict judged = verdictOf(outcome);
    return judged(from, isLaidOnExit(from, why, judged) ? judged.ofExit() : judged, outcome, 0);
  }

  /**
   * Whether a broken connection is laid on the exit it went through rather than on the target: once
   * an exchange, where there is another exit to tell the two apart.
   */
  private boolean isLaidOnExit(Attempt from, Fault why, KeyVerdict judged) {
    boolean broken =
        switch (why.kind()) {
          case RESET_BEFORE_ANSWER, BROKEN_ANSWER, TLS -> true;
          default -> false;
        };
    Choice choice = from.choice();
    if (!broken
        || exitBlamed
        || judged.effect() != KeyVerdict.Effect.TARGET_FAILURE
        || choice.destination().egress() == null
        || choice.key().destinations().size() < 2) {
      return false;
    }
    exitBlamed = true;
    return true;
  }

  private KeyVerdict verdictOf(UpstreamOutcome outcome) {
    return VerdictReader.judge(outcome, outbound.behavior());
  }

  private KeyVerdict judged(Attempt from, KeyVerdict judged, UpstreamOutcome outcome, int status) {
    verdict = exchange.ownKey() == null ? judged : judged.ofClientKey();
    exchange.trail().ended(verdict.reason(), status, judged.quotaId(), outbound.time().nanoTime());
    settle(from, verdict, VerdictReader.ofTarget(outcome, verdict));
    return verdict;
  }

  /** Notes down how {@code from} ended, unless that was done. */
  void settle(Attempt from, KeyVerdict with) {
    settle(from, with, with);
  }

  private void settle(Attempt from, KeyVerdict with, KeyVerdict ofTarget) {
    if (!from.settleOnce()) {
      return;
    }
    // What happens to a key that a client brought must not close the target for the others.
    boolean own = exchange.ownKey() != null;
    if (!own) {
      if (from.isSent()) {
        keys.lease().sent();
      }
      outbound.keys().settle(keys.lease(), with);
    }
    Destination way = from.choice().destination();
    // Nor is an exit blamed for it; that it works may be told by anybody.
    boolean blameless = own && with.effect() != KeyVerdict.Effect.SUCCESS;
    outbound
        .exits()
        .settle(
            way,
            keys.lease(),
            blameless ? KeyVerdict.UNDECIDED : with,
            keys.ways().chosenAtNanos());
    TargetConfig target = way.target();
    String model = keys.modelOf(from.choice());
    outbound.breakers().settle(target, model, keys.permit(), own ? KeyVerdict.UNDECIDED : ofTarget);
    outbound.room().stir();
  }
}
