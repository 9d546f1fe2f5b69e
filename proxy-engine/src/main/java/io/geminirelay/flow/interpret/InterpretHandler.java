package io.geminirelay.flow.interpret;

import io.geminirelay.base.exchange.BrokenAnswer;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.fault.Fault;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * Stage {@code interpret}, after all refusals that need no body: hands exchanges in the gateway's
 * own request forms to their {@link Dialect}, both ways; every other message passes.
 *
 * <p>Keeps the dialect of the exchange in flight; owns nothing itself. Runs on the client's event
 * loop.
 */
public final class InterpretHandler extends ChannelDuplexHandler {
  private final DialectFactory dialects;
  private @Nullable Dialect dialect;

  /** Interprets with the dialects that {@code dialects} makes. */
  public InterpretHandler(DialectFactory dialects) {
    this.dialects = dialects;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof HttpRequest) {
      release();
      dialect = dialects.of(ctx, ctx.channel().attr(Exchange.KEY).get());
    }
    Dialect current = dialect;
    if (current == null) {
      ctx.fireChannelRead(message);
    } else if (message instanceof HttpContent piece) {
      current.takeRequest(piece);
    }
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // the promise tells
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    Dialect current = dialect;
    if (current == null) {
      ctx.write(message, promise);
    } else if (message instanceof FullHttpResponse) {
      // The gateway's own answer has the dialect's form already.
      release();
      ctx.write(message, promise);
    } else if (message instanceof HttpResponse head) {
      current.answer(head, promise);
    } else if (message instanceof HttpContent piece) {
      current.takeAnswer(piece, promise);
    } else if (message instanceof BrokenAnswer broken) {
      current.broken(broken.fault(), promise);
    } else {
      ctx.write(message, promise);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof Fault) {
      // An earlier stage has refused the rest of this request.
      release();
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    release();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    release();
  }

  private void release() {
    if (dialect != null) {
      dialect.release();
      dialect = null;
    }
  }
}
