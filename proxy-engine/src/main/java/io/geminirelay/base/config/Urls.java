package io.geminirelay.base.config;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Turns the URLs of the configuration into targets and egress proxies. */
final class Urls {
  private static final Map<String, EgressConfig.Kind> EGRESS_KINDS =
      Map.of(
          "http", EgressConfig.Kind.HTTP,
          "https", EgressConfig.Kind.HTTPS,
          "socks5", EgressConfig.Kind.SOCKS5,
          "socks5h", EgressConfig.Kind.SOCKS5);

  /** The schema has the same. */
  private static final Pattern REDIS =
      Pattern.compile(
          "rediss?://([^ /?#@]*@)?[^ /?#@:]+[^ /?#@]*(/[0-9]*)?(\\?[^ #]*)?"
              + "|rediss?-sentinel://([^ /?#@]*@)?[^ /?#@:]+[^ /?#@]*(/[0-9]*)?"
              + "(\\?[^ #]*sentinelMasterId=[^ #]+|(\\?[^ #]*)?#[^ ]+)"
              + "|redis-socket://[^ ]+");

  private static final int LONGEST_CREDENTIAL_BYTES = 255;

  private Urls() {}

  /** The target at {@code scalar}; a problem and the standard one when it is not a usable URL. */
  static TargetConfig target(
      Problems problems, Scalar scalar, UpstreamProtocol protocol, @Nullable Path caFile) {
    UrlParts url = UrlParts.parse(scalar.text());
    boolean web = url != null && (url.scheme().equals("https") || url.scheme().equals("http"));
    if (url == null || !web || url.user() != null) {
      String shown =
          scalar.text().matches(".*[@?].*") ? Shown.url(scalar.text()) : Shown.plain(scalar.text());
      String expected =
          "a URL like https://generativelanguage.googleapis.com, with http or https,"
              + " without user, query and fragment";
      problems.add(scalar.place(), shown, expected);
      return TargetConfig.STANDARD;
    }
    boolean tls = url.scheme().equals("https");
    int port = url.port() > 0 ? url.port() : tls ? 443 : 80;
    String path = url.path().replaceAll("/+$", "");
    return new TargetConfig(tls, url.host(), port, path, protocol, caFile);
  }

  /** The egress proxy at {@code scalar}; null after a problem. */
  static @Nullable EgressConfig egress(Problems problems, Scalar scalar) {
    UrlParts url = UrlParts.parse(scalar.text());
    EgressConfig.Kind kind = url == null ? null : EGRESS_KINDS.get(url.scheme());
    boolean bare = url != null && (url.path().isEmpty() || url.path().equals("/"));
    if (url == null || kind == null || !bare) {
      String expected =
          "a URL like socks5://user:password@host:1080, with http, https, socks5 or socks5h,"
              + " without path; other characters in user and password percent-encoded";
      problems.add(scalar.place(), Shown.url(scalar.text()), expected);
      return null;
    }
    if (tooLong(url.user()) || tooLong(url.password())) {
      String expected = "user and password of at most 255 bytes";
      problems.add(scalar.place(), Shown.url(scalar.text()), expected);
      return null;
    }
    String password = url.password();
    Secret secret = password == null || password.isEmpty() ? null : Secret.of(password);
    String user = url.user() == null || url.user().isEmpty() ? null : url.user();
    return new EgressConfig(kind, url.host(), portOf(kind, url.port()), user, secret);
  }

  /** The Redis URL at {@code scalar}, which the client library will read; null after a problem. */
  static @Nullable Secret redis(Problems problems, Scalar scalar) {
    if (!REDIS.matcher(scalar.text()).matches()) {
      String expected =
          "a URL like redis://user:password@host:6379/0, rediss://… for TLS,"
              + " redis-sentinel://host:26379#master, redis://host,host?cluster=true or"
              + " redis-socket:///path; other characters in user and password percent-encoded";
      problems.add(scalar.place(), Shown.url(scalar.text()), expected);
      return null;
    }
    return Secret.of(scalar.text());
  }

  private static int portOf(EgressConfig.Kind kind, int port) {
    if (port > 0) {
      return port;
    }
    return switch (kind) {
      case HTTP -> 80;
      case HTTPS -> 443;
      case SOCKS5 -> 1080;
    };
  }

  private static boolean tooLong(@Nullable String text) {
    return text != null && text.getBytes(StandardCharsets.UTF_8).length > LONGEST_CREDENTIAL_BYTES;
  }
}
