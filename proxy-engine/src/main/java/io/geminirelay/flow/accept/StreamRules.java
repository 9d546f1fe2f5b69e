package io.geminirelay.flow.accept;

import io.geminirelay.base.config.ServerConfig.ClientLimits;
import io.geminirelay.base.fault.FaultKind;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Headers.PseudoHeaderName;
import io.netty.handler.codec.http2.HttpConversionUtil.ExtensionHeaderNames;
import io.netty.util.AsciiString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rules of an HTTP/2 request head beyond those of the frame codec (RFC 9113 sections 8.2 and
 * 8.3.1). Pure, but for what clients have no business to send, which is removed.
 */
final class StreamRules {
  private static final int PSEUDO_HEADERS = 4;

  private StreamRules() {}

  /**
   * A broken rule.
   *
   * @param kind row of the table of faults
   * @param detail which rule
   */
  record Problem(FaultKind kind, String detail) {}

  /** The first rule that {@code headers} break, or null. */
  static @Nullable Problem check(Http2Headers headers, ClientLimits limits) {
    CharSequence method = headers.method();
    CharSequence path = headers.path();
    if (method == null || !Tokens.isToken(method)) {
      return bad("the method is not a token");
    }
    if (HttpMethod.CONNECT.asciiName().contentEquals(method)) {
      return new Problem(FaultKind.METHOD_NOT_ALLOWED, "this is not a forward proxy: no CONNECT");
    }
    if (headers.contains(PseudoHeaderName.PROTOCOL.value())) {
      return bad("extended CONNECT (RFC 8441) is not served");
    }
    if (path == null || !isTarget(path, method)) {
      return bad("the path is malformed");
    }
    if (path.length() > limits.maxRequestLineBytes()) {
      return new Problem(
          FaultKind.URI_TOO_LONG,
          "the path is longer than " + limits.maxRequestLineBytes() + " bytes");
    }
    Problem host = host(headers);
    return host != null ? host : fields(headers, limits.maxHeaderFields());
  }

  /** The path of {@code headers} if it can stand in a request line, else {@code /}. */
  static String target(Http2Headers headers) {
    CharSequence path = headers.path();
    boolean fits = path != null && isTarget(path, HttpMethod.GET.asciiName());
    return fits ? path.toString() : "/";
  }

  private static boolean isTarget(CharSequence path, CharSequence method) {
    if (path.length() == 1 && path.charAt(0) == '*') {
      return HttpMethod.OPTIONS.asciiName().contentEquals(method);
    }
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c <= ' ' || c >= 0x7f || c == '#') {
        return false;
      }
    }
    return path.length() > 0 && path.charAt(0) == '/';
  }

  private static @Nullable Problem host(Http2Headers headers) {
    List<CharSequence> hosts = headers.getAll(HttpHeaderNames.HOST);
    CharSequence authority = headers.authority();
    if (hosts.size() > 1) {
      return bad("there is more than one host header");
    }
    CharSequence host = authority != null || hosts.isEmpty() ? authority : hosts.get(0);
    if (host == null) {
      return bad("the request names no host");
    }
    if (!RequestRules.isAuthority(host)) {
      return bad("the :authority is not a host with an optional port");
    }
    if (!hosts.isEmpty() && !AsciiString.contentEqualsIgnoreCase(hosts.get(0), host)) {
      return bad(":authority and host name different hosts");
    }
    return null;
  }

  private static @Nullable Problem fields(Http2Headers headers, int maxFields) {
    if (headers.size() > maxFields + PSEUDO_HEADERS) {
      return new Problem(
          FaultKind.HEADERS_TOO_LARGE, "the header has more than " + maxFields + " fields");
    }
    // What Netty's translation would write itself must not come from outside.
    for (ExtensionHeaderNames note : ExtensionHeaderNames.values()) {
      headers.remove(note.text());
    }
    List<CharSequence> lengths = headers.getAll(HttpHeaderNames.CONTENT_LENGTH);
    if (lengths.size() > 1) {
      return bad("there is more than one content-length");
    }
    boolean sound = lengths.isEmpty() || RequestRules.isCanonical(lengths.get(0));
    return sound ? null : bad("content-length has to be one number without leading zeros");
  }

  private static Problem bad(String detail) {
    return new Problem(FaultKind.BAD_FRAMING, detail);
  }
}
