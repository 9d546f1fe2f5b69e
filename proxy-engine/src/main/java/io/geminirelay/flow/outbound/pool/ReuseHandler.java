package io.geminirelay.flow.outbound.pool;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;

/**
 * Watches one exchange after the other on an HTTP/1.1 connection to tell whether the next may
 * follow: request and answer whole, both sides willing to keep the connection (RFC 9112 section
 * 9.3).
 *
 * <p>Between codec and tail; passes everything on; keeps four facts about the exchange in flight,
 * and one about the connection.
 */
final class ReuseHandler extends ChannelDuplexHandler {
  private final AnswerDecoder decoder;
  private boolean requestWhole;
  private boolean answerWhole;
  private boolean keepAlive;
  private boolean interim;
  private boolean tlsClosed;

  ReuseHandler(AnswerDecoder decoder) {
    this.decoder = decoder;
  }

  /** Whether the connection can take another request now. */
  boolean mayReuse() {
    return requestWhole
        && answerWhole
        && keepAlive
        && !decoder.foresawBody()
        && !decoder.hasLeftover();
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof HttpRequest request) {
      requestWhole = false;
      answerWhole = false;
      keepAlive = HttpUtil.isKeepAlive(request);
      decoder.expect(request.method());
    }
    if (message instanceof LastHttpContent) {
      requestWhole = true;
    }
    ctx.write(message, promise);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof HttpResponse head) {
      interim = head.status().codeClass() == HttpStatusClass.INFORMATIONAL;
      if (!interim) {
        keepAlive &= allowsAnother(head);
      }
    }
    if (message instanceof HttpObject object && object.decoderResult().isFailure()) {
      keepAlive = false;
    }
    if (message instanceof LastHttpContent && !interim) {
      if (!ctx.channel().isActive() && wasCutUnderTls(ctx)) {
        // Not passed on: the connection's end, which follows, then shows that there was none.
        ReferenceCountUtil.release(message);
        return;
      }
      // An answer ahead of its request's end: the peer may close, or read the rest as a new
      // request.
      keepAlive &= requestWhole;
      answerWhole = true;
    }
    ctx.fireChannelRead(message);
  }

  /**
   * Whether an answer that ends with its connection ended with something that anybody on the way
   * can send (RFC 9112 section 9.8: incomplete without TLS's own close).
   */
  private boolean wasCutUnderTls(ChannelHandlerContext ctx) {
    return !tlsClosed && ctx.pipeline().get(SslHandler.class) != null;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslCloseCompletionEvent close) {
      tlsClosed = close.isSuccess();
    }
    ctx.fireUserEventTriggered(event);
  }

  private static boolean allowsAnother(HttpResponse head) {
    return head.protocolVersion().equals(HttpVersion.HTTP_1_1) && HttpUtil.isKeepAlive(head);
  }
}
