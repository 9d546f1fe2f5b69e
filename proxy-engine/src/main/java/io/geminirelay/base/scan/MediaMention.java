package io.geminirelay.base.scan;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * Finds out whether a request body can name media: {@code inlineData}, {@code fileData}, {@code
 * image_url} and the like, in a body that passes in pieces, also across their borders.
 *
 * <p>Looks for the names wherever they stand, quoted in whichever way, and for letters written as
 * {@code \}{@code u00xx}, with which a name could hide. So a text that speaks of {@code image_url}
 * is taken for one that has an image: the answer "no" is certain, "yes" is not.
 *
 * <p>Compares eight pairs of bytes at a step: the names have few pairs in common, and those are
 * rare in prose. Not thread-safe; one per body.
 */
public final class MediaMention {
  private static final long ONES = 0x0101010101010101L;
  private static final long LOWS = 0x7F7F7F7F7F7F7F7FL;
  private static final int LONGEST = 11;
  private static final int OVERLAP = LONGEST - 1;

  private static final byte[][] WITH_BIG_D = names("inlineData", "fileData");
  private static final byte[][] WITH_LINE_AFTER_E =
      names("inline_data", "file_data", "image_url", "file_id", "file_url");
  private static final byte[][] WITH_LINE_AFTER_T = names("input_audio");

  // Owner: this object; on the heap, so that nobody has to release it.
  private final ByteBuf border = Unpooled.buffer(2 * OVERLAP, 2 * OVERLAP);
  private boolean found;

  private static byte[][] names(String... names) {
    byte[][] all = new byte[names.length][];
    for (int i = 0; i < names.length; i++) {
      all[i] = names[i].getBytes(StandardCharsets.US_ASCII);
    }
    return all;
  }

  /** Whether a mention was found. */
  public boolean found() {
    return found;
  }

  /**
   * Looks on.
   *
   * @param buf borrowed; no index is moved
   * @param from index of the first byte
   * @param to index behind the last byte
   * @return whether a mention was found, here or before
   */
  public boolean look(ByteBuf buf, int from, int to) {
    if (found || from >= to) {
      return found;
    }
    if (border.isReadable()) {
      int kept = border.readableBytes();
      border.writeBytes(buf, from, Math.min(OVERLAP, to - from));
      found = search(border, 0, border.writerIndex());
      border.writerIndex(kept);
    }
    found = found || search(buf, from, to);
    keep(buf, from, to);
    return found;
  }

  private void keep(ByteBuf buf, int from, int to) {
    int fresh = Math.min(OVERLAP, to - from);
    int before = Math.min(border.readableBytes(), OVERLAP - fresh);
    border.readerIndex(border.writerIndex() - before).discardReadBytes();
    border.writeBytes(buf, to - fresh, fresh);
  }

  private static boolean search(ByteBuf buf, int from, int to) {
    int i = from;
    for (int last = to - Long.BYTES - 1; i <= last; i += Long.BYTES) {
      long first = buf.getLongLE(i);
      long second = buf.getLongLE(i + 1);
      long line = second ^ (ONES * '_');
      long marks =
          zeros((first ^ (ONES * 'e')) | (second ^ (ONES * 'D')))
              | zeros((first ^ (ONES * 'e')) | line)
              | zeros((first ^ (ONES * 't')) | line)
              | zeros((first ^ (ONES * '\\')) | (second ^ (ONES * 'u')));
      while (marks != 0) {
        if (isMention(buf, from, i + (Long.numberOfTrailingZeros(marks) >>> 3), to)) {
          return true;
        }
        marks &= marks - 1;
      }
    }
    for (; i + 1 < to; i++) {
      if (isMention(buf, from, i, to)) {
        return true;
      }
    }
    return false;
  }

  /** Marks the high bit of each byte that is zero, exactly. */
  private static long zeros(long bytes) {
    return ~(((bytes & LOWS) + LOWS) | bytes | LOWS);
  }

  private static boolean isMention(ByteBuf buf, int from, int at, int to) {
    int first = buf.getByte(at);
    return switch (buf.getByte(at + 1)) {
      case 'D' -> first == 'e' && any(WITH_BIG_D, (byte) 'D', buf, from, at + 1, to);
      case '_' ->
          first == 'e'
              ? any(WITH_LINE_AFTER_E, (byte) '_', buf, from, at + 1, to)
              : first == 't' && any(WITH_LINE_AFTER_T, (byte) '_', buf, from, at + 1, to);
      case 'u' -> first == '\\' && isLetter(buf, at + 2, to);
      default -> false;
    };
  }

  private static boolean any(byte[][] names, byte mark, ByteBuf buf, int from, int at, int to) {
    for (byte[] name : names) {
      int start = at - indexOf(name, mark);
      if (start >= from && start + name.length <= to && isAt(name, buf, start)) {
        return true;
      }
    }
    return false;
  }

  private static int indexOf(byte[] name, byte mark) {
    int i = 0;
    while (name[i] != mark) {
      i++;
    }
    return i;
  }

  private static boolean isAt(byte[] name, ByteBuf buf, int start) {
    for (int i = 0; i < name.length; i++) {
      if (buf.getByte(start + i) != name[i]) {
        return false;
      }
    }
    return true;
  }

  /** Whether four hexadecimal digits stand for an ASCII letter or the underscore. */
  private static boolean isLetter(ByteBuf buf, int at, int to) {
    if (at + 4 > to || buf.getByte(at) != '0' || buf.getByte(at + 1) != '0') {
      return false;
    }
    int c =
        Character.digit(buf.getByte(at + 2), 16) << 4 | Character.digit(buf.getByte(at + 3), 16);
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
  }
}
