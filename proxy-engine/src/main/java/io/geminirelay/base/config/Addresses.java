package io.geminirelay.base.config;

import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Forms of addresses, judged without asking the name service. */
final class Addresses {
  private static final Pattern NAME =
      Pattern.compile(
          "(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?"
              + "(\\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*");
  private static final Pattern DIGITS_AND_DOTS = Pattern.compile("[0-9.]+");

  private Addresses() {}

  /** {@code host} without the brackets of an IPv6 address. */
  static String unbracketed(String host) {
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  static boolean isHost(String host) {
    boolean address = NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
    return address || (NAME.matcher(host).matches() && !DIGITS_AND_DOTS.matcher(host).matches());
  }

  /** Whether {@code host} can only be reached from this machine. */
  static boolean isLoopback(String host) {
    if (host.equalsIgnoreCase("localhost")) {
      return true;
    }
    InetAddress address = literal(host);
    return address != null && address.isLoopbackAddress();
  }

  /** Whether {@code host} stands for every address of the machine. */
  static boolean isWildcard(String host) {
    InetAddress address = literal(host);
    return address != null && address.isAnyLocalAddress();
  }

  /** Whether {@code host} is an IPv6 address, not a name or one of IPv4. */
  static boolean isIpV6(String host) {
    return NetUtil.isValidIpV6Address(host);
  }

  /** Whether {@code text} is an address or a range like {@code 10.0.0.0/8}. */
  static boolean isRange(String text) {
    int slash = text.indexOf('/');
    InetAddress address = literal(slash < 0 ? text : text.substring(0, slash));
    if (address == null || slash < 0) {
      return address != null;
    }
    String bits = text.substring(slash + 1);
    int most = address instanceof Inet4Address ? 32 : 128;
    return bits.matches("[0-9]{1,3}") && Integer.parseInt(bits) <= most;
  }

  /** An address with its port, or with {@code port} where it has none; null if it is no address. */
  static @Nullable String withPort(String text, int port) {
    if (NetUtil.isValidIpV4Address(text)) {
      return text + ":" + port;
    }
    if (NetUtil.isValidIpV6Address(unbracketed(text))) {
      return "[" + unbracketed(text) + "]:" + port;
    }
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    boolean address =
        host.startsWith("[")
            ? NetUtil.isValidIpV6Address(unbracketed(host))
            : NetUtil.isValidIpV4Address(host);
    String digits = text.substring(colon + 1);
    boolean numbered = digits.matches("[1-9][0-9]{0,4}") && Integer.parseInt(digits) <= 65_535;
    return address && numbered ? text : null;
  }

  private static @Nullable InetAddress literal(String text) {
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
    try {
      return bytes == null ? null : InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      return null; // only for a wrong number of bytes
    }
  }
}
