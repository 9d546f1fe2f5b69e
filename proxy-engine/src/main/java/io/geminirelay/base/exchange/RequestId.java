package io.geminirelay.base.exchange;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The id under which a request is told in answers and logs. Thread safe. */
public final class RequestId {
  /** The header that carries it, both ways. */
  public static final AsciiString HEADER = AsciiString.cached("x-request-id");

  private static final int MAX_LENGTH = 128;
  private static final int DIGITS_OF_LONG = 2 * Long.BYTES;
  private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private RequestId() {}

  /**
   * The client's own id if it is 1 to 128 visible ASCII characters, so that it can be written into
   * any log or header as it is; otherwise a new one.
   */
  public static String of(HttpHeaders headers) {
    @Nullable String given = headers.get(HEADER);
    return given != null && usable(given) ? given : next();
  }

  /** A new id: 32 hexadecimal digits, unique but not secret. */
  public static String next() {
    byte[] text = new byte[2 * DIGITS_OF_LONG];
    writeRandom(text, 0, text.length);
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  /** Writes so many random hexadecimal digits into {@code text}, a multiple of 16. */
  static void writeRandom(byte[] text, int from, int count) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    for (int i = from; i < from + count; i += DIGITS_OF_LONG) {
      write(text, i, random.nextLong());
    }
  }

  private static void write(byte[] text, int from, long value) {
    long rest = value;
    for (int i = from; i < from + DIGITS_OF_LONG; i++) {
      text[i] = DIGITS[(int) (rest & 0xf)];
      rest >>>= 4;
    }
  }

  private static boolean usable(String id) {
    if (id.isEmpty() || id.length() > MAX_LENGTH) {
      return false;
    }
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      if (c <= ' ' || c >= 0x7f) {
        return false;
      }
    }
    return true;
  }
}
