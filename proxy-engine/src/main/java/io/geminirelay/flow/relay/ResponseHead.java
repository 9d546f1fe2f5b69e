package io.geminirelay.flow.relay;

import static io.geminirelay.base.exchange.HopByHop.is;
import static io.geminirelay.base.exchange.HopByHop.starts;

import io.geminirelay.base.config.Secret;
import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.exchange.Exchange;
import io.geminirelay.base.exchange.HopByHop;
import io.geminirelay.base.exchange.RequestId;
import io.geminirelay.base.exchange.Trail;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Builds the head that the client gets from the one that Google sent. Pure.
 *
 * <p>Status and end-to-end headers pass in their order, byte for byte. Left out are what belongs to
 * the upstream connection ({@link HopByHop}); {@code Alt-Svc}, which would send the client to
 * Google's own HTTP/3 port past the gateway; {@code Access-Control-*}, since which page may read an
 * answer is for the gateway to say; and whatever names a key: Google copies request headers into
 * the answer of a download, so any header with the chosen key's text goes, and such a reason
 * phrase. URLs of the target come back as the gateway's own ({@link OwnUrl}). The request's id is
 * added.
 */
public final class ResponseHead {
  private static final AsciiString GOOGLE_KEY = AsciiString.cached("x-goog-api-key");
  private static final AsciiString API_KEY = AsciiString.cached("x-api-key");
  private static final AsciiString CORS_PREFIX = AsciiString.cached("access-control-");
  private static final AsciiString ALT_SVC = AsciiString.cached("alt-svc");
  private static final AsciiString UPLOAD_PREFIX = AsciiString.cached("x-goog-upload-");

  private ResponseHead() {}

  /**
   * The head for the client.
   *
   * @param answer Google's head
   * @param key the credential that the attempt sent
   */
  public static HttpResponse build(
      HttpResponse answer, Exchange exchange, TargetConfig target, Secret key) {
    // What came through a codec, and what is made here, has been checked.
    HttpHeaders headers =
        DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
    List<String> listed = HopByHop.listed(answer.headers());
    Iterator<Map.Entry<CharSequence, CharSequence>> all = answer.headers().iteratorCharSequence();
    while (all.hasNext()) {
      Map.Entry<CharSequence, CharSequence> header = all.next();
      CharSequence name = header.getKey();
      if (HopByHop.isHopByHop(name) || isDropped(name) || HopByHop.isListed(listed, name)) {
        continue;
      }
      CharSequence value = header.getValue();
      if (mayHoldUrl(name)) {
        value = OwnUrl.of(value.toString(), exchange.head(), exchange.caller(), target);
      }
      if (!holds(value, key.reveal())) {
        headers.add(name, value);
      }
    }
    headers.add(RequestId.HEADER, exchange.id());
    frame(answer, headers, exchange);
    return new DefaultHttpResponse(HttpVersion.HTTP_1_1, status(answer, key), headers);
  }

  /** Netty's static method for this misses what stands behind a part of itself, as in "aab". */
  private static boolean holds(CharSequence value, String key) {
    return value instanceof AsciiString ascii
        ? ascii.contains(key)
        : value.toString().contains(key);
  }

  private static HttpResponseStatus status(HttpResponse answer, Secret key) {
    HttpResponseStatus status = answer.status();
    return status.reasonPhrase().contains(key.reveal())
        ? HttpResponseStatus.valueOf(status.code())
        : status;
  }

  private static boolean isDropped(CharSequence name) {
    return switch (name.length()) {
          case 7 -> is(name, ALT_SVC);
          case 9 -> is(name, API_KEY);
          case 12 -> is(name, RequestId.HEADER);
          case 13 -> is(name, HttpHeaderNames.AUTHORIZATION) || is(name, Trail.HEADER);
          case 14 -> is(name, GOOGLE_KEY);
          default -> false;
        }
        || starts(name, CORS_PREFIX);
  }

  private static boolean mayHoldUrl(CharSequence name) {
    return switch (name.length()) {
          case 8 -> is(name, HttpHeaderNames.LOCATION);
          case 16 -> is(name, HttpHeaderNames.CONTENT_LOCATION);
          default -> false;
        }
        || starts(name, UPLOAD_PREFIX);
  }

  /** RFC 9112 section 6: the length if it is known, chunks if not, the close for HTTP/1.0. */
  private static void frame(HttpResponse answer, HttpHeaders headers, Exchange exchange) {
    HttpResponseStatus status = answer.status();
    if (answer.headers().contains(HttpHeaderNames.TRANSFER_ENCODING)
        || status.code() == HttpResponseStatus.NO_CONTENT.code()) {
      headers.remove(HttpHeaderNames.CONTENT_LENGTH);
    }
    boolean hasNoBody =
        HttpMethod.HEAD.equals(exchange.head().method())
            || status.code() == HttpResponseStatus.NO_CONTENT.code()
            || status.code() == HttpResponseStatus.NOT_MODIFIED.code();
    if (hasNoBody || headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
      return;
    }
    if (exchange.head().protocolVersion().compareTo(HttpVersion.HTTP_1_1) < 0) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    } else {
      headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
  }
}
