package io.geminirelay.flow.outbound;

import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.flow.keys.ErrorBody;
import io.geminirelay.flow.keys.ErrorBodyReader;
import io.geminirelay.flow.keys.KeyVerdict;
import io.geminirelay.flow.keys.UpstreamOutcome;
import io.geminirelay.flow.keys.VerdictReader;
import io.geminirelay.flow.relay.HeldAnswer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * Says what the end of each attempt of one exchange means, and tells the key ring and the breakers,
 * exactly once an attempt. Owns nothing; belongs to its exchange and event loop.
 */
final class Judge {
  private final Exchange exchange;
  private final Outbound outbound;
  private final KeyChoice keys;
  private KeyVerdict verdict = KeyVerdict.UNDECIDED;

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
      boolean exit =
          status == HttpResponseStatus.TOO_MANY_REQUESTS.code()
              && exchange.ownKey() == null
              && outbound
                  .exits()
                  .refused(
                      from.choice().destination().egress(),
                      from.choice().key().bucket(),
                      outbound.time().nanoTime());
      return judge(from, new UpstreamOutcome.Refused(status, error, exit));
    } finally {
      body.release();
    }
  }

  /** No answer, or none that is whole. */
  KeyVerdict judge(Attempt from, Fault why) {
    return judge(from, new UpstreamOutcome.Failed(why, from.onReusedConnection()));
  }

  private KeyVerdict judge(Attempt from, UpstreamOutcome outcome) {
    KeyVerdict judged = VerdictReader.judge(outcome, outbound.behavior());
    verdict = exchange.ownKey() == null ? judged : judged.ofClientKey();
    settle(from, verdict);
    return verdict;
  }

  /** Notes down how {@code from} ended, unless that was done. */
  void settle(Attempt from, KeyVerdict with) {
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
    TargetConfig target = from.choice().destination().target();
    String model = keys.modelOf(from.choice());
    outbound.breakers().settle(target, model, own ? KeyVerdict.UNDECIDED : with);
    outbound.room().stir();
  }
}
