package io.geminirelay.flow.guard;

import io.geminirelay.base.exchange.Caller;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a request comes from this machine and was meant for this machine. Where no client is
 * configured, being on this machine is the only credential, and a browser lends it to every page:
 * one whose name is made to resolve to a loopback address (DNS rebinding) shows in {@code Host},
 * any other in {@code Origin}. Pages that the operator has listed by name may call. Behind a proxy
 * on this machine it is the proxy that calls from here; so whatever tells of a client that is not
 * plainly on this machine too, takes the right away, believed or not. Pure.
 */
final class LocalCaller {
  private static final String LOCALHOST = "localhost";

  private LocalCaller() {}

  /**
   * What names another machine, as a noun; or null.
   *
   * @param caller where the request came from
   * @param pages origins that may call all the same; one that stands for all is no name of a page
   */
  static @Nullable String foreign(HttpRequest head, Caller caller, Set<String> pages) {
    InetAddress address = caller.address();
    if (address != null && !address.isLoopbackAddress()) {
      return "client's address";
    }
    if (caller.hidden()) {
      return "proxy";
    }
    String told = ForwardingNote.foreign(head.headers());
    if (told != null) {
      return told + " header";
    }
    String asked = caller.host();
    if (asked != null && !isLoopback(asked)) {
      return "host that a proxy was asked for";
    }
    for (String host : head.headers().getAll(HttpHeaderNames.HOST)) {
      if (!isLoopback(host)) {
        return "Host header";
      }
    }
    for (String origin : head.headers().getAll(HttpHeaderNames.ORIGIN)) {
      int scheme = origin.indexOf("://");
      if (pages.contains(origin)) {
        continue;
      }
      if (scheme < 0 || !isLoopback(origin.substring(scheme + 3))) {
        return "Origin header";
      }
    }
    return null;
  }

  /** Whether {@code authority}, a host with an optional port, can only be this machine. */
  static boolean isLoopback(String authority) {
    int bracket = authority.indexOf(']');
    if (authority.startsWith("[") && bracket > 0) {
      byte[] address = NetUtil.createByteArrayFromIpAddressString(authority.substring(1, bracket));
      return address != null && isLoopbackV6(address) && isPort(authority.substring(bracket + 1));
    }
    int colon = authority.indexOf(':');
    String host = colon < 0 ? authority : authority.substring(0, colon);
    if (colon >= 0 && !isPort(authority.substring(colon))) {
      return false;
    }
    if (NetUtil.isValidIpV4Address(host)) {
      return host.startsWith("127.");
    }
    String name = host.toLowerCase(Locale.ROOT);
    String bare = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    // RFC 6761 section 6.3: these names never leave the machine.
    return bare.equals(LOCALHOST) || bare.endsWith("." + LOCALHOST);
  }

  private static boolean isLoopbackV6(byte[] address) {
    if (address.length != 16) {
      return false;
    }
    for (int i = 0; i < 15; i++) {
      if (address[i] != 0) {
        return false;
      }
    }
    return address[15] == 1;
  }

  /** Whether {@code text} is nothing, or a colon and digits. */
  static boolean isPort(String text) {
    if (text.isEmpty()) {
      return true;
    }
    for (int i = 1; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return text.charAt(0) == ':';
  }
}
