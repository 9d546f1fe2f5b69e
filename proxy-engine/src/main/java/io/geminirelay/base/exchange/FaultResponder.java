package io.geminirelay.base.exchange;

import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;

/**
 * The one place where a fault becomes a response, in the error form of the route that was called.
 */
public final class FaultResponder {
  private FaultResponder() {}

  /**
   * Answers {@code exchange} with {@code fault}, outbound from {@code ctx}. Must be called once,
   * and only before any other response byte. The answer carries the request's id, {@code
   * Retry-After} where the time is known, and {@code WWW-Authenticate}, {@code Allow} or {@code
   * Accept-Encoding} where RFC 9110 wants it.
   *
   * @param close whether the connection cannot be used after this answer
   */
  @SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel
  public static void respond(
      ChannelHandlerContext ctx, Exchange exchange, Fault fault, boolean close) {
    ctx.writeAndFlush(answer(ctx.alloc(), exchange, fault, close));
  }

  /** As {@link #respond}, for who writes it by another way; the response belongs to the caller. */
  public static FullHttpResponse answer(
      ByteBufAllocator buffers, Exchange exchange, Fault fault, boolean close) {
    ByteBuf body = buffers.buffer();
    FaultBody.write(body, exchange, fault);
    FullHttpResponse response = response(exchange, fault, body);
    // A client that still waits for leave to send its body may send it or not: which of the two
    // cannot be told, so the connection ends here (RFC 9110 section 10.1.1).
    if (close || HttpUtil.is100ContinueExpected(exchange.head())) {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    return response;
  }

  /**
   * The response to {@code exchange} that tells {@code fault}, and all that its head has to say;
   * for who writes more into the body than a fault alone.
   *
   * @param body JSON text; ownership goes to the response
   */
  public static FullHttpResponse response(Exchange exchange, Fault fault, ByteBuf body) {
    exchange.failed(fault);
    FullHttpResponse response =
        LocalAnswer.json(exchange, HttpResponseStatus.valueOf(fault.kind().status()), body);
    describe(response.headers(), exchange, fault);
    return response;
  }

  private static void describe(HttpHeaders headers, Exchange exchange, Fault fault) {
    if (fault.retryAfterSeconds() >= 0) {
      headers.set(HttpHeaderNames.RETRY_AFTER, fault.retryAfterSeconds());
    }
    if (fault.kind() == FaultKind.UNAUTHENTICATED) {
      headers.set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
    } else if (fault.kind() == FaultKind.UNSUPPORTED_ENCODING) {
      headers.set(HttpHeaderNames.ACCEPT_ENCODING, HttpHeaderValues.IDENTITY);
    } else if (fault.kind() == FaultKind.METHOD_NOT_ALLOWED) {
      headers.set(HttpHeaderNames.ALLOW, exchange.route().allowedMethods());
    }
  }
}
