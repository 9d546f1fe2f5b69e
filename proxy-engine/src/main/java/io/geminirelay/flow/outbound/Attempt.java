package io.geminirelay.flow.outbound;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.KeptBody;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.flow.outbound.pool.LeaseListener;
import io.geminirelay.flow.outbound.pool.Leasing;
import io.geminirelay.flow.outbound.pool.UpstreamLease;
import io.geminirelay.flow.relay.FirstAnswerGate;
import io.geminirelay.flow.relay.HeldAnswer;
import io.geminirelay.flow.relay.ResponseSink;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.Nullable;

/**
 * One try of an exchange with one key, as a state machine: lease a connection, send the request,
 * hold the answer until it is known to be the one, relay it.
 *
 * <p>Owns its lease and the held beginning of the answer. Runs on the client's event loop, which is
 * the connection's too.
 */
final class Attempt implements LeaseListener, ResponseSink {
  /** Where an attempt stands: it only goes forward, and may leave states out. */
  enum State {
    LEASING,
    SENDING,
    WAITING,
    HOLDING,
    RELAYING,
    ENDED;

    private boolean mayBecome(State next) {
      return next.compareTo(this) > 0;
    }
  }

  private final Forwarding forwarding;
  private final Choice choice;
  private boolean settled;
  private State state = State.LEASING;
  private @Nullable Leasing leasing;
  private @Nullable UpstreamLease lease;
  // Owner: this attempt, until given to the relay or released with the attempt.
  private @Nullable HeldAnswer held;
  private @Nullable BodySplice splice;
  private int sentPieces;
  private boolean headWritten;
  private boolean requestSent;
  private boolean answerWhole;
  private boolean endsWithConnection;

  Attempt(Forwarding forwarding, Choice choice) {
    this.forwarding = forwarding;
    this.choice = choice;
  }

  Choice choice() {
    return choice;
  }

  /** True the first time it is asked. */
  boolean settleOnce() {
    boolean first = !settled;
    settled = true;
    return first;
  }

  /** Gives the held answer away; the caller owns it. */
  @Nullable HeldAnswer giveHeld() {
    HeldAnswer given = held;
    held = null;
    return given;
  }

  boolean onReusedConnection() {
    return lease != null && lease.reused();
  }

  /** Whether some of the request has left on a connection. */
  boolean isSent() {
    return headWritten;
  }

  private void moveTo(State next) {
    if (!state.mayBecome(next)) {
      throw new IllegalStateException("attempt cannot go from " + state + " to " + next);
    }
    state = next;
  }

  void start() {
    Leasing pending =
        forwarding.pools().lease(choice.destination(), choice.freshConnection(), this);
    if (state == State.LEASING) {
      leasing = pending;
      forwarding.awaitFirstByte();
    }
  }

  @Override
  public void leased(UpstreamLease given) {
    leasing = null;
    if (state == State.ENDED) {
      given.discard();
      return;
    }
    lease = given;
    moveTo(State.SENDING);
    given.responses().attach(this);
    try {
      given
          .channel()
          .write(requestHead(given))
          .addListener(written -> headWritten = written.isSuccess());
    } catch (IllegalArgumentException e) {
      String detail = "A header of this request cannot be sent on.";
      forwarding.failed(this, Fault.of(FaultKind.BAD_REQUEST, detail, e));
      return;
    }
    pump();
    // A body over its cap waited for the connection, and little of it makes none unwritable.
    forwarding.bodyMoved();
    given.channel().read();
  }

  private HttpRequest requestHead(UpstreamLease given) {
    Exchange exchange = forwarding.exchange();
    AttemptEdit edit = forwarding.editWith(choice.key());
    splice = edit == null ? null : edit.body();
    CharSequence credential = choice.key().credential(exchange.route().dialect());
    return RequestHead.build(
        exchange, choice.destination().target(), credential, given.http2(), edit);
  }

  @Override
  public void failed(Fault fault) {
    leasing = null;
    if (state != State.ENDED) {
      forwarding.failed(this, fault);
    }
  }

  /** Sends what there is of the request's body, as far as the connection takes it. */
  void pump() {
    if (lease == null || requestSent || state == State.ENDED) {
      return;
    }
    Channel channel = lease.channel();
    // A stream of HTTP/2 that is over fails a write, and its answer may still have to be read.
    boolean told = lease.http2();
    KeptBody body = forwarding.body();
    while (sentPieces < body.count() && channel.isWritable()) {
      boolean last = body.isComplete() && sentPieces == body.count() - 1;
      ByteBuf piece = body.retainedPiece(sentPieces++);
      if (splice != null) {
        piece = splice.take(piece);
      }
      channel.write(
          last ? new DefaultLastHttpContent(piece) : new DefaultHttpContent(piece),
          told ? channel.newPromise() : channel.voidPromise());
      requestSent = last;
    }
    if (!requestSent && body.isComplete() && sentPieces == body.count()) {
      // No body at all, or its end came by itself after the last piece had been sent.
      channel.write(
          LastHttpContent.EMPTY_LAST_CONTENT, told ? channel.newPromise() : channel.voidPromise());
      requestSent = true;
    }
    body.dropSent(sentPieces);
    channel.flush();
    if (requestSent && state == State.RELAYING) {
      forwarding.exchange().requestOver();
    }
    if (state == State.SENDING) {
      // The wait for the answer counts from the last byte sent, however long the sending takes.
      forwarding.awaitFirstByte();
      if (requestSent) {
        moveTo(State.WAITING);
      }
    }
  }

