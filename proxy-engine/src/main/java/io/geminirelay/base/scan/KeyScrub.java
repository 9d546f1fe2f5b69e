package io.geminirelay.base.scan;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes API keys out of an error body: Google prints the full key when its consumer is suspended.
 *
 * <p>Replaced by {@code [redacted]} are the given keys and whatever has the form of one: {@code
 * AIza[0-9A-Za-z_-]{35}} and {@code AQ.[0-9A-Za-z_-]{20,}}. Those forms occur by chance in base64,
 * so this is for error bodies alone, which are small (at most 1 MiB). Pure and thread-safe.
 */
public final class KeyScrub {
  private static final byte[] REDACTED = "[redacted]".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] STANDARD = "AIza".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] BOUND = "AQ.".getBytes(StandardCharsets.US_ASCII);
  private static final int STANDARD_TAIL = 35;
  private static final int BOUND_TAIL = 20;

  private KeyScrub() {}

  /**
   * Scrubs a body.
   *
   * @param body taken: returned as it is if it holds no key, else released
   * @param allocator makes the new body if one is needed
   * @param keys texts of keys to look for; an empty one is never found
   * @return the body to use, owned by the caller
   */
  public static ByteBuf take(ByteBuf body, ByteBufAllocator allocator, List<byte[]> keys) {
    ByteBuf scrubbed = null;
    boolean done = false;
    try {
      scrubbed = scrub(body, allocator, keys);
      done = true;
    } finally {
      if (!done || scrubbed != null) {
        body.release();
      }
    }
    return scrubbed == null ? body : scrubbed;
  }

  /** A new body without keys, or null if there was none to take out. */
  private static @Nullable ByteBuf scrub(
      ByteBuf body, ByteBufAllocator allocator, List<byte[]> keys) {
    boolean[] firsts = firstBytes(keys);
    ByteBuf scrubbed = null; // Owner: the caller, once returned.
    int copied = body.readerIndex();
    int end = body.writerIndex();
    for (int i = copied; i < end; i++) {
      int length = firsts[body.getByte(i) & 0xFF] ? keyLength(body, i, end, keys) : 0;
      if (length > 0) {
        if (scrubbed == null) {
          scrubbed = allocator.buffer(body.readableBytes() + REDACTED.length);
        }
        scrubbed.writeBytes(body, copied, i - copied).writeBytes(REDACTED);
        copied = i + length;
        i = copied - 1;
      }
    }
    return scrubbed == null ? null : scrubbed.writeBytes(body, copied, end - copied);
  }

  private static boolean[] firstBytes(List<byte[]> keys) {
    boolean[] firsts = new boolean[256];
    firsts['A'] = true;
    for (byte[] key : keys) {
      if (key.length > 0) {
        firsts[key[0] & 0xFF] = true;
      }
    }
    return firsts;
  }

  /** Length of the longest key that begins at {@code index}, 0 if none does. */
  private static int keyLength(ByteBuf body, int index, int end, List<byte[]> keys) {
    int longest = 0;
    for (byte[] key : keys) {
      if (key.length > longest && startsWith(body, index, end, key)) {
        longest = key.length;
      }
    }
    if (startsWith(body, index, end, STANDARD)
        && tail(body, index + STANDARD.length, end, STANDARD_TAIL) == STANDARD_TAIL) {
      longest = Math.max(longest, STANDARD.length + STANDARD_TAIL);
    }
    if (startsWith(body, index, end, BOUND)) {
      int tail = tail(body, index + BOUND.length, end, Integer.MAX_VALUE);
      longest = tail >= BOUND_TAIL ? Math.max(longest, BOUND.length + tail) : longest;
    }
    return longest;
  }

  private static boolean startsWith(ByteBuf body, int index, int end, byte[] start) {
    if (end - index < start.length) {
      return false;
    }
    for (int i = 0; i < start.length; i++) {
      if (body.getByte(index + i) != start[i]) {
        return false;
      }
    }
    return true;
  }

  /** Number of key bytes from {@code index} on, at most {@code most}. */
  private static int tail(ByteBuf body, int index, int end, int most) {
    int length = 0;
    while (length < most && index + length < end && isKeyByte(body.getByte(index + length))) {
      length++;
    }
    return length;
  }

  private static boolean isKeyByte(byte b) {
    return (b >= '0' && b <= '9')
        || (b >= 'A' && b <= 'Z')
        || (b >= 'a' && b <= 'z')
        || b == '_'
        || b == '-';
  }
}
