package io.geminirelay.base.exchange;

/** Percent-encoded octets (RFC 3986 section 2.1). Pure. */
public final class PercentCode {
  /** Characters that one encoded octet takes. */
  public static final int LENGTH = 3;

  private PercentCode() {}

  /** The octet encoded at {@code at}, or -1 when there is none that ends by {@code end}. */
  public static int at(CharSequence text, int at, int end) {
    if (text.charAt(at) != '%' || at + LENGTH > end) {
      return -1;
    }
    int high = Character.digit(text.charAt(at + 1), 16);
    int low = Character.digit(text.charAt(at + 2), 16);
    // Character.digit also takes digits of other scripts; those are no hexadecimal digits in a URL.
    boolean ascii = text.charAt(at + 1) < 0x80 && text.charAt(at + 2) < 0x80;
    return ascii && high >= 0 && low >= 0 ? high << 4 | low : -1;
  }
}
