package io.geminirelay.flow.accept;

/** Character classes of RFC 9110 section 5.6.2. */
final class Tokens {
  private static final boolean[] TOKEN = new boolean[128];

  static {
    for (char c = '0'; c <= '9'; c++) {
      TOKEN[c] = true;
    }
    for (char c = 'a'; c <= 'z'; c++) {
      TOKEN[c] = true;
      TOKEN[c - 'a' + 'A'] = true;
    }
    for (char c : "!#$%&'*+-.^_`|~".toCharArray()) {
      TOKEN[c] = true;
    }
  }

  private Tokens() {}

  /** Whether {@code b} may stand in a method or a header name. */
  static boolean isTokenByte(byte b) {
    return b >= 0 && TOKEN[b];
  }

  /** Whether {@code text} is a token: not empty, no other characters. */
  static boolean isToken(CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 128 || !TOKEN[c]) {
        return false;
      }
    }
    return text.length() > 0;
  }
}