  /** Whether the connection cannot take more of the body for now. */
  boolean isFull() {
    return lease == null || (!requestSent && !lease.channel().isWritable());
  }

  @Override
  public void writabilityChanged(boolean writable) {
    if (writable) {
      pump();
      forwarding.bodyMoved();
    }
  }

  @Override
  public void head(HttpResponse head) {
    FirstAnswerGate.Decision decision = forwarding.onHead(head);
    boolean committed = decision == FirstAnswerGate.Decision.COMMIT;
    forwarding.awaitNextByte(committed);
    endsWithConnection = lease != null && !lease.http2() && !isFramed(head);
    if (committed) {
      commit(head);
    } else {
      moveTo(State.HOLDING);
      held = new HeldAnswer(head);
    }
  }

  private static boolean isFramed(HttpResponse head) {
    return head.headers().contains(HttpHeaderNames.CONTENT_LENGTH)
        || head.headers().contains(HttpHeaderNames.TRANSFER_ENCODING);
  }

  private void commit(HttpResponse head) {
    moveTo(State.RELAYING);
    forwarding.commit(this, head);
    if (state == State.RELAYING) {
      letGoOfRequest();
    }
  }

  /** No attempt follows this one: a stream is not to hold for long what only another would need. */
  private void letGoOfRequest() {
    KeptBody body = forwarding.body();
    body.spend();
    body.dropSent(sentPieces);
    if (requestSent) {
      forwarding.exchange().requestOver();
    }
  }

  @Override
  public void take(HttpContent piece) {
    if (state == State.ENDED) {
      piece.release();
      return;
    }
    forwarding.awaitNextByte(held == null);
    forwarding.look(piece);
    if (held == null) {
      forwarding.relay().take(piece);
    } else {
      held.take(piece);
      forwarding.onPiece(this, held);
    }
  }

  @Override
  public void takeLast(LastHttpContent last) {
    if (state == State.ENDED) {
      last.release();
      return;
    }
    forwarding.look(last);
    if (endsWithConnection && forwarding.looksCut()) {
      // Such an end is that of a peer which crashed, too (RFC 9112 section 8); the body knows more.
      last.release();
      broken(Fault.of(FaultKind.BROKEN_ANSWER, "the connection closed within the answer's body"));
      return;
    }
    answerWhole = true;
    if (held == null) {
      end();
      // Before the client knows that it is over, and asks again.
      forwarding.counted();
      forwarding.relay().takeLast(last);
      forwarding.close();
    } else {
      held.take(last);
      forwarding.onEnd(this, held);
    }
  }

  /** Passes on what is held and everything that follows: this is the answer. */
  void commitHeld() {
    HeldAnswer answer = giveHeld();
    if (answer == null) {
      return;
    }
    commit(answer.head());
    if (answerWhole) {
      end();
      forwarding.counted();
    } else {
      forwarding.awaitNextByte(true);
    }
    answer.giveTo(forwarding.relay());
    if (answerWhole) {
      forwarding.close();
    }
  }

  @Override
  public void readComplete() {
    if (state == State.RELAYING) {
      forwarding.relay().flush();
    }
    readOn();
  }

  /** Asks for more of the answer unless the client cannot take it. */
  void readOn() {
    if (lease != null && (state != State.RELAYING || forwarding.relay().writable())) {
      lease.channel().read();
    }
  }

  @Override
  public void broken(Fault fault) {
    if (state == State.RELAYING) {
      end();
      forwarding.broken(fault);
    } else if (state != State.ENDED) {
      forwarding.failed(this, fault);
    }
  }

  /**
   * A clock ran out.
   *
   * @param deadline whether it was that of the whole exchange
   */
  void timedOut(boolean deadline) {
    if (state == State.RELAYING || (state == State.HOLDING && !deadline)) {
      broken(Fault.of(FaultKind.IDLE_TIMEOUT, "the answer fell silent"));
    } else if (deadline) {
      broken(Fault.of(FaultKind.DEADLINE, "the time for all attempts is over"));
    } else {
      broken(Fault.of(FaultKind.FIRST_BYTE_TIMEOUT, "no answer began in time"));
    }
  }

  /** Ends the attempt, whatever its state: gives the connection back if it is in order. */
  void end() {
    if (state == State.ENDED) {
      return;
    }
    state = State.ENDED;
    if (leasing != null) {
      leasing.cancel();
      leasing = null;
    }
    UpstreamLease ended = lease;
    if (ended != null) {
      lease = null;
      ended.responses().detach();
      if (requestSent && answerWhole) {
        ended.giveBack();
      } else {
        ended.discard();
      }
    }
  }

  /** Ends the attempt and lets go of what it holds. */
  void abandon() {
    end();
    dropHeld();
  }

  /** Lets go of what it holds. */
  void dropHeld() {
    if (held != null) {
      held.release();
      held = null;
    }
  }
}
