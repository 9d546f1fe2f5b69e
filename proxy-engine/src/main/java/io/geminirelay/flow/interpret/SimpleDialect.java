package io.geminirelay.flow.interpret;

import io.geminirelay.base.config.DialectConfig;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.FaultResponder;
import io.geminirelay.base.exchange.TimeSource;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultException;
import io.geminirelay.base.fault.FaultKind;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /gemini-proxy}: a prompt in, an answer out.
 *
 * <p>The request's body is collected, which its longest prompt bounds, and becomes one {@code
 * generateContent}. Google's answer is read as it comes, of which the text alone is kept, and told
 * in one piece at its end.
 */
final class SimpleDialect implements Dialect {
  /** Where an exchange stands: it only goes forward. */
  private enum State {
    /** The request comes in. */
    COLLECTING,
    /** Google has been asked. */
    ASKED,
    /** The client has been answered, or needs no answer any more. */
    OVER
  }

  private final ChannelHandlerContext ctx;
  private final Exchange exchange;
  private final DialectConfig config;
  private final SimpleAnswer answer;
  private State state = State.COLLECTING;
  // Owner: this dialect, until read or released.
  private @Nullable ByteBuf body;

  private SimpleDialect(
      ChannelHandlerContext ctx, Exchange exchange, DialectConfig config, TimeSource time) {
    this.ctx = ctx;
    this.exchange = exchange;
    this.config = config;
    this.answer = new SimpleAnswer(ctx.alloc(), exchange, time);
  }

  /** Begins with the exchange's head, which may be refused at once. */
  static SimpleDialect begin(
      ChannelHandlerContext ctx, Exchange exchange, DialectConfig config, TimeSource time) {
    SimpleDialect dialect = new SimpleDialect(ctx, exchange, config, time);
    if (HttpUtil.getContentLength(exchange.head(), 0L) > dialect.maxBytes()) {
      dialect.refuse(SimpleRequest.tooLong(config.maxPromptChars()), true);
    }
    return dialect;
  }

  private long maxBytes() {
    return SimpleRequest.maxBytes(config.maxPromptChars());
  }

  // ---- the request ----

  @Override
  public void takeRequest(HttpContent piece) {
    try {
      if (state == State.COLLECTING) {
        look(piece.content(), piece instanceof LastHttpContent);
      }
    } finally {
      piece.release();
    }
  }

  private void look(ByteBuf piece, boolean last) {
    int collected = body == null ? 0 : body.readableBytes();
    if ((long) collected + piece.readableBytes() > maxBytes()) {
      refuse(SimpleRequest.tooLong(config.maxPromptChars()), !last);
    } else if (last && collected == 0) {
      ask(piece);
    } else {
      ByteBuf all = body == null ? ctx.alloc().buffer(piece.readableBytes()) : body;
      body = all;
      all.writeBytes(piece, piece.readerIndex(), piece.readableBytes());
      if (last) {
        ask(all);
      }
    }
  }

  /** Asks Google what the whole {@code text} wants. */
  private void ask(ByteBuf text) {
    SimpleRequest asked;
    try {
      asked = SimpleRequest.read(text, config.maxPromptChars());
    } catch (FaultException e) {
      refuse(e.fault(), false);
      return;
    }
    dropBody();
    state = State.ASKED;
    Secret key = asked.key();
    if (key != null) {
      exchange.ownKey(key);
    }
    String model = asked.model() == null ? config.generateModel() : asked.model();
    ByteBuf question = ctx.alloc().buffer(asked.prompt().length() + 64);
    SimpleQuestion.write(question, asked.prompt());
    HttpRequest head =
        SimpleQuestion.head(exchange.head().headers(), model, question.readableBytes());
    exchange.interpreted(head, head.uri(), model);
    ctx.fireChannelRead(head);
    ctx.fireChannelRead(new DefaultLastHttpContent(question));
  }

  // ---- the answer ----

  @Override
  public void answer(HttpResponse head, ChannelPromise promise) {
    answer.head(head);
    promise.trySuccess();
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // the promise tells
  public void takeAnswer(HttpContent piece, ChannelPromise promise) {
    FullHttpResponse whole = null;
    try {
      if (state == State.ASKED) {
        answer.look(piece.content());
        whole = piece instanceof LastHttpContent ? answer.give() : null;
      }
    } finally {
      piece.release();
    }
    if (whole != null) {
      // Before the write, which may let the next request of the connection in.
      release();
      ctx.write(whole, promise);
      return;
    }
    promise.trySuccess();
    if (state == State.ASKED && answer.isTooLong()) {
      Fault fault = Fault.of(FaultKind.BAD_ANSWER, "The model's answer is longer than is served.");
      // Nobody reads on: the attempt ends here, before the refusal lets the next request in.
      ctx.fireUserEventTriggered(fault);
      refuse(fault, false);
    }
  }

  @Override
  public void broken(Fault fault, ChannelPromise promise) {
    promise.trySuccess();
    if (state == State.ASKED) {
      refuse(fault, false);
    }
  }

  // ---- the end ----

  private void refuse(Fault fault, boolean close) {
    release();
    FaultResponder.respond(ctx, exchange, fault, close);
  }

  @Override
  public void release() {
    state = State.OVER;
    dropBody();
    answer.release();
  }

  private void dropBody() {
    if (body != null) {
      body.release();
      body = null;
    }
  }
}
