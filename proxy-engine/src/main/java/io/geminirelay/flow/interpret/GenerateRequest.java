package io.geminirelay.flow.interpret;

import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.RequestId;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/** The heads of {@code /generate}, towards Google and towards the client. Pure. */
final class GenerateRequest {
  private static final String TUNED = "tunedModels/";

  private GenerateRequest() {}

  /**
   * Why {@code head} is refused before its body is read, or null.
   *
   * @param form what it asks for; null if that does not exist
   */
  static @Nullable Fault refusal(HttpRequest head, @Nullable AnswerForm form) {
    String coding = head.headers().get(HttpHeaderNames.CONTENT_ENCODING);
    if (coding != null && !HttpHeaderValues.IDENTITY.contentEqualsIgnoreCase(coding)) {
      return Fault.of(
          FaultKind.UNSUPPORTED_ENCODING,
          "the request body is compressed, and this path reads it: send it as it is");
    }
    return form == null
        ? Fault.of(FaultKind.BAD_REQUEST, "unknown mode: it is " + AnswerForm.MODES)
        : null;
  }

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
    headers.remove(HttpHeaderNames.CONTENT_ENCODING);
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
