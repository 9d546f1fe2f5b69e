package io.geminirelay.flow.outbound;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.config.Destination;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.ErrorBody;
import io.geminirelay.flow.keys.ErrorBodyReader;
import io.geminirelay.flow.keys.KeyVerdict;
import io.geminirelay.flow.keys.TriedKeys;
import io.geminirelay.flow.keys.UpstreamOutcome;
import io.geminirelay.flow.keys.VerdictReader;
import io.geminirelay.flow.relay.HeldAnswer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One exchange's memory of its attempts: which keys it used up, what each attempt's end meant, and
 * the best answer so far in case no better one comes.
 *
 * <p>Owns that answer. Every attempt is settled with the key ring and the breakers exactly once.
 * Belongs to its exchange and event loop.
 */
final class Failover {
  private static final int MAX_LONE_REPEATS = 2;

  private final Exchange exchange;
  private final Outbound outbound;
  private final TriedKeys tried = new TriedKeys();
  private final AttemptCount count = new AttemptCount();
  private final Set<Destination> deadWays = new HashSet<>(0);
  private KeyVerdict verdict = KeyVerdict.UNDECIDED;
  private @Nullable Fault fault;
  // Owner: this object, until given or released.
  private @Nullable HeldAnswer answer;
  private @Nullable ApiKey answerKey;

  Failover(Exchange exchange, Outbound outbound) {
    this.exchange = exchange;
    this.outbound = outbound;
    outbound.budget().request();
  }

  /** A key and the way to its target. */
  record Choice(ApiKey key, Destination destination, boolean freshConnection) {}

  // ---- choosing ----

  /** The first choice, or another key after the one that was tried; null when none is left. */
  @Nullable Choice nextKey() {
    while (true) {
      ApiKey key = select();
      if (key == null) {
        return null;
      }
      Destination way = openWay(key.destinations());
      TargetConfig target = key.destination().target();
      String model = key.modelFor(exchange.model());
      if (way != null && outbound.breakers().tryAdmit(target, model)) {
        count.withOther();
        return new Choice(key, way, false);
      }
      tried.add(key);
      settle(key, KeyVerdict.UNDECIDED);
      if (way == null) {
        continue;
      }
      long wait = outbound.breakers().waitNanos(target, model);
      fault =
          Fault.until(
              FaultKind.BREAKER_OPEN,
              target.authority() + " has failed too often of late; try again later.",
              seconds(wait));
    }
  }

  private @Nullable ApiKey select() {
    Secret own = exchange.ownKey();
    if (own == null) {
      return outbound.keys().selector().select(exchange.model(), allowedGroups(), tried);
    }
    // A client that brings a key means that one: when it was tried there is no other.
    return tried.isEmpty()
        ? outbound.keys().clientKey(own, exchange.model(), allowedGroups())
        : null;
  }

  /**
   * What follows the attempt {@code from} according to {@code decision}; null when nothing does.
   */
  @Nullable Choice after(Attempt from, RetryDecision decision) {
    if (verdict.next() == KeyVerdict.Next.ANOTHER_KEY_BRIEFLY) {
      count.overloaded();
    }
    return switch (decision.action()) {
      case GIVE_UP -> null;
      case RESEND -> {
        count.resent();
        yield again(from.choice(), true);
      }
      case SAME_KEY -> {
        count.again();
        yield again(from.choice(), false);
      }
      case OTHER_EXIT -> otherExit(from);
      case OTHER_KEY -> {
        tried.add(from.choice().key());
        yield nextKey();
      }
    };
  }

  /** The first way to a key's target that this exchange has not found blocked. */
  private @Nullable Destination openWay(List<Destination> ways) {
    for (Destination way : ways) {
      if (!deadWays.contains(way)) {
        return way;
      }
    }
    return null;
  }

  private @Nullable Choice otherExit(Attempt from) {
    ApiKey key = from.choice().key();
    List<Destination> ways = key.destinations();
    boolean exitAtFault = verdict.effect() == KeyVerdict.Effect.EXIT_SUSPECT;
    if (exitAtFault) {
      // Every key behind this exit would find it as blocked.
      deadWays.add(from.choice().destination());
    }
    int next = ways.indexOf(from.choice().destination()) + 1;
    if (next < ways.size()) {
      count.withOther();
      return again(new Choice(key, ways.get(next), false), false);
    }
    tried.add(key);
    Choice other = nextKey();
    if (other != null || exitAtFault || count.withKey() > MAX_LONE_REPEATS) {
      return other;
    }
    // The only key, and nothing was wrong with it.
    count.again();
    return again(new Choice(key, key.destination(), true), true);
  }

  private @Nullable Choice again(Choice choice, boolean fresh) {
    TargetConfig target = choice.destination().target();
    boolean admitted = outbound.breakers().tryAdmit(target, modelOf(choice));
    return admitted ? new Choice(choice.key(), choice.destination(), fresh) : null;
  }

  /** The model as it is sent: rests and breakers know no other name. */
  private String modelOf(Choice choice) {
    return choice.key().modelFor(exchange.model());
  }

