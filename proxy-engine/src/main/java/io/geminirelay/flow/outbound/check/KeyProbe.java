package io.geminirelay.flow.outbound.check;

import io.geminirelay.base.config.Destination;
import io.geminirelay.base.config.KeysConfig.RateLimitBehavior;
import io.geminirelay.base.exchange.Alarm;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.keys.verdict.ErrorBodyReader;
import io.geminirelay.flow.keys.verdict.KeyVerdict;
import io.geminirelay.flow.keys.verdict.UpstreamOutcome;
import io.geminirelay.flow.keys.verdict.VerdictReader;
import io.geminirelay.flow.outbound.pool.LeaseListener;
import io.geminirelay.flow.outbound.pool.Leasing;
import io.geminirelay.flow.outbound.pool.LoopPools;
import io.geminirelay.flow.outbound.pool.UpstreamLease;
import io.geminirelay.flow.relay.ResponseSink;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One question to Google with one key, as a state machine: lease a connection, ask, read the
 * answer, say what it means. What a stale connection lost is asked once more on a fresh one.
 *
 * <p>Owns its lease and the beginning of the answer; tells its end exactly once. Runs on the event
 * loop of its pools.
 */
final class KeyProbe implements LeaseListener, ResponseSink {
  /** Where a probe stands; a repeat on a fresh connection goes back to the first. */
  private enum State {
    LEASING,
    ASKING,
    READING,
    ENDED
  }

  /**
   * How a probe ended.
   *
   * @param verdict what it means
   * @param ofTarget what it tells of the target
   * @param status of the answer; 0 when there was none
   * @param detail for people
   */
  record End(KeyVerdict verdict, KeyVerdict ofTarget, int status, String detail) {}

  private final ApiKey key;
  private final Destination way;
  private final LoopPools pools;
  private final ByteBufAllocator alloc;
  private final Consumer<End> then;
  private final Alarm alarm;
  private final long answerNanos;
  private State state = State.LEASING;
  private boolean repeated;
  private @Nullable Leasing leasing;
  private @Nullable UpstreamLease lease;
  // Owner: this probe, until it ends.
  private @Nullable CheckAnswer answer;

  KeyProbe(
      ApiKey key,
      Destination way,
      EventLoop loop,
      LoopPools pools,
      CheckRules rules,
      Consumer<End> then) {
    this.key = key;
    this.way = way;
    this.pools = pools;
    this.alloc = rules.alloc();
    this.then = then;
    this.alarm = new Alarm(loop, rules.time(), this::timedOut);
    this.answerNanos = rules.answer().toNanos();
  }

  /** Begins; the end may be told before this returns. */
  void start() {
    state = State.LEASING;
    Leasing pending = pools.lease(way, repeated, this);
    if (state == State.LEASING) {
      leasing = pending;
    }
  }

  @Override
  public void leased(UpstreamLease given) {
    leasing = null;
    if (state != State.LEASING) {
      given.discard();
      return;
    }
    lease = given;
    state = State.ASKING;
    given.responses().attach(this);
    given.channel().write(CheckRequest.of(way.target(), key));
    given.channel().writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
    alarm.set(answerNanos);
    given.channel().read();
  }

  @Override
  public void failed(Fault fault) {
    leasing = null;
    end(fault, false);
  }

  @Override
  public void head(HttpResponse head) {
    state = State.READING;
    answer = new CheckAnswer(head.status().code(), alloc);
    alarm.set(answerNanos);
  }

  @Override
  public void take(HttpContent piece) {
    CheckAnswer reading = answer;
    if (reading == null) {
      piece.release();
      return;
    }
    reading.take(piece);
    if (reading.isTooLong()) {
      answered(reading, false);
    }
  }

  @Override
  public void takeLast(LastHttpContent last) {
    CheckAnswer reading = answer;
    if (reading == null) {
      last.release();
      return;
    }
    reading.take(last);
    answered(reading, true);
  }

  @Override
  public void readComplete() {
    if (lease != null) {
      lease.channel().read();
    }
  }

  @Override
  public void writabilityChanged(boolean writable) {
    // The request is one small head.
  }

  @Override
  public void broken(Fault fault) {
    end(fault, lease != null && lease.reused());
  }

  private void timedOut() {
    if (state == State.READING) {
      end(Fault.of(FaultKind.IDLE_TIMEOUT, "the answer fell silent"), false);
    } else {
      end(Fault.of(FaultKind.FIRST_BYTE_TIMEOUT, "no answer began in time"), false);
    }
  }

  private void answered(CheckAnswer whole, boolean reusable) {
    int status = whole.status();
    if (status < 300) {
      end(new End(KeyVerdict.SUCCESS, KeyVerdict.SUCCESS, status, ""), reusable);
      return;
    }
    UpstreamOutcome outcome =
        new UpstreamOutcome.Refused(
            Math.max(status, 400), ErrorBodyReader.look(whole.kept()), false);
    KeyVerdict verdict = VerdictReader.judge(outcome, RateLimitBehavior.QUOTA_AWARE);
    String said = ErrorMessage.look(whole.kept(), alloc, key.secret());
    end(new End(verdict, VerdictReader.ofTarget(outcome, verdict), status, said), reusable);
  }

  private void end(Fault fault, boolean reused) {
    if (state == State.ENDED) {
      return;
    }
    UpstreamOutcome outcome = new UpstreamOutcome.Failed(fault, reused);
    KeyVerdict verdict = VerdictReader.judge(outcome, RateLimitBehavior.QUOTA_AWARE);
    if (verdict.next() == KeyVerdict.Next.RESEND && !repeated) {
      repeated = true;
      letGo(false);
      start();
      return;
    }
    String said = ErrorMessage.tidied(fault.detail(), alloc, key.secret());
    end(new End(verdict, VerdictReader.ofTarget(outcome, verdict), 0, said), false);
  }

  private void end(End end, boolean reusable) {
    if (state == State.ENDED) {
      return;
    }
    state = State.ENDED;
    letGo(reusable);
    then.accept(end);
  }

  private void letGo(boolean reusable) {
    alarm.dispose();
    if (leasing != null) {
      leasing.cancel();
      leasing = null;
    }
    if (answer != null) {
      answer.release();
      answer = null;
    }
    UpstreamLease ended = lease;
    if (ended != null) {
      lease = null;
      ended.responses().detach();
      if (reusable) {
        ended.giveBack();
      } else {
        ended.discard();
      }
    }
  }
}
