package io.geminirelay.base.scan;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes API keys out of an error body: Google prints the full key when its consumer is suspended.
 *
 * <p>Replaced by {@code [redacted]} are the given keys and whatever has the {@link KeyForm form} of
 * one. Those forms occur by chance in base64, so this is for error bodies alone, which are small
 * (at most 1 MiB). Pure and thread-safe.
 */
public final class KeyScrub {
  private static final byte[] REDACTED = "[redacted]".getBytes(StandardCharsets.US_ASCII);

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
      int length = firsts[body.getByte(i) & 0xFF] ? coveredLength(body, i, end, keys) : 0;
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
    firsts[KeyForm.FIRST] = true;
    for (byte[] key : keys) {
      if (key.length > 0) {
        firsts[key[0] & 0xFF] = true;
      }
    }
    return firsts;
  }

  /** Length of the keys that begin at {@code index} or within those that do, 0 if none does. */
  private static int coveredLength(ByteBuf body, int index, int end, List<byte[]> keys) {
    int length = keyLength(body, index, end, keys);
    // What has the form of a key by chance may swallow the beginning of another.
    for (int i = index + 1; i < index + length; i++) {
      length = Math.max(length, i - index + keyLength(body, i, end, keys));
    }
    return length;
  }

  /** Length of the longest key that begins at {@code index}, 0 if none does. */
  private static int keyLength(ByteBuf body, int index, int end, List<byte[]> keys) {
    int longest = 0;
    for (byte[] key : keys) {
      if (key.length > longest && startsWith(body, index, end, key)) {
        longest = key.length;
      }
    }
    return Math.max(longest, KeyForm.lengthAt(body::getByte, index, end));
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
}
