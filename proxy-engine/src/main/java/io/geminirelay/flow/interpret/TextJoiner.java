package io.geminirelay.flow.interpret;

import io.geminirelay.base.scan.Utf8Decoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * Joins the pieces of a text to one, kept once and ready to be sent: as the inside of a JSON string
 * in UTF-8.
 *
 * <p>Runs that need no change are copied as they are; the rest is escaped, and what is no UTF-8
 * becomes U+FFFD, one for each sequence that could not go on (Unicode 16 section 3.9). Pieces may
 * be cut within a character. The text lies in blocks that are only appended to, so that a reader
 * holds slices of them and none is copied; positions count bytes from the beginning of the text.
 *
 * <p>Owns its blocks until {@link #release()}. Not thread-safe.
 */
final class TextJoiner {
  private static final int SMALLEST_BLOCK = 1024;
  private static final int LARGEST_BLOCK = 256 * 1024;
  private static final int SHORT_RUN = 128;
  private static final int REPLACEMENT = 0xEFBFBD;

  private final ByteBufAllocator alloc;
  // Owner: this joiner, until truncated, forgotten or released; slices given away hold their own.
  private final List<ByteBuf> blocks = new ArrayList<>(4);
  private long start;
  private long length;
  private final Utf8Decoder utf8 = new Utf8Decoder();
  private int partial;
  private int partialLength;

  TextJoiner(ByteBufAllocator alloc) {
    this.alloc = alloc;
  }

  /** The position behind the last byte: also a mark to {@link #truncate} to. */
  long length() {
    return length;
  }

  /** Bytes of text held. */
  long held() {
    return length - start;
  }

  /** Bytes of memory held. */
  long capacity() {
    return blocks.stream().mapToLong(ByteBuf::capacity).sum();
  }

  /** Adds bytes that need not be UTF-8 nor fit for JSON. Borrows; no index is used or moved. */
  void look(ByteBuf buf, int from, int to) {
    int i = partialLength > 0 ? character(buf, from, to) : from;
    while (i < to) {
      int end = JsonText.plainEnd(buf, i, to);
      write(buf, i, end - i);
      i = end < to ? odd(buf, end, to) : end;
    }
  }

  /** Adds a character; a lone surrogate becomes U+FFFD. */
  void character(int codePoint) {
    endCharacter();
    byte[] escape = JsonText.escape(codePoint);
    if (escape != null) {
      write(escape);
    } else if (codePoint < 0x80) {
      write(codePoint, 1);
    } else if (codePoint < 0x800) {
      write(0xC080 | codePoint >> 6 << 8 | codePoint & 0x3F, 2);
    } else if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
      write(REPLACEMENT, 3);
    } else if (codePoint < 0x10000) {
      write(0xE08080 | codePoint >> 12 << 16 | (codePoint >> 6 & 0x3F) << 8 | codePoint & 0x3F, 3);
    } else {
      int high = codePoint >> 18 << 24 | (codePoint >> 12 & 0x3F) << 16;
      write(0xF0808080 | high | (codePoint >> 6 & 0x3F) << 8 | codePoint & 0x3F, 4);
    }
  }

  /** Ends a piece that is a string of its own: a character begun in it does not go on. */
  void end() {
    endCharacter();
  }

  private void endCharacter() {
    if (partialLength > 0) {
      forgetPartial();
      write(REPLACEMENT, 3);
    }
  }

  private void forgetPartial() {
    utf8.reset();
    partial = 0;
    partialLength = 0;
  }

  /** A byte that cannot be copied with its neighbours; returns the index to go on from. */
  private int odd(ByteBuf buf, int index, int to) {
    byte b = buf.getByte(index);
    byte[] escape = b >= 0 ? JsonText.escape(b) : null;
    if (escape == null) {
      return character(buf, index, to);
    }
    write(escape);
    return index + 1;
  }

  /** Begins a character or goes on with it; returns the index behind what belongs to it. */
  private int character(ByteBuf buf, int from, int to) {
    for (int i = from; i < to; i++) {
      int b = buf.getByte(i) & 0xFF;
      int codePoint = utf8.next(b);
      partial = partial << 8 | b;
      partialLength++;
      if (codePoint == Utf8Decoder.MORE) {
        continue;
      }
      boolean invalid = codePoint == Utf8Decoder.AGAIN || codePoint == Utf8Decoder.REPLACEMENT;
      write(invalid ? REPLACEMENT : partial, invalid ? 3 : partialLength);
      forgetPartial();
      return codePoint == Utf8Decoder.AGAIN ? i : i + 1;
    }
    return to;
  }

  private void write(ByteBuf buf, int from, int count) {
    for (int done = 0; done < count; ) {
      ByteBuf block = room();
      int part = Math.min(count - done, block.writableBytes());
      if (part > SHORT_RUN) {
        block.writeBytes(buf, from + done, part);
      } else {
        copy(buf, from + done, part, block);
      }
      done += part;
      length += part;
    }
  }

  /** Without the views that Netty makes for a copy where the platform lends it no raw memory. */
  private static void copy(ByteBuf buf, int from, int count, ByteBuf block) {
    int i = from;
    int end = from + count;
    for (; i <= end - Long.BYTES; i += Long.BYTES) {
      block.writeLongLE(buf.getLongLE(i));
    }
    for (; i < end; i++) {
      block.writeByte(buf.getByte(i));
    }
  }

  private void write(byte[] bytes) {
    for (byte b : bytes) {
      room().writeByte(b);
      length++;
    }
  }

  /** Writes the {@code count} low bytes of {@code bytes}, the highest of them first. */
  private void write(int bytes, int count) {
    for (int shift = 8 * (count - 1); shift >= 0; shift -= 8) {
      room().writeByte(bytes >> shift);
      length++;
    }
  }

  /** The block to write to: what is not yet used is a third of the text at most. */
  private ByteBuf room() {
    ByteBuf last = blocks.isEmpty() ? null : blocks.get(blocks.size() - 1);
    if (last != null && last.isWritable()) {
      return last;
    }
    int wanted = (int) Math.min(LARGEST_BLOCK, Long.highestOneBit(length - start) / 2);
    int size = Math.max(SMALLEST_BLOCK, wanted);
    ByteBuf block = alloc.directBuffer(size, size);
    blocks.add(block);
    return block;
  }

  /** Takes back everything from position {@code mark} on; nothing of that may have been given. */
  void truncate(long mark) {
    forgetPartial();
    while (length > mark) {
      ByteBuf last = blocks.get(blocks.size() - 1);
      int excess = (int) Math.min(length - mark, last.readableBytes());
      last.writerIndex(last.writerIndex() - excess);
      length -= excess;
      if (!last.isReadable()) {
        blocks.remove(blocks.size() - 1).release();
      }
    }
  }

  /** Lets go of blocks that lie before {@code position} and will not be given again. */
  void forget(long position) {
    while (blocks.size() > 1 && start + blocks.get(0).readableBytes() <= position) {
      ByteBuf first = blocks.remove(0);
      start += first.readableBytes();
      first.release();
    }
  }

  /** Blocks held, the most that {@link #giveTo} adds. */
  int blocks() {
    return blocks.size();
  }

  /**
   * Adds slices of the text from position {@code from} to its end to {@code target}, which owns
   * them.
   */
  void giveTo(CompositeByteBuf target, long from) {
    long position = start;
    for (ByteBuf block : blocks) {
      int size = block.readableBytes();
      int skipped = (int) Math.min(size, Math.max(0, from - position));
      if (skipped < size) {
        target.addComponent(true, block.retainedSlice(skipped, size - skipped));
      }
      position += size;
    }
  }

  /** Lets go of everything. */
  void release() {
    blocks.forEach(ByteBuf::release);
    blocks.clear();
    start = length;
    forgetPartial();
  }
}
