package io.geminirelay.flow.accept;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;

/**
 * Whether an HTTP/1.1 connection outlives its answer, and what the answer says about it (RFC 9112
 * section 9.3). Not thread safe.
 */
final class KeepAlive {
  private boolean never;
  private boolean allowed = true;
  private boolean told;
  private boolean http10;
  private boolean head;
  private boolean endsByClose;

  /** Begins with the next request. */
  void open(HttpRequest request) {
    told = false;
    endsByClose = false;
    allowed = !never && HttpUtil.isKeepAlive(request);
    http10 = request.protocolVersion().equals(HttpVersion.HTTP_1_0);
    head = request.method().equals(HttpMethod.HEAD);
  }

  /** This answer is the last one. */
  void forbid() {
    allowed = false;
  }

  /**
   * The answer in flight is the last, or the next one where its head has left already: a client
   * that was not told of the end may have sent its next request by then.
   */
  void forbidAll() {
    never = true;
    allowed &= told;
  }

  /** Whether no further request is wanted. */
  boolean ending() {
    return never;
  }

  /** Whether the head of an answer is out that has no end but that of the connection. */
  boolean endsByClose() {
    return endsByClose;
  }

  /** Whether the connection goes on after the answer in flight. */
  boolean allowed() {
    return allowed;
  }

  /**
   * Decides on {@code answer} and sets its framing headers.
   *
   * @param reading whether the request's body is still coming
   */
  void apply(HttpResponse answer, boolean reading) {
    boolean chunked = HttpUtil.isTransferEncodingChunked(answer);
    if (http10 && chunked) {
      // An HTTP/1.0 client does not know the coding (RFC 9112 section 6.1): the end is the close.
      answer.headers().remove(HttpHeaderNames.TRANSFER_ENCODING);
      chunked = false;
    }
    boolean delimited = chunked || head || isEmpty(answer) || HttpUtil.isContentLengthSet(answer);
    endsByClose = !delimited;
    // It may end before the body does, and its head is where the client learns of it.
    if (!delimited || reading || !HttpUtil.isKeepAlive(answer)) {
      allowed = false;
    }
    told = true;
    if (!allowed) {
      answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    } else if (http10) {
      answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
    }
  }

  private static boolean isEmpty(HttpResponse answer) {
    int code = answer.status().code();
    return code < 200 || code == 204 || code == 304;
  }
}
