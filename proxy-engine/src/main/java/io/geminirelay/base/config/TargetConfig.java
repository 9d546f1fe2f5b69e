package io.geminirelay.base.config;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a group's requests go: the parsed {@code target_url}.
 *
 * @param tls whether the scheme is {@code https}
 * @param host lower-case host name or address literal, without brackets
 * @param port 1 to 65535
 * @param basePath path of the URL without a trailing slash; empty for none
 * @param protocol which HTTP version is spoken
 * @param caFile extra certificate authorities in PEM form, on top of the platform's
 */
public record TargetConfig(
    boolean tls,
    String host,
    int port,
    String basePath,
    UpstreamProtocol protocol,
    @Nullable Path caFile) {

  /** Used where nothing is set: Google's own address. */
  public static final TargetConfig STANDARD =
      new TargetConfig(
          true, "generativelanguage.googleapis.com", 443, "", UpstreamProtocol.AUTO, null);

  /** The same, spoken to otherwise. */
  public TargetConfig with(UpstreamProtocol other) {
    return new TargetConfig(tls, host, port, basePath, other, caFile);
  }

  /** The value of the {@code Host} header: the port only where it is not the scheme's own. */
  public String authority() {
    String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return port == (tls ? 443 : 80) ? name : name + ":" + port;
  }

  /** Written out: what a record has by itself is made at every start, which takes 15 ms. */
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof TargetConfig that
            && tls == that.tls
            && host.equals(that.host)
            && port == that.port
            && basePath.equals(that.basePath)
            && protocol == that.protocol
            && Objects.equals(caFile, that.caFile));
  }

  /** Of the host's, which a string keeps, and the port: breakers look a target up per request. */
  @Override
  public int hashCode() {
    return host.hashCode() * 31 + port;
  }
}
