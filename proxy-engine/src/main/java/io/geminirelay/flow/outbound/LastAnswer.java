package io.geminirelay.flow.outbound;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.verdict.KeyVerdict;
import io.geminirelay.flow.relay.HeldAnswer;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the client of one exchange gets when no attempt was served: the best of the upstream's
 * answers, or the last fault. Owns the answer until it is given. Belongs to its exchange and event
 * loop.
 */
final class LastAnswer {
  private final Exchange exchange;
  private @Nullable Fault fault;
  private @Nullable Fault inVain;
  // Owner: this object, until given or released.
  private @Nullable HeldAnswer answer;
  private @Nullable ApiKey key;

  LastAnswer(Exchange exchange) {
    this.exchange = exchange;
  }

  /** Why the wait for a key was in vain: nothing is more telling. */
  void waitedInVain(Fault fault) {
    this.inVain = fault;
  }

  /** Why the last attempt, or the search for another, came to nothing. */
  void fault(Fault fault) {
    this.fault = fault;
  }

  /**
   * Keeps {@code held}, an answer judged by {@code verdict}, for the client in case no better one
   * comes. Takes ownership.
   */
  void take(HeldAnswer held, ApiKey key, KeyVerdict verdict) {
    boolean success = held.head().status().code() < HttpResponseStatus.BAD_REQUEST.code();
    if (success && verdict.effect() == KeyVerdict.Effect.COOL_BUCKET) {
      // A quota refusal inside a success: the client is better told when to come back.
      fault = Fault.of(FaultKind.KEYS_COOLING, "The quota for this model is used up for now.");
      held.release();
      return;
    }
    if (!mayPassOn(verdict) || !held.isWhole()) {
      if (!held.isWhole()) {
        fault = Fault.of(FaultKind.BAD_ANSWER, "The error answer was too long to be passed on.");
      }
      held.release();
      return;
    }
    release();
    this.answer = held;
    this.key = key;
  }

  /** Whether an answer may reach the client: not if it speaks of the gateway's key. */
  private static boolean mayPassOn(KeyVerdict verdict) {
    return switch (verdict.effect()) {
      case MARK_INVALID, COOL_PROJECT -> false;
      default -> true;
    };
  }

  /** The answer kept; the caller owns it. */
  @Nullable HeldAnswer give() {
    HeldAnswer given = answer;
    answer = null;
    return given;
  }

  /** The key whose answer was kept last. */
  @Nullable ApiKey key() {
    return key;
  }

  /**
   * What the client is told when no answer is kept.
   *
   * @param tried whether a key was tried
   * @param outOfKeys tells the time until a key could serve the request; asked only if need be
   */
  Fault fault(boolean tried, LongSupplier outOfKeys) {
    if (inVain != null) {
      return inVain;
    }
    if (exchange.ownKey() != null) {
      return fault != null
          ? fault
          : Fault.of(FaultKind.NO_KEY, "No group of keys leads this client to a target.");
    }
    long waitNanos = outOfKeys.getAsLong();
    if (waitNanos == 0 && fault == null && !tried) {
      return RetryPolicy.outOfKeys(1); // one has come free since there was none
    }
    if (waitNanos == 0) {
      return fault != null
          ? fault
          : Fault.of(
              FaultKind.NO_KEY,
              "The key was refused, and the request could not be repeated with another.");
    }
    return RetryPolicy.outOfKeys(waitNanos);
  }

  /** Lets go of the kept answer. */
  void release() {
    if (answer != null) {
      answer.release();
      answer = null;
    }
  }
}
