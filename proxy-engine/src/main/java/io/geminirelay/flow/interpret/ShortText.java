package io.geminirelay.flow.interpret;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Collects a string of an answer that is short by its nature, such as a finish reason or an error's
 * message; what is beyond 4 KiB is left out. Reusable; not thread-safe.
 */
final class ShortText {
  private static final int MAX_BYTES = 4096;
  private static final int USUAL_BYTES = 32;

  private byte[] bytes = new byte[USUAL_BYTES];
  private int length;

  /** Begins anew. */
  void clear() {
    length = 0;
  }

  /** Adds bytes. Borrows; no index is used or moved. */
  void look(ByteBuf buf, int from, int to) {
    int count = room(to - from);
    buf.getBytes(from, bytes, length, count);
    length += count;
  }

  /** Adds a character. */
  void character(int codePoint) {
    byte[] encoded = Character.toString(codePoint).getBytes(StandardCharsets.UTF_8);
    int count = room(encoded.length);
    System.arraycopy(encoded, 0, bytes, length, count);
    length += count;
  }

  private int room(int wanted) {
    int count = Math.min(wanted, MAX_BYTES - length);
    if (length + count > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.min(MAX_BYTES, Math.max(length + count, 2 * bytes.length)));
    }
    return count;
  }

  /** The string; what is no UTF-8 is replaced, and a word that may have been cut is left out. */
  String text() {
    int end = length;
    // Half a key would be found by nobody who looks for keys.
    while (length == MAX_BYTES && end > 0 && bytes[end - 1] > ' ') {
      end--;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }
}
