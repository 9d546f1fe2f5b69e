package io.geminirelay.base.scan;

import java.util.function.IntUnaryOperator;

/**
 * The forms that Google gives its API keys today: {@code AIza[0-9A-Za-z_-]{35}} and {@code
 * AQ.[0-9A-Za-z_-]{20,}}. Pure.
 */
public final class KeyForm {
  /** What every one of them begins with. */
  public static final byte FIRST = 'A';

  private static final String STANDARD = "AIza";
  private static final String BOUND = "AQ.";
  private static final int STANDARD_TAIL = 35;
  private static final int BOUND_TAIL = 20;

  private KeyForm() {}

  /** Whether {@code text} begins as they do, be it whole or not. */
  public static boolean begins(String text) {
    return text.startsWith(STANDARD) || text.startsWith(BOUND);
  }

  /**
   * Length of the key that begins at {@code index}; 0 if none does.
   *
   * @param bytes tells the byte at an index below {@code end}
   */
  public static int lengthAt(IntUnaryOperator bytes, int index, int end) {
    if (startsWith(bytes, index, end, STANDARD)) {
      int tail = tail(bytes, index + STANDARD.length(), end, STANDARD_TAIL);
      return tail == STANDARD_TAIL ? STANDARD.length() + tail : 0;
    }
    if (startsWith(bytes, index, end, BOUND)) {
      int tail = tail(bytes, index + BOUND.length(), end, Integer.MAX_VALUE);
      return tail >= BOUND_TAIL ? BOUND.length() + tail : 0;
    }
    return 0;
  }

  private static boolean startsWith(IntUnaryOperator bytes, int index, int end, String start) {
    if (end - index < start.length()) {
      return false;
    }
    for (int i = 0; i < start.length(); i++) {
      if (bytes.applyAsInt(index + i) != start.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Number of bytes of a key from {@code index} on, at most {@code most}. */
  private static int tail(IntUnaryOperator bytes, int index, int end, int most) {
    int length = 0;
    while (length < most && index + length < end && isKeyByte(bytes.applyAsInt(index + length))) {
      length++;
    }
    return length;
  }

  private static boolean isKeyByte(int b) {
    return (b >= '0' && b <= '9')
        || (b >= 'A' && b <= 'Z')
        || (b >= 'a' && b <= 'z')
        || b == '_'
        || b == '-';
  }
}
