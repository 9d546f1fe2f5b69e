package io.geminirelay.side.local;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.FaultResponder;
import io.geminirelay.base.exchange.HoldBudget;
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
 * Gathers the body of one request that is answered here, as long as its page lets it be, and hands
 * it over. What the page has against the request by its head is said before anything is gathered,
 * and all that is gathered at once has a bound: whoever sends it need not be known yet.
 *
 * <p>Place: behind {@link LocalHandler}, for the length of one request's body. Owns the body until
 * it is handed over. Event loop only.
 */
final class LocalBodyHandler extends ChannelInboundHandlerAdapter {
  private final LocalRoute page;
  private final ChannelHandlerContext door;
  private final HoldBudget budget;

  // Owner: this handler, until it is whole.
  private @Nullable ByteBuf body;
  private int maxBytes;

  /**
   * Gathers for {@code page}.
   *
   * @param door where the answer goes out from, as it is there for longer than this handler
   * @param budget of what all gather
   */
  LocalBodyHandler(LocalRoute page, ChannelHandlerContext door, HoldBudget budget) {
    this.page = page;
    this.door = door;
    this.budget = budget;
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
    Exchange exchange = exchange(ctx);
    boolean announced =
        HttpUtil.isTransferEncodingChunked(head) || HttpUtil.getContentLength(head, 0L) > 0;
    Fault against = announced ? page.beforeBody(exchange) : null;
    maxBytes = page.maxBodyBytes(exchange);
    if (against == null && HttpUtil.getContentLength(head, 0L) > maxBytes) {
      against = tooLarge();
    }
    if (against != null) {
      refuse(ctx, exchange, against);
      return;
    }
    body = ctx.alloc().buffer();
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
    Exchange exchange = exchange(ctx);
    int more = content.content().readableBytes();
    if (gathered.readableBytes() + more > maxBytes) {
      refuse(ctx, exchange, tooLarge());
      return;
    }
    if (!budget.hold(more)) {
      refuse(ctx, exchange, Fault.until(FaultKind.OVERLOADED, "too many requests with bodies", 1));
      return;
    }
    gathered.writeBytes(content.content());
    if (content instanceof LastHttpContent) {
      body = null;
      budget.free(gathered.readableBytes());
      ctx.pipeline().remove(this);
      page.answer(door, exchange, gathered);
    }
  }

  private static Exchange exchange(ChannelHandlerContext ctx) {
    return ctx.channel().attr(Exchange.KEY).get();
  }

  private Fault tooLarge() {
    String detail = "the body has more than " + maxBytes + " bytes";
    return Fault.of(FaultKind.BODY_TOO_LARGE, detail);
  }

  private void refuse(ChannelHandlerContext ctx, Exchange exchange, Fault fault) {
    ctx.pipeline().remove(this);
    FaultResponder.respond(door, exchange, fault, true);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    ByteBuf unread = body;
    body = null;
    if (unread != null) {
      budget.free(unread.readableBytes());
      unread.release();
    }
  }
}
