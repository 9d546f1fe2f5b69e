package io.geminirelay.flow.outbound;

import io.geminirelay.base.exchange.Alarm;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.FaultResponder;
import io.geminirelay.base.exchange.KeptBody;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.scan.StreamScanner;
import io.geminirelay.flow.keys.ApiKey;
import io.geminirelay.flow.outbound.pool.LoopPools;
import io.geminirelay.flow.relay.FirstAnswerGate;
import io.geminirelay.flow.relay.HeldAnswer;
import io.geminirelay.flow.relay.KeepAliveComments;
import io.geminirelay.flow.relay.ResponseHead;
import io.geminirelay.flow.relay.ResponseRelay;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.Nullable;

/**
 * One exchange's way upstream: attempt after attempt until one is served or none is left to make.
 *
 * <p>Owns the request body, and through its attempt and its {@link Failover} the held answers; all
 * are let go in {@link #close()}, the only way out. Runs on the client's event loop.
 */
final class Forwarding {
  private final ChannelHandlerContext client;
  private final Exchange exchange;
  private final Outbound outbound;
  private final AnswerClock clock;
  private final LoopPools pools;
  private final RequestBody request;
  private final StreamScanner scanner;
  private final FirstAnswerGate gate = new FirstAnswerGate();
  private final ResponseRelay relay;
  private final Failover failover;
  private final Pause pause;

  private @Nullable Attempt attempt;
  private @Nullable KeepAliveComments comments;
  private boolean started;
  private boolean closed;

  /** For {@code exchange}; {@code reader} has read others, and reads none until this is closed. */
  Forwarding(
      ChannelHandlerContext client,
      Exchange exchange,
      Outbound outbound,
      Alarm clock,
      StreamScanner reader) {
    this.client = client;
    this.exchange = exchange;
    this.outbound = outbound;
    this.clock = new AnswerClock(clock, outbound.config());
    this.pools = outbound.pools().apply(client.channel().eventLoop());
    this.scanner = reader;
    reader.reset();
    this.request =
        new RequestBody(client, exchange, outbound.config().maxReplayBytes(), outbound.edits());
    this.relay = new ResponseRelay(client, exchange, scanner, pools.streams());
    this.failover =
        new Failover(
            exchange, outbound, new KeyWait(client.channel(), exchange, outbound, this::waited));
    this.pause = new Pause(client.channel(), this::attempt);
  }

  Exchange exchange() {
    return exchange;
  }

  LoopPools pools() {
    return pools;
  }

  KeptBody body() {
    return request.kept();
  }

  /** What an attempt with {@code key} sends otherwise than the client did, or null. */
  @Nullable AttemptEdit editWith(ApiKey key) {
    return request.editWith(key);
  }

  ResponseRelay relay() {
    return relay;
  }

  // ---- the client's side ----

  /** The next piece of the request's body. Takes ownership. */
  void take(HttpContent piece) {
    if (closed) {
      piece.release();
      return;
    }
    request.take(piece.content());
    move();
  }

  /** The end of the request. Takes ownership. */
  void takeLast(LastHttpContent last) {
    if (closed) {
      last.release();
      return;
    }
    request.take(last.content());
    request.complete();
    move();
  }

  private void move() {
    if (request.isOverBudget() && (!started || failover.isWaiting())) {
      started = true;
      crowded();
      return;
    }
    if (!started && request.isReady()) {
      started = true;
      Fault fault = ForwardRules.refusal(exchange, request);
      if (fault == null) {
        begin();
      } else {
        refuse(fault);
      }
    } else if (attempt != null) {
      attempt.pump();
    }
    if (started && !closed && comments == null) {
      startComments();
    }
    bodyMoved();
  }

  private void startComments() {
    if (ForwardRules.commentsWanted(exchange, request, outbound.config())) {
      comments =
          new KeepAliveComments(
              relay,
              exchange,
              outbound.config().keepaliveComments(),
              client.channel().eventLoop(),
              outbound.time());
      comments.heard();
    }
  }

  /** Whether the client has been sent the head of an answer. */
  boolean isAnswering() {
    return relay.headSent();
  }

  /** The client can take more of the answer. */
  void clientWritable() {
    clock.clientReads();
    if (attempt != null) {
      attempt.readOn();
    }
  }

  // ---- attempts ----

  private void begin() {
    exchange.bodyBytes(request.expectedBytes());
    goOn(failover.first(request.kept().mayReplay()), 0);
  }

  private void goOn(@Nullable Choice next, long delayNanos) {
    if (next == null) {
      lineUpOrGiveUp();
    } else if (delayNanos > 0) {
      rest();
      exchange.trail().waits("backoff", outbound.time().nanoTime());
      pause.begin(next, delayNanos);
    } else {
      attempt(next);
    }
  }

  private void lineUpOrGiveUp() {
    if (!failover.isWaiting()) {
      giveUp();
      return;
    }
    rest();
    if (!request.holdWaiting()) {
      crowded();
    }
  }

  /** Nothing is under way; comments may go, whatever the refusal ended with. */
  private void rest() {
    clock.cancel();
    scanner.reset();
  }

  private void waited(KeyWait.Turn turn) {
    request.freeWaiting();
    goOn(failover.after(turn), 0);
  }

  /** What the requests hold that wait for something leaves no room for this one. */
  private void crowded() {
    failover.end(
        Fault.until(FaultKind.OVERLOADED, "Too many long requests at once; try again soon.", 1));
    giveUp();
  }

  private void attempt(Choice choice) {
    exchange.countAttempt();
    exchange
        .trail()
        .begins(choice.key().name(), choice.destination().egress(), outbound.time().nanoTime());
    Attempt made = new Attempt(this, choice);
    attempt = made;
    made.start();
  }