  private List<String> allowedGroups() {
    ClientConfig client = exchange.client();
    return client == null ? List.of() : client.groups();
  }

  // ---- judging ----

  /** An error answer, or a success whose first event is an error. */
  RetryDecision judge(Attempt from, HeldAnswer held, ByteBufAllocator alloc, boolean mayReplay) {
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
      return decide(from, new UpstreamOutcome.Refused(status, error, exit), mayReplay);
    } finally {
      body.release();
    }
  }

  /** No answer, or none that is whole. */
  RetryDecision judge(Attempt from, Fault why, boolean mayReplay) {
    fault = why;
    return decide(from, new UpstreamOutcome.Failed(why, from.onReusedConnection()), mayReplay);
  }

  private RetryDecision decide(Attempt from, UpstreamOutcome outcome, boolean mayReplay) {
    KeyVerdict judged = VerdictReader.judge(outcome, outbound.behavior());
    verdict = exchange.ownKey() == null ? judged : judged.ofClientKey();
    settle(from, verdict);
    return outbound
        .retries()
        .decide(verdict, count, new RetryPolicy.Situation(false, mayReplay, deadlineLeftNanos()));
  }

  /** Time left for all attempts; negative when it is over. */
  long deadlineLeftNanos() {
    long spent = outbound.time().nanoTime() - exchange.startNanos();
    return outbound.config().deadline().toNanos() - spent;
  }

  /** A choice that was admitted is not made use of after all. */
  void forget(Choice choice) {
    TargetConfig target = choice.destination().target();
    outbound.breakers().settle(target, modelOf(choice), KeyVerdict.UNDECIDED);
  }

  private void settle(Attempt from, KeyVerdict with) {
    if (from.settleOnce()) {
      settle(from.choice().key(), with);
      String model = modelOf(from.choice());
      TargetConfig target = from.choice().destination().target();
      // What happens to a key that a client brought must not close the target for the others.
      boolean own = exchange.ownKey() != null;
      outbound.breakers().settle(target, model, own ? KeyVerdict.UNDECIDED : with);
    }
  }

  private void settle(ApiKey key, KeyVerdict with) {
    if (exchange.ownKey() == null) {
      outbound.keys().settle(key, key.modelFor(exchange.model()), with);
    }
  }

  /** The attempt's answer goes to the client as a success. */
  void committed(Attempt from) {
    settle(from, KeyVerdict.SUCCESS);
  }

  /** The attempt ends without telling anything of its key. */
  void undecided(Attempt from) {
    settle(from, KeyVerdict.UNDECIDED);
  }

  // ---- what the client gets when all is over ----

  /** Whether an answer just judged may reach the client: not if it speaks of the gateway's key. */
  boolean mayPassOn() {
    return switch (verdict.effect()) {
      case MARK_INVALID, COOL_PROJECT -> false;
      default -> true;
    };
  }

  /** Keeps {@code held} for the client in case no better answer comes. Takes ownership. */
  void take(HeldAnswer held, ApiKey key) {
    boolean success = held.head().status().code() < HttpResponseStatus.BAD_REQUEST.code();
    if (success && verdict.effect() == KeyVerdict.Effect.COOL_BUCKET) {
      // A quota refusal inside a success: the client is better told when to come back.
      fault = Fault.of(FaultKind.KEYS_COOLING, "The quota for this model is used up for now.");
      held.release();
      return;
    }
    if (!mayPassOn() || !held.isWhole()) {
      if (!held.isWhole()) {
        fault = Fault.of(FaultKind.BAD_ANSWER, "The error answer was too long to be passed on.");
      }
      held.release();
      return;
    }
    release();
    answer = held;
    answerKey = key;
  }

  /** The answer kept, with its key; the caller owns it. */
  @Nullable HeldAnswer giveAnswer() {
    HeldAnswer given = answer;
    answer = null;
    return given;
  }

  /** The key whose answer was kept last. */
  @Nullable ApiKey answerKey() {
    return answerKey;
  }

  /** What the client is told when no attempt is left and no answer is kept. */
  Fault lastFault() {
    if (exchange.ownKey() != null) {
      return fault != null
          ? fault
          : Fault.of(FaultKind.NO_KEY, "No group of keys leads this client to a target.");
    }
    long wait = outbound.keys().selector().waitNanos(exchange.model(), allowedGroups());
    if (wait == 0) {
      return fault != null
          ? fault
          : Fault.of(
              FaultKind.NO_KEY,
              "The key was refused, and the request could not be repeated with another.");
    }
    Fault out = RetryPolicy.outOfKeys(false, wait);
    return out == null ? Fault.of(FaultKind.NO_KEY, "No key could serve this request.") : out;
  }

  /** Lets go of the kept answer. */
  void release() {
    if (answer != null) {
      answer.release();
      answer = null;
    }
  }

  private static long seconds(long nanos) {
    return Math.max(1, TimeUnit.NANOSECONDS.toSeconds(nanos + 999_999_999L));
  }
}
