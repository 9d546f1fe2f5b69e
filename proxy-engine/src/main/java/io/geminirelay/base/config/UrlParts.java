package io.geminirelay.base.config;

import io.netty.util.NetUtil;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A URL taken apart (RFC 3986, section 3), strict where a mistake would send traffic elsewhere.
 * Unlike {@link java.net.URI} it takes host names with underscores, as container networks use them.
 *
 * @param scheme in lower case
 * @param user percent-decoded, or null
 * @param password percent-decoded, or null
 * @param host in lower case, without brackets
 * @param port 1 to 65535, or 0 when it is not given
 * @param path as written
 */
record UrlParts(
    String scheme,
    @Nullable String user,
    @Nullable String password,
    String host,
    int port,
    String path) {
  private static final Pattern URL =
      Pattern.compile(
          "([A-Za-z][A-Za-z0-9+.-]*)://(?:([^/?#]*)@)?"
              + "(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?(/[^?#]*)?");
  private static final Pattern BROKEN_ESCAPE = Pattern.compile("%(?![0-9A-Fa-f]{2})");
  private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9._~!$&'()*+,;=:@%-]*)*");

  /** The parts of {@code url}, or null when it is not one or has a query or fragment. */
  static @Nullable UrlParts parse(String url) {
    Matcher match = URL.matcher(url);
    if (!match.matches()) {
      return null;
    }
    String scheme = match.group(1).toLowerCase(Locale.ROOT);
    int port = match.group(4) == null ? 0 : Integer.parseInt(match.group(4));
    String path = match.group(5) == null ? "" : match.group(5);
    String host = host(match.group(3));
    boolean portFits = match.group(4) == null || (port >= 1 && port <= 65535);
    if (host == null || !portFits || !PATH.matcher(path).matches()) {
      return null;
    }
    String userInfo = match.group(2);
    if (userInfo == null) {
      return new UrlParts(scheme, null, null, host, port, path);
    }
    int colon = userInfo.indexOf(':');
    String user = decode(colon < 0 ? userInfo : userInfo.substring(0, colon));
    String password = decode(colon < 0 ? "" : userInfo.substring(colon + 1));
    return user == null || password == null
        ? null
        : new UrlParts(scheme, user, password, host, port, path);
  }

  private static @Nullable String host(String text) {
    if (!text.startsWith("[")) {
      return text.toLowerCase(Locale.ROOT);
    }
    String address = text.substring(1, text.length() - 1);
    return NetUtil.isValidIpV6Address(address) ? address.toLowerCase(Locale.ROOT) : null;
  }

  /** Percent-decodes UTF-8 text; null for a broken sequence or a control character. */
  private static @Nullable String decode(String text) {
    if (BROKEN_ESCAPE.matcher(text).find()) {
      return null;
    }
    ByteBuffer bytes = ByteBuffer.allocate(text.length() * 3);
    int at = 0;
    while (at < text.length()) {
      boolean escaped = text.charAt(at) == '%';
      bytes.put(
          escaped
              ? new byte[] {(byte) Integer.parseInt(text.substring(at + 1, at + 3), 16)}
              : text.substring(at, at + 1).getBytes(StandardCharsets.UTF_8));
      at += escaped ? 3 : 1;
    }
    try {
      String decoded = StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
      return decoded.chars().anyMatch(Character::isISOControl) ? null : decoded;
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  /** Host and scheme alone. */
  @Override
  public String toString() {
    return scheme + "://" + host;
  }
}
