package io.geminirelay.base.scan;

/** How much of {@code [DONE]}, which ends some event streams, has been read in its place. */
final class EndMark {
  private static final byte[] BYTES = {'[', 'D', 'O', 'N', 'E', ']'};

  private int length;

  /** The bracket was read. */
  void begin() {
    length = 1;
  }

  /** Reads on; false for a byte that shows that it is another text. */
  boolean take(byte b) {
    if (length < BYTES.length && b == BYTES[length]) {
      length++;
      return true;
    }
    boolean blank = b == ' ' && isWhole();
    length = blank ? length : Integer.MAX_VALUE;
    return blank;
  }

  boolean isWhole() {
    return length == BYTES.length;
  }
}
