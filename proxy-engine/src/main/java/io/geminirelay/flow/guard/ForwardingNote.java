package io.geminirelay.flow.guard;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the headers of a request tell of its having been passed on by a proxy, whoever wrote them:
 * {@code X-Forwarded-For}, {@code X-Real-IP}, {@code X-Forwarded-Host} and {@code Forwarded} (RFC
 * 7239).
 *
 * <p>Only asked whether all that they name is this machine, and only to take rights away: what is
 * not plainly so, a broken line too, counts as another machine. So it does not matter which part of
 * them a client has written. Pure.
 */
final class ForwardingNote {
  private static final AsciiString FORWARDED = AsciiString.cached("forwarded");
  private static final AsciiString HOST = AsciiString.cached("x-forwarded-host");
  private static final List<AsciiString> ADDRESSES =
      List.of(AsciiString.cached("x-forwarded-for"), AsciiString.cached("x-real-ip"));

  private ForwardingNote() {}

  /** The name of a header that names another machine, or nobody; null where there is none. */
  static @Nullable String foreign(HttpHeaders headers) {
    for (AsciiString name : ADDRESSES) {
      for (String line : headers.getAll(name)) {
        for (String entry : line.split(",", -1)) {
          if (!isLoopbackAddress(entry.strip())) {
            return name.toString();
          }
        }
      }
    }
    for (String line : headers.getAll(HOST)) {
      for (String entry : line.split(",", -1)) {
        if (!LocalCaller.isLoopback(entry.strip())) {
          return HOST.toString();
        }
      }
    }
    for (String line : headers.getAll(FORWARDED)) {
      for (String hop : line.split(",", -1)) {
        if (!isLoopbackHop(hop)) {
          return FORWARDED.toString();
        }
      }
    }
    return null;
  }

  /** What is quoted may hold a border; then its parts are broken, and the hop is foreign. */
  private static boolean isLoopbackHop(String hop) {
    boolean named = false;
    for (String pair : hop.split(";", -1)) {
      int equals = pair.indexOf('=');
      String value = equals < 0 ? null : unquoted(pair.substring(equals + 1).strip());
      if (value == null) {
        return false;
      }
      String name = pair.substring(0, equals).strip();
      boolean isFor = name.equalsIgnoreCase("for");
      boolean isHost = name.equalsIgnoreCase("host");
      if ((isFor && !isLoopbackAddress(value)) || (isHost && !LocalCaller.isLoopback(value))) {
        return false;
      }
      named |= isFor;
    }
    return named;
  }

  private static @Nullable String unquoted(String value) {
    boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
    String bare = quoted ? value.substring(1, value.length() - 1) : value;
    return bare.indexOf('"') >= 0 || bare.indexOf('\\') >= 0 ? null : bare;
  }

  /** Whether {@code text} is a loopback address, with or without a port; a name is none. */
  private static boolean isLoopbackAddress(String text) {
    int close = text.indexOf(']');
    int colon = text.indexOf(':');
    String address = text;
    String port = "";
    if (text.startsWith("[") && close > 0) {
      address = text.substring(1, close);
      port = text.substring(close + 1);
    } else if (colon >= 0 && colon == text.lastIndexOf(':')) {
      address = text.substring(0, colon);
      port = text.substring(colon);
    }
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
    try {
      return bytes != null
          && LocalCaller.isPort(port)
          && InetAddress.getByAddress(bytes).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false; // only for a wrong number of bytes
    }
  }
}
