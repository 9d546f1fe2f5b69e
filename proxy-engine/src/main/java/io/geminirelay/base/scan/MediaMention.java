package io.geminirelay.base.scan;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/**
 * Finds out whether a request body can name media: {@code inlineData}, {@code fileData}, {@code
 * image_url} and the like, in a body that passes in pieces, also across their borders.
 *
 * <p>Looks for the names wherever they stand, quoted in whichever way, and for escapes with which a
 * name could hide: letters written as {@code \}{@code u00xx}, and a backslash before a character
 * that RFC 8259 section 7 does not list, which parsers take for that character. So a text that
 * speaks of {@code image_url} is taken for one that has an image: the answer "no" is certain, "yes"
 * is not.
 *
 * <p>Compares eight pairs of bytes at a step: the names have few pairs in common, and those are
 * rare in prose. Not thread-safe; one per body, and for one of the two ways of looking.
 */
public final class MediaMention {
  private static final long ONES = 0x0101010101010101L;
  private static final long LOWS = 0x7F7F7F7F7F7F7F7FL;
  private static final int LONGEST = 11;
  private static final int OVERLAP = LONGEST - 1;
  private static final int ESCAPE = 6;

  private static final byte[][] WITH_BIG_D = names("inlineData", "fileData");
  private static final byte[][] WITH_LINE_AFTER_E =
      names("inline_data", "file_data", "image_url", "file_id", "file_url");
  private static final byte[][] WITH_LINE_AFTER_T = names("input_audio");

  private static final byte[][] ALL =
      Stream.of(WITH_BIG_D, WITH_LINE_AFTER_E, WITH_LINE_AFTER_T)
          .flatMap(Stream::of)
          .toArray(byte[][]::new);

  // Owner: this object; on the heap, so that nobody has to release it.
  private final ByteBuf border = Unpooled.buffer(2 * OVERLAP, 2 * OVERLAP);
  private long mentions;

  /** Whether a backslash before escapes the next byte. */
  private boolean escaping;

  private static byte[][] names(String... names) {
    byte[][] all = new byte[names.length][];
    for (int i = 0; i < names.length; i++) {
      all[i] = names[i].getBytes(StandardCharsets.US_ASCII);
    }
    return all;
  }

  /** Whether a mention was found. */
  public boolean found() {
    return mentions > 0;
  }

  /** How many mentions were counted: no fewer than media are named. */
  public long mentions() {
    return mentions;
  }

  /**
   * Looks on, as far as the first mention.
   *
   * @param buf borrowed; no index is moved
   * @param from index of the first byte
   * @param to index behind the last byte
   * @return whether a mention was found, here or before
   */
  public boolean look(ByteBuf buf, int from, int to) {
    if (mentions == 0) {
      read(buf, from, to, 1);
    }
    return mentions > 0;
  }

  /** Looks on and counts every mention; {@code buf} is borrowed, no index is moved. */
  public void count(ByteBuf buf, int from, int to) {
    read(buf, from, to, Long.MAX_VALUE);
  }

  private void read(ByteBuf buf, int from, int to, long enough) {
    if (from >= to) {
      return;
    }
    if (escaping && isUnknownEscape(buf.getByte(from))) {
      mentions++;
    }
    int kept = border.readableBytes();
    border.writeBytes(buf, from, Math.min(OVERLAP, to - from));
    for (int start = 0; start < kept; start++) {
      acrossBorder(start, kept);
    }
    border.writerIndex(kept);
    search(buf, from, to, enough);
    escaping = isEscaped(buf, from, to);
    keep(buf, from, to);
  }

  /** Counts what begins at {@code start} and ends behind {@code kept}. */
  private void acrossBorder(int start, int kept) {
    int end = border.writerIndex();
    for (byte[] name : ALL) {
      int behind = start + name.length;
      mentions += behind > kept && behind <= end && isAt(name, border, start) ? 1 : 0;
    }
    boolean unicode =
        start + ESCAPE > kept
            && start + 1 < end
            && border.getByte(start) == '\\'
            && border.getByte(start + 1) == 'u';
    mentions += unicode && isLetter(border, start + 2, end) ? 1 : 0;
  }

  private void keep(ByteBuf buf, int from, int to) {
    int fresh = Math.min(OVERLAP, to - from);
    int before = Math.min(border.readableBytes(), OVERLAP - fresh);
    border.readerIndex(border.writerIndex() - before).discardReadBytes();
    border.writeBytes(buf, to - fresh, fresh);
  }

  private void search(ByteBuf buf, int from, int to, long enough) {
    int i = from;
    for (int last = to - Long.BYTES - 1; i <= last; i += Long.BYTES) {
      long first = buf.getLongLE(i);
      long second = buf.getLongLE(i + 1);
      long line = second ^ (ONES * '_');
      long slashes = zeros(first ^ (ONES * '\\'));
      if (slashes != 0) {
        slashes &= ~(zeros(second ^ (ONES * 'n')) | zeros(second ^ (ONES * '"')));
      }
      long marks =
          zeros((first ^ (ONES * 'e')) | (second ^ (ONES * 'D')))
              | zeros((first ^ (ONES * 'e')) | line)
              | zeros((first ^ (ONES * 't')) | line)
              | slashes;
      for (; marks != 0; marks &= marks - 1) {
        pair(buf, from, i + (Long.numberOfTrailingZeros(marks) >>> 3), to);
      }
      if (mentions >= enough) {
        return;
      }
    }
    for (; i + 1 < to; i++) {
      pair(buf, from, i, to);
    }
  }

  private void pair(ByteBuf buf, int from, int at, int to) {
    if (isMention(buf, from, at, to)) {
      mentions++;
    }
  }

  /** Marks the high bit of each byte that is zero, exactly. */
  private static long zeros(long bytes) {
    return ~(((bytes & LOWS) + LOWS) | bytes | LOWS);
  }

  private boolean isMention(ByteBuf buf, int from, int at, int to) {
    byte second = buf.getByte(at + 1);
    return switch (buf.getByte(at)) {
      case '\\' ->
          second == 'u'
              ? isLetter(buf, at + 2, to)
              : isUnknownEscape(second) && !isEscaped(buf, from, at);
      case 'e' ->
          second == '_'
              ? any(WITH_LINE_AFTER_E, (byte) '_', buf, from, at + 1, to)
              : second == 'D' && any(WITH_BIG_D, (byte) 'D', buf, from, at + 1, to);
      case 't' -> second == '_' && any(WITH_LINE_AFTER_T, (byte) '_', buf, from, at + 1, to);
      default -> false;
    };
  }

  private static boolean isUnknownEscape(byte b) {
    return switch (b) {
      case '"', '\'', '\\', '/', 'b', 'f', 'n', 'r', 't', 'u' -> false;
      default -> true;
    };
  }

  /** Whether an odd number of backslashes stands before an index, or before {@code from}. */
  private boolean isEscaped(ByteBuf buf, int from, int at) {
    int start = at;
    while (start > from && buf.getByte(start - 1) == '\\') {
      start--;
    }
    boolean odd = (at - start & 1) == 1;
    return odd ^ (start == from && escaping);
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