  void awaitFirstByte() {
    long now = outbound.time().nanoTime();
    clock.awaitFirstByte(now, failover.attemptLeftNanos(request.kept(), now));
  }

  // What is not committed has to become an answer within the time for all attempts.
  void awaitNextByte(boolean committed) {
    long now = outbound.time().nanoTime();
    long left = committed ? Long.MAX_VALUE : failover.attemptLeftNanos(request.kept(), now);
    clock.awaitNextByte(now, left);
  }

  boolean looksCut() {
    return exchange.generating() && FirstAnswerGate.looksCut(scanner);
  }

  void timedOut() {
    if (closed || attempt == null) {
      return;
    }
    boolean clientStalls = relay.headSent() && !relay.writable();
    if (clientStalls && clock.mayStall()) {
      // It is the client that does not read; the upstream is not even asked for more.
      awaitNextByte(true);
    } else if (clientStalls) {
      client.close();
    } else {
      attempt.timedOut(clock.isCutShort());
    }
  }

  void bodyMoved() {
    if (!closed) {
      request.pace(attempt);
    }
  }

  FirstAnswerGate.Decision onHead(HttpResponse head) {
    scanner.reset();
    boolean streaming =
        request.asksForStream() || exchange.uri().contains(":streamGenerateContent");
    return gate.head(head, exchange.generating(), streaming, exchange.route().toldAtOnce());
  }

  /** Reads along. Borrows. */
  void look(HttpContent piece) {
    if (exchange.generating()) {
      scanner.look(piece.content(), piece.content().readerIndex(), piece.content().writerIndex());
    }
    if (comments != null && relay.headSent()) {
      comments.heard();
    }
  }

  void onPiece(Attempt from, HeldAnswer held) {
    act(from, held, gate.piece(held.bytes(), scanner));
  }

  void onEnd(Attempt from, HeldAnswer held) {
    scanner.end();
    act(from, held, gate.end(held.bytes(), scanner));
  }

  private void act(Attempt from, HeldAnswer held, FirstAnswerGate.Decision decision) {
    switch (decision) {
      case HOLD -> {}
      case COMMIT -> from.commitHeld();
      case JUDGE -> judge(from, held);
      case ERROR_EVENT -> {
        if (scanner.errorFirst()) {
          // What may follow is of no use, and how much of it has come is chance.
          held.endAt((int) scanner.errorEnd(), scanner.errorRest());
        }
        judge(from, held);
      }
      case EMPTY ->
          failed(from, Fault.of(FaultKind.EMPTY_ANSWER, "The model's answer held nothing."));
    }
  }

  private void judge(Attempt from, HeldAnswer held) {
    decide(from, failover.judge(from, held, client.alloc(), request.kept().mayReplay()));
  }

  /** An attempt came to nothing before it was committed. */
  void failed(Attempt from, Fault fault) {
    // A beginning that will have no end, or an end without content, is an answer to nobody.
    from.dropHeld();
    decide(from, failover.judge(from, fault, request.kept().mayReplay()));
  }

  private void decide(Attempt from, RetryDecision decision) {
    HeldAnswer held = from.giveHeld();
    if (held != null) {
      failover.take(held, from.choice().key());
    }
    from.end();
    attempt = null;
    goOn(failover.after(from, decision), decision.delayNanos());
  }

  // ---- answers ----

  void commit(Attempt from, HttpResponse head) {
    failover.committed(from, head.status().code());
    exchange.keyInUse(from.choice().key().secret());
    if (head.status().code() < HttpResponseStatus.BAD_REQUEST.code()) {
      exchange.answer(scanner);
    }
    if (exchange.generating() && !head.headers().contains(HttpHeaderNames.CONTENT_LENGTH)) {
      relay.guard(from.choice().key().secret());
    }
    if (!relay.headSent()) {
      relay.head(
          ResponseHead.build(
              head, exchange, from.choice().destination().target(), from.choice().key().secret()));
    }
  }

  /** The answer is whole: what it cost is known. */
  void counted() {
    failover.counted(scanner.usage());
  }

  /** The answer broke off after it was committed. */
  void broken(Fault fault) {
    exchange.trail().broke(fault.kind().reason(), outbound.time().nanoTime());
    relay.breakOff(fault);
    close();
  }

  private void giveUp() {
    HeldAnswer answer = failover.giveAnswer();
    ApiKey key = failover.answerKey();
    if (answer != null && key != null) {
      boolean limited = answer.head().status().equals(HttpResponseStatus.TOO_MANY_REQUESTS);
      new ErrorAnswer(client, exchange)
          .retryAfter(limited ? failover.lastFault().retryAfterSeconds() : -1)
          .take(answer, key, relay);
    } else if (relay.headSent()) {
      relay.breakOff(failover.lastFault());
    } else {
      refuse(failover.lastFault());
    }
    close();
  }

  private void refuse(Fault fault) {
    // Bytes of the request may still be on their way: the connection is used on only if not.
    FaultResponder.respond(client, exchange, fault, !request.kept().isComplete());
    close();
  }

  /** Ends it: the answer has reached the client whole, or never will. */
  void close() {
    if (closed) {
      return;
    }
    closed = true;
    clock.cancel();
    if (comments != null) {
      comments.stop();
    }
    Choice waiting = pause.cancel();
    if (waiting != null) {
      failover.forget(waiting);
    }
    if (attempt != null) {
      failover.undecided(attempt);
      attempt.abandon();
      attempt = null;
    }
    failover.counted(scanner.usage());
    failover.release();
    relay.release();
    request.release();
  }
}
