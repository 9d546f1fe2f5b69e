package io.geminirelay.side.admin.login;

import io.geminirelay.base.exchange.Caller;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whether a browser says that a page of another site sent a request.
 *
 * <p>{@code Sec-Fetch-Site} comes from the browser itself and knows; older browsers, and all of
 * them on plain HTTP, tell the page's {@code Origin} alone, which has to be the authority that was
 * asked. Programs send neither. Pure.
 *
 * @see <a href="https://www.w3.org/TR/fetch-metadata/">Fetch Metadata Request Headers</a>
 */
final class CrossSite {
  private CrossSite() {}

  /** The header that names another site; null for none. */
  static @Nullable String header(HttpRequest head, Caller caller) {
    List<String> site = head.headers().getAll("sec-fetch-site");
    if (!site.isEmpty()) {
      boolean own = site.stream().allMatch(s -> s.equals("same-origin") || s.equals("none"));
      return own ? null : "Sec-Fetch-Site";
    }
    String told = caller.host();
    String host = told != null ? told : head.headers().get(HttpHeaderNames.HOST, "");
    boolean own =
        head.headers().getAll(HttpHeaderNames.ORIGIN).stream()
            .allMatch(origin -> isOwn(origin, host));
    return own ? null : "Origin";
  }

  private static boolean isOwn(String origin, String host) {
    int scheme = origin.indexOf("://");
    if (scheme < 0) {
      return false;
    }
    String port = origin.startsWith("https") ? ":443" : ":80";
    return bare(origin.substring(scheme + 3), port).equals(bare(host, port));
  }

  private static String bare(String authority, String port) {
    String lower = authority.toLowerCase(Locale.ROOT);
    return lower.endsWith(port) ? lower.substring(0, lower.length() - port.length()) : lower;
  }
}
