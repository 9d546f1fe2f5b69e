package io.geminirelay.flow.accept;

import io.geminirelay.base.exchange.Caller;
import io.geminirelay.flow.accept.ForwardedHeader.Hop;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.AsciiString;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What trusted proxies say about the client of a request that came from one of them.
 *
 * <p>The address is the nearest one in {@code X-Forwarded-For}, all lines of it read as one list,
 * that is not a trusted proxy's itself: what stands left of it a client may have written. An entry
 * that is no address ends the walk, and the hop that reported it counts as the client, which is
 * {@link Caller#hidden} then. Where that header is missing, {@code Forwarded} (RFC 7239) is read
 * the same way; where both are there and disagree, one of them is the client's own, and neither is
 * believed.
 *
 * <p>The scheme is the last one in {@code X-Forwarded-Proto}, else that of the client's hop in
 * {@code Forwarded}; the authority likewise, by {@code X-Forwarded-Host}, since many proxies
 * replace {@code Host} by a name of their own. Both serve only to write the URLs that this client
 * gets back, and to find foreign names where being on this machine is all it takes. Pure.
 */
final class ForwardedCaller {
  private static final AsciiString FOR = AsciiString.cached("x-forwarded-for");
  private static final AsciiString PROTO = AsciiString.cached("x-forwarded-proto");
  private static final AsciiString HOST = AsciiString.cached("x-forwarded-host");
  private static final AsciiString FORWARDED = AsciiString.cached("forwarded");
  private static final String HTTPS = "https";

  private final TrustedProxies trusted;

  /** Who it was, or the nearest that is known where that is hidden. */
  private record Client(InetAddress address, boolean hidden) {}

  ForwardedCaller(TrustedProxies trusted) {
    this.trusted = trusted;
  }

  /**
   * The caller of the request with this head.
   *
   * @param peer as the connection knows it; its address is a trusted one
   */
  Caller of(HttpRequest head, Caller peer, InetAddress address) {
    HttpHeaders headers = head.headers();
    List<Hop> hops = headers.contains(FORWARDED) ? hops(headers.getAll(FORWARDED)) : List.of();
    int client = clientHop(hops);
    Client byHops = byHops(hops, client, address);
    Client found = byHops;
    if (headers.contains(FOR)) {
      found = clientOf(headers.getAll(FOR), address);
      if (!hops.isEmpty() && !found.equals(byHops)) {
        found = new Client(address, true);
      }
    }
    Hop said = client < hops.size() ? hops.get(client) : Hop.UNREADABLE;
    String proto = last(headers, PROTO, said.proto());
    String host = last(headers, HOST, said.host());
    boolean https = proto.isEmpty() ? peer.https() : proto.toLowerCase(Locale.ROOT).equals(HTTPS);
    return new Caller(found.address, https, isAuthority(host) ? host : null, found.hidden);
  }

  private Client clientOf(List<String> lines, InetAddress peer) {
    InetAddress known = peer;
    for (int i = lines.size() - 1; i >= 0; i--) {
      String line = lines.get(i);
      int end = line.length();
      while (end >= 0) {
        int comma = line.lastIndexOf(',', end - 1);
        InetAddress next = NodeAddress.withPort(line.substring(comma + 1, end).strip());
        if (next == null) {
          return new Client(known, true);
        }
        known = next;
        if (!trusted.trusts(next)) {
          return new Client(known, false);
        }
        end = comma;
      }
    }
    return new Client(known, false);
  }

  private static List<Hop> hops(List<String> lines) {
    List<Hop> all = new ArrayList<>();
    lines.forEach(line -> all.addAll(ForwardedHeader.read(line)));
    return all;
  }

  /** Index of the hop that the client made, the number of hops where none can be told. */
  private int clientHop(List<Hop> hops) {
    int found = hops.size();
    for (int i = hops.size() - 1; i >= 0; i--) {
      InetAddress node = hops.get(i).node();
      if (node == null) {
        return found;
      }
      found = i;
      if (!trusted.trusts(node)) {
        return found;
      }
    }
    return found;
  }

  /** What {@code hops} tell; the walk ended at the hop {@code client} or before the next one. */
  private Client byHops(List<Hop> hops, int client, InetAddress peer) {
    InetAddress node = client < hops.size() ? hops.get(client).node() : null;
    InetAddress found = node == null ? peer : node;
    boolean broken = client > 0 && trusted.trusts(found);
    return new Client(found, broken);
  }

  private static String last(HttpHeaders headers, AsciiString name, String otherwise) {
    List<String> lines = headers.getAll(name);
    if (lines.isEmpty()) {
      return otherwise;
    }
    String line = lines.get(lines.size() - 1);
    return line.substring(line.lastIndexOf(',') + 1).strip();
  }

  /** Whether {@code text} can stand between {@code https://} and a path, and be nothing else. */
  private static boolean isAuthority(@Nullable String text) {
    return text != null
        && !text.isEmpty()
        && text.length() <= 255
        && text.chars().allMatch(ForwardedCaller::isAuthorityChar);
  }

  private static boolean isAuthorityChar(int c) {
    return (c >= '0' && c <= '9')
        || (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || "-._~:[]".indexOf(c) >= 0;
  }
}
