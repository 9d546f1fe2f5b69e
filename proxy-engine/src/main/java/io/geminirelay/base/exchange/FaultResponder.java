package io.geminirelay.base.exchange;

import io.geminirelay.base.fault.Fault;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;

/**
 * The one place where a fault becomes a response, in the error form of the route that was called.
 */
public final class FaultResponder {
  private FaultResponder() {}

  /**
   * Answers {@code exchange} with {@code fault}, outbound from {@code ctx}. Must be called once,
   * and only before any other response byte.
   *
   * @param close whether the connection cannot be used after this answer
   */
  public static void respond(
      ChannelHandlerContext ctx, Exchange exchange, Fault fault, boolean close) {
    exchange.failed(fault);
    ByteBuf body = ctx.alloc().buffer();
    FaultBody.write(body, exchange, fault);
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(fault.kind().status()), body);
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "application/json; charset=UTF-8")
        .setInt(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
    if (fault.retryAfterSeconds() >= 0) {
      response.headers().set(HttpHeaderNames.RETRY_AFTER, fault.retryAfterSeconds());
    }
    if (close) {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    ctx.writeAndFlush(response);
  }
}
