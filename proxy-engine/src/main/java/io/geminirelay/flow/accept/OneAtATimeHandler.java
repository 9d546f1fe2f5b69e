package io.geminirelay.flow.accept;

import io.geminirelay.base.exchange.FlushRound;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * Answers the requests of an HTTP/1.1 connection in order, and ends the connection when one of them
 * says so.
 *
 * <p>Stands between the codec and the request stages. Opens the decoder for the next request once
 * the answer's last content has been written, the request's own last content has been passed on and
 * the client takes bytes; closes after an answer that {@link KeepAlive} makes the last. Keeps the
 * progress of one exchange and no message. Event loop only.
 */
final class OneAtATimeHandler extends ChannelDuplexHandler {
  /** Time in which a request sent before the client could know of the end still arrives. */
  private static final int DRAIN_GRACE_SECONDS = 1;

  private final Http1Codec codec;
  private final KeepAlive keepAlive = new KeepAlive();
  private State state = State.IDLE;
  private boolean bodied;

  OneAtATimeHandler(Http1Codec codec) {
    this.codec = codec;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (state == State.CLOSING) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (message instanceof HttpRequest request) {
      state = State.READING;
      keepAlive.open(request);
      bodied = HttpUtil.isTransferEncodingChunked(request) || hasLength(request);
    }
    if (message instanceof HttpObject object && object.decoderResult().isFailure()) {
      keepAlive.forbid();
      // More of it may be on its way, whatever it is.
      bodied = true;
    } else if (message instanceof LastHttpContent && state == State.READING) {
      // Before it is passed on, since the stages may answer from within.
      state = State.READ;
    }
    boolean last = message instanceof LastHttpContent;
    ctx.fireChannelRead(message);
    if (last && state == State.EARLY) {
      state = State.ANSWERED;
      next(ctx);
    }
  }

  private static boolean hasLength(HttpRequest request) {
    String length = request.headers().get(HttpHeaderNames.CONTENT_LENGTH);
    return length != null && !length.equals("0");
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (state == State.CLOSING) {
      // The last answer of this connection is out: nothing may follow it.
      ReferenceCountUtil.release(message);
      promise.trySuccess();
      return;
    }
    boolean interim = message instanceof HttpResponse head && isInterim(head);
    if (!interim && message instanceof HttpResponse answer) {
      keepAlive.apply(answer, isUnread());
    }
    if (interim || !(message instanceof LastHttpContent)) {
      ctx.write(message, promise);
      return;
    }
    // An answer that ends before its request would leave the rest of the body to be taken for a
    // new request, or to be read for nobody.
    boolean unread = isUnread();
    if (unread || !keepAlive.allowed()) {
      state = State.CLOSING;
      codec.decoder().refuseRest();
      ctx.write(message, promise.unvoid().addListener(LingeringClose.after(unread)));
    } else {
      ctx.write(message, promise);
      if (state == State.READ) {
        state = State.ANSWERED;
        next(ctx);
      } else if (state == State.READING) {
        state = State.EARLY;
      }
    }
  }

  /**
   * An answer that ends with the connection would look whole to its client (RFC 9112 section 8):
   * where it has not ended, the connection is reset, and under TLS without a close_notify.
   */
  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    ChannelHandlerContext first = ctx.pipeline().firstContext();
    boolean cut = keepAlive.endsByClose() && state != State.CLOSING;
    if (cut && first != null && ctx.channel().isActive()) {
      FlushRound.flushOwn();
      ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
      first.close(promise);
    } else {
      ctx.close(promise);
    }
  }

  private boolean isUnread() {
    return state == State.READING && bodied;
  }

  private static boolean isInterim(HttpResponse answer) {
    return answer.status().codeClass() == HttpStatusClass.INFORMATIONAL
        && !answer.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS);
  }

  // A client that sends and does not read must not make answers pile up.
  private void next(ChannelHandlerContext ctx) {
    if (state != State.ANSWERED || !ctx.channel().isWritable()) {
      return;
    }
    state = State.IDLE;
    codec.decoder().next();
    endWhenQuiet(ctx);
    if (codec.decoder().hasWaiting()) {
      // Not from within a write: the stage that wrote is not done with the exchange yet.
      ctx.executor().execute(() -> decodeWaiting(ctx));
    }
  }

  private void decodeWaiting(ChannelHandlerContext ctx) {
    ChannelHandlerContext codecContext = ctx.pipeline().context(codec);
    if (state != State.IDLE || codecContext == null) {
      return;
    }
    ChannelInboundHandler inbound = codec;
    try {
      inbound.channelRead(codecContext, Unpooled.EMPTY_BUFFER);
      inbound.channelReadComplete(codecContext);
    } catch (Exception e) {
      ctx.fireExceptionCaught(e);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    ctx.fireChannelWritabilityChanged();
    next(ctx);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event != ClientConnections.DRAIN) {
      ctx.fireUserEventTriggered(event);
      return;
    }
    keepAlive.forbidAll();
    endWhenQuiet(ctx);
  }

  /** Whether the next request has yet to come, or to come whole. Event loop only. */
  boolean awaitsRequest() {
    return state == State.IDLE || state == State.READING;
  }

  private void endWhenQuiet(ChannelHandlerContext ctx) {
    if (keepAlive.ending() && state == State.IDLE) {
      var end =
          ctx.executor().schedule(() -> endIfQuiet(ctx), DRAIN_GRACE_SECONDS, TimeUnit.SECONDS);
      ctx.channel().closeFuture().addListener(closed -> end.cancel(false));
    }
  }

  private void endIfQuiet(ChannelHandlerContext ctx) {
    if (state == State.IDLE && codec.decoder().isIdle()) {
      state = State.CLOSING;
      ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
  }

  private enum State {
    /** No request; next: READING. */
    IDLE,
    /** A head has come; next: READ, EARLY, CLOSING. */
    READING,
    /** The request is whole; next: ANSWERED, CLOSING. */
    READ,
    /** A request without a body was answered at its head; next: ANSWERED. */
    EARLY,
    /** The answer is written, the client has to take it; next: IDLE. */
    ANSWERED,
    /** The last answer is written; whatever comes is dropped. */
    CLOSING
  }
}
