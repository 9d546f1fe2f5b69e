package io.geminirelay.base.exchange;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Writes any text as an item of a structured field (RFC 9651): as a token where it is one, as a
 * string where it is printable ASCII, as a display string otherwise. Pure.
 */
final class StructuredText {
  private static final HexFormat HEX = HexFormat.of();
  private static final int MAX_CHARS = 80;

  private StructuredText() {}

  /** Appends {@code text}, cut off after 80 characters. */
  static void append(StringBuilder out, String text) {
    String shown = text.length() > MAX_CHARS ? text.substring(0, MAX_CHARS) : text;
    if (isToken(shown)) {
      out.append(shown);
    } else if (isPrintable(shown)) {
      appendString(out, shown);
    } else {
      appendDisplayString(out, shown);
    }
  }

  // RFC 9651 section 3.3.4
  private static boolean isToken(String text) {
    if (text.isEmpty() || !(isLetter(text.charAt(0)) || text.charAt(0) == '*')) {
      return false;
    }
    for (int i = 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!isLetter(c) && !(c >= '0' && c <= '9') && "!#$%&'*+-.^_`|~:/".indexOf(c) < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static boolean isPrintable(String text) {
    return text.chars().allMatch(c -> c >= ' ' && c <= '~');
  }

  // RFC 9651 section 3.3.3
  private static void appendString(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\');
      }
      out.append(c);
    }
    out.append('"');
  }

  // RFC 9651 section 3.3.8
  private static void appendDisplayString(StringBuilder out, String text) {
    out.append("%\"");
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      if (b < ' ' || b > '~' || b == '%' || b == '"') {
        out.append('%').append(HEX.toHexDigits(b));
      } else {
        out.append((char) b);
      }
    }
    out.append('"');
  }
}
