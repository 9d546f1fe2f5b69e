package io.geminirelay.flow.relay;

import io.geminirelay.base.config.TargetConfig;
import io.geminirelay.base.exchange.Caller;
import io.geminirelay.base.exchange.CredentialQuery;
import io.geminirelay.base.exchange.TargetPath;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;

/**
 * Turns an absolute URL of the target into the gateway's own, so that the client's next request
 * comes back here and not to Google without a key. Pure.
 *
 * <p>URLs of Google's public host count as the target's wherever the target is: what stands behind
 * another address answers in Google's name. Credentials are cut from the query of either.
 */
final class OwnUrl {
  private static final String GOOGLE = "generativelanguage.googleapis.com";
  private static final String HTTP = "http://";
  private static final String HTTPS = "https://";
  private static final String RELATIVE = "//";
  private static final String[] STARTS = {HTTPS, HTTP, RELATIVE};

  private OwnUrl() {}

  /**
   * The value for the client.
   *
   * @param value of a header that may hold a URL
   * @param client the client's request head: it says how the gateway was addressed
   * @param caller how the client reached it, which in front of a proxy is another way
   */
  static String of(String value, HttpRequest client, Caller caller, TargetConfig target) {
    int from = startOfAuthority(value);
    if (from < 0) {
      return value.startsWith("/") ? CredentialQuery.strip(value) : value;
    }
    // Without a scheme of its own it has that of the request (RFC 3986 section 4.2).
    boolean secure = from == RELATIVE.length() ? target.tls() : from == HTTPS.length();
    int end = endOfAuthority(value, from);
    if (!isTarget(value.substring(from, end), secure, target)) {
      return value;
    }
    String rest = TargetPath.strip(target, CredentialQuery.strip(value.substring(end)));
    String host = caller.host();
    String authority = host == null ? authority(client) : host;
    return authority.isEmpty() ? rest : (caller.https() ? HTTPS : HTTP) + authority + rest;
  }

  private static boolean isTarget(String authority, boolean secure, TargetConfig target) {
    String port = secure ? ":443" : ":80";
    String name =
        authority.endsWith(port)
            ? authority.substring(0, authority.length() - port.length())
            : authority;
    return name.equalsIgnoreCase(GOOGLE)
        || (secure == target.tls() && name.equalsIgnoreCase(target.authority()));
  }

  /** The authority the client asked for; empty for an HTTP/1.0 client that named none. */
  private static String authority(HttpRequest client) {
    String uri = client.uri();
    int scheme = uri.startsWith("/") ? -1 : uri.indexOf("://");
    if (scheme > 0) {
      // An absolute target overrides Host (RFC 9112 section 3.2.2).
      return uri.substring(scheme + 3, endOfAuthority(uri, scheme + 3));
    }
    return client.headers().get(HttpHeaderNames.HOST, "");
  }

  private static int startOfAuthority(String url) {
    for (String start : STARTS) {
      if (url.regionMatches(true, 0, start, 0, start.length())) {
        return start.length();
      }
    }
    return -1;
  }

  private static int endOfAuthority(String url, int from) {
    int end = from;
    while (end < url.length() && "/?#".indexOf(url.charAt(end)) < 0) {
      end++;
    }
    return end;
  }
}
