package io.geminirelay.base.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;

/** What every answer that the gateway makes by itself has in common. */
public final class LocalAnswer {
  private LocalAnswer() {}

  /**
   * A JSON answer with the request's id, never to be cached. A {@code HEAD} request gets the same
   * head without the body (RFC 9110 section 9.3.2).
   *
   * @param body JSON text; ownership goes to the answer
   */
  public static FullHttpResponse json(Exchange exchange, HttpResponseStatus status, ByteBuf body) {
    int length = body.readableBytes();
    ByteBuf content = body;
    if (HttpMethod.HEAD.equals(exchange.head().method())) {
      body.release();
      content = Unpooled.EMPTY_BUFFER;
    }
    FullHttpResponse answer = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, content);
    answer
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "application/json; charset=UTF-8")
        .setInt(HttpHeaderNames.CONTENT_LENGTH, length)
        .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
        .set(RequestId.HEADER, exchange.id());
    if (exchange.route() == Route.ADMIN) {
      guard(answer.headers());
    }
    return answer;
  }

  /**
   * What keeps a browser from taking an answer to the operator for anything but data, whatever
   * texts of clients and of Google are in it.
   */
  public static void guard(HttpHeaders headers) {
    headers
        .set("x-content-type-options", "nosniff")
        .set(HttpHeaderNames.CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
  }
}
