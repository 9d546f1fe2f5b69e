package io.geminirelay.flow.interpret;

import io.geminirelay.base.config.DialectConfig;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.LocalAnswer;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.geminirelay.base.scan.ThoughtsScanner;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /generate}: passes a {@code GenerateContentRequest} on as a request for a stream, and
 * answers with elements that hold the text as it grows.
 *
 * <p>The request's bytes pass unchanged. Google's error answers pass as they are. The head of an
 * answer of ours waits for the first element, so that what fails before it has a status of its own.
 * Owns the accumulator. Runs on the client's event loop.
 */
final class GenerateDialect implements Dialect, JsonChunkAccumulator.Reader {
  /** What may be written before it is sent: a TLS client's channel counts only what was sent. */
  private static final int MAX_UNFLUSHED_BYTES = 64 * 1024;

  /**
   * What may wait for a client that does not read: one event more could repeat the whole text, and
   * TLS keeps each of them apart.
   */
  private static final int MAX_WAITING_BYTES = 4 << 20;

  private enum State {
    /** The request's head is not passed on yet; becomes REQUESTED, OVER. */
    BEGUN,
    /** Waits for an answer; becomes READING, PASSING, OVER. */
    REQUESTED,
    /** Google's stream is read, no head was written; becomes TELLING, OVER. */
    READING,
    /** Elements are on their way; becomes OVER. */
    TELLING,
    /** Google's answer passes as it is; becomes OVER. */
    PASSING,
    /** Nothing more is written; final. */
    OVER
  }

  private final ChannelHandlerContext ctx;
  private final Exchange exchange;
  private final AnswerForm form;
  private final HttpRequest request;
  private final JsonChunkAccumulator chunks;
  private final ThoughtsScanner thoughts = new ThoughtsScanner();
  private State state = State.BEGUN;
  private long unflushedBytes;

  GenerateDialect(
      ChannelHandlerContext ctx, Exchange exchange, AnswerForm form, DialectConfig config) {
    this.ctx = ctx;
    this.exchange = exchange;
    this.form = form;
    this.request = GenerateRequest.head(exchange.head());
    this.chunks = new JsonChunkAccumulator(ctx.alloc(), form, config.chunkTokens(), this);
    String model = config.generateModel();
    exchange.interpreted(request, GenerateRequest.uri(model), model);
    if (form.events()) {
      exchange.wantEvents();
    }
  }

  @Override
  public void takeRequest(HttpContent piece) {
    if (state == State.BEGUN) {
      state = State.REQUESTED;
      ctx.fireChannelRead(request);
    }
    ByteBuf content = piece.content();
    thoughts.look(content, content.readerIndex(), content.writerIndex());
    ctx.fireChannelRead(piece);
  }

  @Override
  public void answer(HttpResponse head, ChannelPromise promise) {
    if (head.status().equals(HttpResponseStatus.OK)) {
      state = State.READING;
      promise.trySuccess();
    } else {
      state = State.PASSING;
      ctx.write(head, promise);
    }
  }

  @Override
  public void takeAnswer(HttpContent piece, ChannelPromise promise) {
    if (state == State.PASSING) {
      ctx.write(piece, promise);
      return;
    }
    try {
      if (state == State.OVER) {
        promise.trySuccess();
        return;
      }
      ByteBuf content = piece.content();
      chunks.withThoughts(thoughts.asked());
      chunks.look(content, content.readerIndex(), content.writerIndex());
      if (chunks.tookComment() && form.events()) {
        comment();
      }
      if (piece instanceof LastHttpContent) {
        end(null, promise);
      } else if (chunks.isTooLong()) {
        stop(promise);
      } else {
        promise.trySuccess();
      }
    } finally {
      piece.release();
    }
  }

  /** Nobody reads on: the attempt ends before the last element lets the next request in. */
  private void stop(ChannelPromise promise) {
    Fault fault = Fault.of(FaultKind.BAD_ANSWER, "The model's answer is longer than is served.");
    ctx.fireUserEventTriggered(fault);
    end(fault, promise);
    ctx.flush();
  }

  private void comment() {
    begin();
    byte[] comment = {':', '\n', '\n'};
    take(ctx.alloc().buffer(comment.length).writeBytes(comment));
  }

  @Override
  public boolean ready() {
    return ctx.channel().bytesBeforeWritable() < MAX_WAITING_BYTES;
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel
  public void take(ByteBuf element) {
    begin();
    unflushedBytes += element.readableBytes();
    ctx.write(new DefaultHttpContent(element), ctx.voidPromise());
    if (unflushedBytes >= MAX_UNFLUSHED_BYTES) {
      unflushedBytes = 0;
      ctx.flush();
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel
  private void begin() {
    if (state != State.TELLING) {
      state = State.TELLING;
      ctx.write(GenerateRequest.answerHead(exchange, form), ctx.voidPromise());
    }
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // nothing is left to do if closing fails
  public void broken(Fault fault, ChannelPromise promise) {
    if (state == State.PASSING) {
      // What was passed on may not have been sent yet.
      promise.addListener(ChannelFutureListener.CLOSE);
      ctx.write(new DefaultHttpContent(Unpooled.EMPTY_BUFFER), promise);
    } else if (state == State.OVER) {
      promise.trySuccess();
      ctx.close();
    } else {
      end(fault, promise);
    }
  }

  private void end(@Nullable Fault fault, ChannelPromise promise) {
    chunks.finish();
    chunks.hide(exchange.keyInUse());
    GenerateError error = error(fault);
    if (error != null) {
      exchange.failed(error.fault());
    }
    if (error != null && state != State.TELLING && !chunks.hasContent()) {
      ByteBuf body = ChunkWriter.giveBody(ctx.alloc(), error, exchange.keyInUse());
      HttpResponseStatus status = HttpResponseStatus.valueOf(error.status());
      ctx.write(LocalAnswer.json(exchange, status, body), promise);
    } else {
      begin();
      ByteBuf last = error == null ? chunks.giveLast() : chunks.giveFailed(error);
      ctx.write(new DefaultLastHttpContent(last), promise);
    }
    release();
  }

  private @Nullable GenerateError error(@Nullable Fault fault) {
    if (chunks.findings().failed()) {
      return GenerateError.OfGoogle.of(chunks.findings());
    }
    if (fault != null) {
      return new GenerateError.OfGateway(exchange, fault);
    }
    if (chunks.broken()) {
      return own(FaultKind.BAD_ANSWER, "The model's answer is not whole JSON.");
    }
    return chunks.concluded()
        ? null
        : own(FaultKind.BROKEN_ANSWER, "The model's answer ended without a reason to finish.");
  }

  private GenerateError own(FaultKind kind, String detail) {
    return new GenerateError.OfGateway(exchange, Fault.of(kind, detail));
  }

  @Override
  public void release() {
    state = State.OVER;
    chunks.release();
  }
}
