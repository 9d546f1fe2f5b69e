package io.geminirelay.flow.accept;

import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultException;
import io.geminirelay.base.fault.FaultKind;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The rules that a parsed request head has to keep: one valid {@code Host}, one framing, a target
 * in a form that a gateway serves (RFC 9112 sections 3.2, 6.1 and 6.3). Pure, but for a target in
 * absolute form, which is shortened to its path.
 */
final class RequestRules {
  private RequestRules() {}

  /**
   * Checks {@code request}.
   *
   * @throws FaultException when it breaks a rule
   */
  static void check(HttpRequest request) throws FaultException {
    if (request.method().equals(HttpMethod.CONNECT)) {
      throw new FaultException(
          Fault.of(FaultKind.METHOD_NOT_ALLOWED, "this is not a forward proxy: no CONNECT"));
    }
    String host = host(request);
    target(request, host);
    framing(request);
  }

  private static @Nullable String host(HttpRequest request) throws FaultException {
    List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
    if (hosts.isEmpty()) {
      if (request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
        return null;
      }
      throw bad("the Host header is missing");
    }
    if (hosts.size() > 1) {
      throw bad("there is more than one Host header");
    }
    String host = hosts.get(0);
    if (!isAuthority(host)) {
      throw bad("the Host header is not a host with an optional port");
    }
    return host;
  }

  /** Whether {@code text} is a host with an optional port: no user, no list, no path. */
  static boolean isAuthority(CharSequence text) {
    boolean bracket = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      bracket |= c == '[';
      boolean ok =
          (c >= '0' && c <= '9')
              || (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || "-._~%!$&'()*+;=:[]".indexOf(c) >= 0;
      if (!ok) {
        return false;
      }
    }
    return text.length() > 0 && portIsValid(text.toString(), bracket);
  }

  private static boolean portIsValid(String authority, boolean bracket) {
    int hostEnd = bracket ? authority.indexOf(']') + 1 : authority.indexOf(':');
    if (bracket && (hostEnd == 0 || authority.charAt(0) != '[')) {
      return false;
    }
    if (hostEnd < 0 || hostEnd == authority.length()) {
      return true;
    }
    if (hostEnd == 0 || authority.charAt(hostEnd) != ':') {
      return false;
    }
    for (int i = hostEnd + 1; i < authority.length(); i++) {
      if (authority.charAt(i) < '0' || authority.charAt(i) > '9') {
        return false;
      }
    }
    return authority.length() - hostEnd <= 6;
  }

  private static void target(HttpRequest request, @Nullable String host) throws FaultException {
    String uri = request.uri();
    if (uri.charAt(0) == '/') {
      return;
    }
    if (uri.equals("*") && request.method().equals(HttpMethod.OPTIONS)) {
      return;
    }
    int start = schemeEnd(uri);
    if (start < 0) {
      throw bad("the request target is neither a path nor an http address");
    }
    int end = start;
    while (end < uri.length() && "/?".indexOf(uri.charAt(end)) < 0) {
      end++;
    }
    String authority = uri.substring(start, end);
    // RFC 9112 section 3.2.2 lets the target win; two names for one request are refused instead.
    if (!isAuthority(authority) || (host != null && !host.equalsIgnoreCase(authority))) {
      throw bad("the request target and the Host header name different hosts");
    }
    String path = uri.substring(end);
    request.setUri(path.startsWith("/") ? path : "/" + path);
  }

  private static int schemeEnd(String uri) {
    int colon = uri.indexOf("://");
    if (colon < 0) {
      return -1;
    }
    String scheme = uri.substring(0, colon).toLowerCase(Locale.ROOT);
    return scheme.equals("http") || scheme.equals("https") ? colon + 3 : -1;
  }

  private static void framing(HttpRequest request) throws FaultException {
    HttpHeaders headers = request.headers();
    List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    String length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
    if (!codings.isEmpty()) {
      if (codings.size() > 1
          || !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.get(0))
          || length != null) {
        throw bad("Transfer-Encoding has to be chunked, and alone");
      }
    } else if (length != null && !isCanonical(length)) {
      throw bad("Content-Length has to be one number without leading zeros");
    } else if (length == null) {
      // The parser would read eight bytes of body for a handshake of the WebSocket draft 76.
      if (headers.contains(HttpHeaderNames.SEC_WEBSOCKET_KEY1)) {
        throw bad("the WebSocket draft with Sec-WebSocket-Key1 is not served");
      }
    }
  }

  /** Whether {@code length} has no zero in front, which some parsers read as octal. */
  static boolean isCanonical(CharSequence length) {
    return length.length() == 1 || (length.length() > 1 && length.charAt(0) != '0');
  }

  private static FaultException bad(String detail) {
    return new FaultException(Fault.of(FaultKind.BAD_FRAMING, detail));
  }
}
