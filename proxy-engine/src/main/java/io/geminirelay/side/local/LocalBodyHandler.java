package io.geminirelay.side.local;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.FaultResponder;
import io.geminirelay.base.exchange.LocalRoute;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the body of one request that is answered here, up to {@value #MAX_BYTES} bytes, and hands
 * it to its page.
 *
 * <p>Place: behind {@link LocalHandler}, for the length of one request's body. Owns the body until
 * it is handed over. Event loop only.
 */
final class LocalBodyHandler extends ChannelInboundHandlerAdapter {
  static final int MAX_BYTES = 1 << 20;

  private final LocalRoute page;
  private final ChannelHandlerContext door;

  // Owner: this handler, until it is whole.
  private @Nullable ByteBuf body;

  /**
   * Gathers for {@code page}.
   *
   * @param door where the answer goes out from, as it is there for longer than this handler
   */
  LocalBodyHandler(LocalRoute page, ChannelHandlerContext door) {
    this.page = page;
    this.door = door;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (message instanceof HttpRequest head) {
        begin(ctx, head);
      }
      if (message instanceof HttpContent content) {
        take(ctx, content);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel
  private void begin(ChannelHandlerContext ctx, HttpRequest head) {
    body = ctx.alloc().buffer();
    boolean announced =
        HttpUtil.isTransferEncodingChunked(head) || HttpUtil.getContentLength(head, 0L) > 0;
    // RFC 9110 section 10.1.1
    if (announced && HttpUtil.is100ContinueExpected(head)) {
      door.writeAndFlush(
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }
  }

  private void take(ChannelHandlerContext ctx, HttpContent content) {
    ByteBuf gathered = body;
    if (gathered == null) {
      return;
    }
    Exchange exchange = ctx.channel().attr(Exchange.KEY).get();
    if (gathered.readableBytes() + content.content().readableBytes() > MAX_BYTES) {
      ctx.pipeline().remove(this);
      String detail = "the body has more than " + MAX_BYTES + " bytes";
      FaultResponder.respond(door, exchange, Fault.of(FaultKind.BODY_TOO_LARGE, detail), true);
      return;
    }
    gathered.writeBytes(content.content());
    if (content instanceof LastHttpContent) {
      body = null;
      ctx.pipeline().remove(this);
      page.answer(door, exchange, gathered);
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    ByteBuf unread = body;
    body = null;
    if (unread != null) {
      unread.release();
    }
  }
}
