package io.geminirelay.flow.outbound.connect;

import io.geminirelay.base.config.EgressConfig;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultKind;
import io.netty.handler.proxy.HttpProxyHandler;
import io.netty.handler.proxy.ProxyHandler;
import io.netty.handler.proxy.Socks5ProxyHandler;
import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/**
 * The hop through a SOCKS5 (RFC 1928, 1929) or HTTP CONNECT (RFC 9110 section 9.3.6) proxy: which
 * handler speaks with it, and what its refusals mean.
 *
 * <p>Stateless. The details of its faults name the proxy, never its credentials.
 */
final class EgressHop {
  /** What Netty's proxy handlers put at the end of their message. */
  private static final Pattern STATUS = Pattern.compile(", (?:status|authStatus): ([^,]*)$");

  private static final Pattern AUTH =
      Pattern.compile(
          ", (?:status: 407\\b.*|(?:private)?authStatus: .*|unexpected authMethod: .*)$",
          Pattern.CASE_INSENSITIVE);

  private EgressHop() {}

  /** The handler that asks the proxy at {@code address} for the way to the channel's target. */
  static ProxyHandler handler(EgressConfig egress, InetSocketAddress address) {
    String user = egress.user();
    String password = egress.password() == null ? "" : egress.password().reveal();
    ProxyHandler handler;
    if (egress.kind() == EgressConfig.Kind.SOCKS5) {
      handler =
          user == null
              ? new Socks5ProxyHandler(address)
              : new Socks5ProxyHandler(address, user, password);
    } else {
      handler =
          user == null
              ? new HttpProxyHandler(address)
              : new HttpProxyHandler(address, user, password);
    }
    // The connector's own clock covers the whole stage.
    handler.setConnectTimeoutMillis(0);
    return handler;
  }

  /** Why the proxy did not open the way. */
  static Fault refusal(EgressConfig egress, Throwable cause) {
    if (isTls(cause)) {
      return Fault.of(FaultKind.EGRESS_CONNECT, "no TLS with the egress proxy " + egress, cause);
    }
    String message = cause.getMessage() == null ? "" : cause.getMessage();
    if (AUTH.matcher(message).find()) {
      return Fault.of(
          FaultKind.EGRESS_AUTH,
          "the egress proxy " + egress + " refused the credentials; check user and password");
    }
    Matcher status = STATUS.matcher(message);
    String why = status.find() ? "answered " + status.group(1) : "closed the connection";
    return Fault.of(
        FaultKind.EGRESS_REFUSED,
        "the egress proxy " + egress + " did not open the way to the target: it " + why,
        cause);
  }

  private static boolean isTls(Throwable cause) {
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof SSLException) {
        return true;
      }
    }
    return false;
  }
}
