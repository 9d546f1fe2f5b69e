package io.geminirelay.base.telemetry;

import java.util.HexFormat;

/**
 * The text of a log line that is made of {@code name=value} pairs with a space between them.
 *
 * <p>A value of visible ASCII without {@code "}, {@code =} and {@code \} stands as it is, {@code -}
 * for an empty one. Every other is quoted, with a backslash before {@code "} and {@code \} and
 * {@code \}{@code uXXXX} for what is not printable ASCII: whatever a client calls a model, it can
 * begin no line, no field and no terminal sequence. Used once, by one thread.
 */
final class LogFields {
  private static final int MAX_CHARS = 128;
  private static final HexFormat HEX = HexFormat.of();

  private final StringBuilder out = new StringBuilder(384);

  /** Adds a text, cut off after 128 characters. */
  void add(String name, String value) {
    addWhole(name, value.length() > MAX_CHARS ? value.substring(0, MAX_CHARS) : value);
  }

  /** Adds a text that is bounded already. */
  void addWhole(String name, String value) {
    begin(name);
    if (value.isEmpty()) {
      out.append('-');
    } else if (isPlain(value)) {
      out.append(value);
    } else {
      out.append('"').append(quoted(value)).append('"');
    }
  }

  /** Adds a number. */
  void add(String name, long value) {
    begin(name).append(value);
  }

  /** Adds a number that is known, which is one of at least 0. */
  void addKnown(String name, long value) {
    if (value >= 0) {
      add(name, value);
    }
  }

  private StringBuilder begin(String name) {
    if (!out.isEmpty()) {
      out.append(' ');
    }
    return out.append(name).append('=');
  }

  private static boolean isPlain(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c <= ' ' || c > '~' || c == '"' || c == '=' || c == '\\') {
        return false;
      }
    }
    return true;
  }

  /** {@code value} as it stands between quotes. */
  static String quoted(String value) {
    StringBuilder out = new StringBuilder(value.length());
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < ' ' || c > '~') {
        out.append("\\u").append(HEX.toHexDigits(c));
      } else {
        if (c == '"' || c == '\\') {
          out.append('\\');
        }
        out.append(c);
      }
    }
    return out.toString();
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
