package io.geminirelay.flow.interpret;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.RequestId;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;

/** The heads of {@code /generate}, towards Google and towards the client. Pure. */
final class GenerateRequest {
  private static final String TUNED = "tunedModels/";

  private GenerateRequest() {}

  /** What is asked of Google. */
  static String uri(String model) {
    String collection = model.startsWith(TUNED) ? "" : "models/";
    return "/v1beta/" + collection + model + ":streamGenerateContent?alt=sse";
  }

  /**
   * The client's head for Google: the body is JSON whatever its sender calls it, and what the
   * client accepts is a matter between it and the gateway.
   */
  static HttpRequest head(HttpRequest client) {
    HttpHeaders headers = client.headers().copy();
    headers.remove(HttpHeaderNames.ACCEPT);
    headers.set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
    return new DefaultHttpRequest(client.protocolVersion(), client.method(), client.uri(), headers);
  }

  /** The head of an answer with elements. */
  static HttpResponse answerHead(Exchange exchange, AnswerForm form) {
    HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    head.headers()
        .set(HttpHeaderNames.CONTENT_TYPE, form.contentType())
        .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
        .set(RequestId.HEADER, exchange.id());
    if (exchange.head().protocolVersion().compareTo(HttpVersion.HTTP_1_1) < 0) {
      // The end is the close (RFC 9112 section 6.3).
      head.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    } else {
      head.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
    return head;
  }
}
