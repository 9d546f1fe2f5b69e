package io.geminirelay.flow.accept;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads the header {@code Forwarded} (RFC 7239 section 4), one line at a time.
 *
 * <p>Strict: a line that breaks the grammar anywhere is worth nothing, since a client can begin a
 * quoted text in the part it writes and so swallow what a proxy has added behind it. Not
 * thread-safe; one for each line.
 */
final class ForwardedHeader {

  /**
   * One hop.
   *
   * @param node who sent the request there; null where it is hidden or unknown
   * @param proto scheme it was sent with, in lower case, or empty
   * @param host authority it asked for, or empty
   */
  record Hop(@Nullable InetAddress node, String proto, String host) {
    /** A hop that cannot be read. */
    static final Hop UNREADABLE = new Hop(null, "", "");
  }

  private final String line;
  private int at;

  private ForwardedHeader(String line) {
    this.line = line;
  }

  /** The hops of {@code line}, nearest last; {@link Hop#UNREADABLE} alone for a broken one. */
  static List<Hop> read(String line) {
    ForwardedHeader header = new ForwardedHeader(line);
    List<Hop> hops = new ArrayList<>();
    do {
      Hop hop = header.hop();
      if (hop == null) {
        return List.of(Hop.UNREADABLE);
      }
      hops.add(hop);
    } while (header.skips(','));
    return header.at == line.length() ? hops : List.of(Hop.UNREADABLE);
  }

  private @Nullable Hop hop() {
    InetAddress node = null;
    String proto = "";
    String host = "";
    do {
      blanks();
      String name = token().toLowerCase(Locale.ROOT);
      if (name.isEmpty() || !skips('=')) {
        return null;
      }
      String value = at < line.length() && line.charAt(at) == '"' ? quoted() : token();
      if (value == null || value.isEmpty()) {
        return null;
      }
      switch (name) {
        case "for" -> node = NodeAddress.withPort(value);
        case "proto" -> proto = value.toLowerCase(Locale.ROOT);
        case "host" -> host = value;
        default -> {}
      }
      blanks();
    } while (skips(';'));
    return new Hop(node, proto, host);
  }

  private boolean skips(char c) {
    boolean there = at < line.length() && line.charAt(at) == c;
    at += there ? 1 : 0;
    return there;
  }

  private void blanks() {
    while (at < line.length() && (line.charAt(at) == ' ' || line.charAt(at) == '\t')) {
      at++;
    }
  }

  /** RFC 9110 section 5.6.2, and what proxies leave unquoted though they should not. */
  private String token() {
    int from = at;
    while (at < line.length() && isTokenChar(line.charAt(at))) {
      at++;
    }
    return line.substring(from, at);
  }

  private static boolean isTokenChar(char c) {
    return c > ' ' && c < 0x7F && "\"(),;=\\{}<>?@/".indexOf(c) < 0;
  }

  /** RFC 9110 section 5.6.4; null when it does not end. */
  private @Nullable String quoted() {
    StringBuilder text = new StringBuilder();
    for (at++; at < line.length(); at++) {
      char c = line.charAt(at);
      if (c == '"') {
        at++;
        return text.toString();
      }
      if (c == '\\' && ++at == line.length()) {
        return null;
      }
      text.append(line.charAt(at));
    }
    return null;
  }
}
