package io.geminirelay.base.config;

import io.netty.util.NetUtil;
import java.net.Inet6Address;
import org.jspecify.annotations.Nullable;

/**
 * A proxy through which a target is reached: the parsed {@code proxy_url}.
 *
 * @param kind protocol spoken with the proxy
 * @param host name or address of the proxy
 * @param port 1 to 65535
 * @param user user name, or null for none
 * @param password password, or null for none
 */
public record EgressConfig(
    Kind kind, String host, int port, @Nullable String user, @Nullable Secret password) {

  /** Protocol spoken with an egress proxy. */
  public enum Kind {
    /** HTTP CONNECT over plain TCP. */
    HTTP,
    /** HTTP CONNECT over TLS to the proxy. */
    HTTPS,
    /** SOCKS version 5 (RFC 1928); names are resolved by the proxy. */
    SOCKS5
  }

  /**
   * What tells it from others, to be digested, never shown. Without the password, which could be
   * guessed and tried against the digest.
   */
  public String identity() {
    return kind + "://" + user + "@" + host + ":" + port;
  }

  /** Whether it is on this machine, where another has something else at the same address. */
  public boolean isLocal() {
    Inet6Address address = NetUtil.getByName(host, true);
    return host.equalsIgnoreCase("localhost")
        || (NetUtil.isValidIpV4Address(host) && host.startsWith("127."))
        || (address != null && address.isLoopbackAddress());
  }

  @Override
  public String toString() {
    return kind + "://" + (user == null ? "" : "***@") + host + ":" + port;
  }
}
