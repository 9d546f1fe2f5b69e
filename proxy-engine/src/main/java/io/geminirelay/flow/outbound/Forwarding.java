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
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One exchange's way upstream: attempt after attempt until one is served or none is left to make.
 *
 * <p>Owns the request body, and through its attempt and its {@link Failover} the held answers; all are
 * let go in {@link #close()}, the only way out. Runs on the client's event loop.
 */
final class Forwarding {
  private final ChannelHandlerContext client;
  private final Exchange exchange;
  private final Outbound outbound;
  private final Alarm clock;
  private final LoopPools pools;
  private final RequestBody request;
  private final StreamScanner scanner = new StreamScanner();
  private final FirstAnswerGate gate = new FirstAnswerGate();
  private final ResponseRelay relay;
  private final Failover failover;

  private @Nullable Attempt attempt;
  private @Nullable KeepAliveComments comments;
  private boolean started;
  private boolean closed;

  Forwarding(ChannelHandlerContext client, Exchange exchange, Outbound outbound, Alarm clock) {
    this.client = client;
    this.exchange = exchange;
    this.outbound = outbound;
    this.clock = clock;
    this.pools = outbound.pools().apply(client.channel().eventLoop());
    this.request = new RequestBody(client, exchange, outbound.config().maxReplayBytes());
    this.relay = new ResponseRelay(client, exchange, scanner);
    this.failover = new Failover(exchange, outbound);
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
    if (!started && request.isReady()) {
      started = true;
      startComments();
      next();
    } else if (attempt != null) {
      attempt.pump();
    }
    bodyMoved();
  }

  private void startComments() {
    boolean chunked = HttpVersion.HTTP_1_1.equals(exchange.head().protocolVersion());
    if (!outbound.config().keepaliveComments().isZero() && chunked && wantsEvents()) {
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

  private boolean wantsEvents() {
    return exchange.generating()
        && (request.asksForStream() || exchange.uri().contains("alt=sse"));
  }

  /** The client can take more of the answer. */
  void clientWritable() {
    if (attempt != null) {
      attempt.readOn();
    }
  }

  /** The client left, or its connection is of no more use. */
  void cancel() {
    close();
  }

  // ---- attempts ----

  private void next() {
    ApiKey key = failover.nextKey();
    if (key == null) {
      giveUp(failover.noKeyLeft());
    } else {
      attempt(key, false);
    }
  }

  private void attempt(ApiKey key, boolean freshConnection) {
    exchange.countAttempt();
    Attempt made = new Attempt(this, key);
    attempt = made;
    awaitFirstByte();
    made.start(freshConnection);
  }

  void awaitFirstByte() {
    clock.set(outbound.config().firstByte().toNanos());
  }

  void awaitNextByte() {
    clock.set(outbound.config().idle().toNanos());
  }

  void timedOut() {
    if (closed || attempt == null) {
      return;
    }
    if (relay.headSent() && !relay.writable()) {
      // It is the client that does not read; the upstream is not even asked for more.
      awaitNextByte();
    } else {
      attempt.timedOut();
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
    return gate.head(head, exchange.generating(), streaming);
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
      case JUDGE, ERROR_EVENT -> decide(from, failover.judge(from, held, client.alloc()));
      case EMPTY ->
          failed(from, Fault.of(FaultKind.EMPTY_ANSWER, "the model's answer held nothing"));
    }
  }

  /** An attempt came to nothing before it was committed. */
  void failed(Attempt from, Fault fault) {
    decide(from, failover.judge(from, fault, request.kept().mayReplay()));
  }

  private void decide(Attempt from, Failover.Step step) {
    if (step == Failover.Step.PASS_ON) {
      passOn(from);
      return;
    }
    from.abandon();
    attempt = null;
    if (!request.kept().mayReplay() && step != Failover.Step.GIVE_UP) {
      giveUp(failover.lastFault());
      return;
    }
    switch (step) {
      case SAME_KEY_FRESH -> attempt(from.key(), true);
      case SAME_KEY_LATER -> later(from.key());
      case NEXT_KEY -> next();
      default -> giveUp(failover.lastFault());
    }
  }

  private void later(ApiKey key) {
    clock.cancel();
    var unused =
        client
            .channel()
            .eventLoop()
            .schedule(
                () -> {
                  if (!closed) {
                    attempt(key, false);
                  }
                },
                failover.delayNanos(),
                TimeUnit.NANOSECONDS);
  }

  // ---- answers ----

  void commit(Attempt from, HttpResponse head) {
    failover.committed(from, head.status().code());
    if (!relay.headSent()) {
      relay.head(
          ResponseHead.build(
              head,
              exchange,
              from.key().destination().target(),
              from.key().secret(),
              outbound.https()));
    }
  }

  private void passOn(Attempt from) {
    HeldAnswer held = from.lookHeld();
    if (held != null && held.head().status().code() < 400) {
      from.commitHeld();
      return;
    }
    HeldAnswer answer = from.giveHeld();
    from.end();
    if (answer == null) {
      giveUp(failover.lastFault());
    } else {
      new ErrorAnswer(client, exchange, outbound.https()).take(answer, from.key(), relay);
      close();
    }
  }

  /** The answer has reached the client whole. */
  void served(Attempt from) {
    close();
  }

  /** The answer broke off after it was committed. */
  void broken(Attempt from, Fault fault) {
    failover.broken(from, fault);
    relay.breakOff(fault);
    close();
  }

  private void giveUp(Fault fault) {
    HeldAnswer answer = failover.giveLastAnswer();
    if (answer != null) {
      new ErrorAnswer(client, exchange, outbound.https())
          .retryAfter(fault.retryAfterSeconds())
          .take(answer, failover.lastKey(), relay);
    } else if (relay.headSent()) {
      relay.breakOff(fault);
    } else {
      // Bytes of the request may still be on their way: the connection is used on only if not.
      FaultResponder.respond(client, exchange, fault, !request.kept().isComplete());
    }
    close();
  }

  private void close() {
    if (closed) {
      return;
    }
    closed = true;
    clock.cancel();
    if (comments != null) {
      comments.stop();
    }
    if (attempt != null) {
      attempt.abandon();
      attempt = null;
    }
    failover.release();
    request.release();
  }
}
