package io.geminirelay.flow.accept;

import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * Addresses of nodes as proxies write them and as sockets have them, without asking the name
 * service. An IPv4 address that is wrapped in an IPv6 one (RFC 4291 section 2.5.5.2) counts as the
 * IPv4 address it is. Pure.
 */
final class NodeAddress {
  private NodeAddress() {}

  /** The address in {@code text}, which has no brackets and no port; null where it is none. */
  static @Nullable InetAddress literal(String text) {
    return of(NetUtil.createByteArrayFromIpAddressString(text));
  }

  /**
   * The address in {@code text}, with or without a port, IPv6 in brackets or not; null for none.
   */
  static @Nullable InetAddress withPort(String text) {
    int close = text.indexOf(']');
    if (text.startsWith("[")) {
      return close > 0 && isPort(text, close + 1) ? literal(text.substring(1, close)) : null;
    }
    int colon = text.indexOf(':');
    boolean one = colon >= 0 && colon == text.lastIndexOf(':');
    if (!one) {
      return literal(text);
    }
    return isPort(text, colon) ? literal(text.substring(0, colon)) : null;
  }

  /** Nothing, or a colon and one to five digits. */
  private static boolean isPort(String text, int from) {
    int digits = text.length() - from - 1;
    if (digits < 0) {
      return true;
    }
    boolean sound = text.charAt(from) == ':' && digits >= 1 && digits <= 5;
    for (int i = from + 1; sound && i < text.length(); i++) {
      sound = text.charAt(i) >= '0' && text.charAt(i) <= '9';
    }
    return sound;
  }

  /** The address of the other end of a socket; null where it is no Internet address. */
  static @Nullable InetAddress of(@Nullable SocketAddress peer) {
    InetAddress address = peer instanceof InetSocketAddress inet ? inet.getAddress() : null;
    // A socket for both versions hands out the wrapped form, and that only where it has to.
    return address instanceof Inet6Address ? of(address.getAddress()) : address;
  }

  private static @Nullable InetAddress of(byte @Nullable [] bytes) {
    try {
      return bytes == null ? null : InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      return null; // only for a wrong number of bytes
    }
  }
}
