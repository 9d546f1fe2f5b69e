package io.geminirelay.base.exchange;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;

/**
 * The headers that belong to one connection and not to the message (RFC 9110 section 7.6.1): those
 * known by name, and those that {@code Connection} lists. Pure.
 */
public final class HopByHop {
  private static final String PROXY_PREFIX = "proxy-";
  private static final String NETTY_PREFIX = "x-http2-";

  private HopByHop() {}

  /** Whether {@code name} is always a matter of the connection. */
  public static boolean isHopByHop(CharSequence name) {
    return switch (name.length()) {
          case 2 -> is(name, HttpHeaderNames.TE);
          case 7 -> is(name, HttpHeaderNames.UPGRADE) || is(name, HttpHeaderNames.TRAILER);
          case 10 -> is(name, HttpHeaderNames.CONNECTION) || is(name, "keep-alive");
          case 14 -> is(name, "http2-settings");
          case 17 -> is(name, HttpHeaderNames.TRANSFER_ENCODING);
          default -> false;
        }
        || starts(name, PROXY_PREFIX)
        // Notes of the HTTP/2 codec for the code beside it, not part of the message.
        || starts(name, NETTY_PREFIX);
  }

  /**
   * The names that {@code Connection} lists, without the options {@code close} and {@code
   * keep-alive}; empty for nearly every message.
   */
  public static List<String> listed(HttpHeaders headers) {
    List<String> names = List.of();
    for (String value : headers.getAll(HttpHeaderNames.CONNECTION)) {
      if (value.equalsIgnoreCase("keep-alive") || value.equalsIgnoreCase("close")) {
        continue;
      }
      for (int from = 0, end; from <= value.length(); from = end + 1) {
        int comma = value.indexOf(',', from);
        end = comma < 0 ? value.length() : comma;
        String name = value.substring(from, end).trim();
        if (!name.isEmpty()) {
          names = names.isEmpty() ? new ArrayList<>() : names;
          names.add(name);
        }
      }
    }
    return names;
  }

  /**
   * Whether {@code Connection} listed {@code name}, in any case. {@code Content-Length} cannot be
   * listed away: it frames the body that is passed on.
   */
  public static boolean isListed(List<String> listed, CharSequence name) {
    return !listed.isEmpty() && contains(listed, name) && !is(name, HttpHeaderNames.CONTENT_LENGTH);
  }

  private static boolean contains(List<String> names, CharSequence name) {
    for (int i = 0; i < names.size(); i++) {
      if (is(name, names.get(i))) {
        return true;
      }
    }
    return false;
  }

  /** Whether two header names are the same (RFC 9110 section 5.1). */
  public static boolean is(CharSequence name, CharSequence other) {
    return AsciiString.contentEqualsIgnoreCase(name, other);
  }

  /** Whether {@code name} begins with {@code prefix}, in any case. */
  public static boolean starts(CharSequence name, CharSequence prefix) {
    return name.length() >= prefix.length()
        && AsciiString.regionMatches(name, true, 0, prefix, 0, prefix.length());
  }
}
