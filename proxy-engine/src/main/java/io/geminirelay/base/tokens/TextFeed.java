package io.geminirelay.base.tokens;

import io.netty.buffer.ByteBuf;

/**
 * Gives texts to a {@link TextCounter}, long ones in segments, so that the count of a text of a
 * hundred megabytes runs along with it and no counter has to remember all of it. A segment ends
 * before a space where one is near, else between two characters, which shifts the count by a token
 * at most. Not thread-safe.
 */
public final class TextFeed {
  private static final int SEGMENT_BYTES = 32 << 10;
  private static final int SPACE_WITHIN = 64;

  private final TextCounter counter;
  private int given;

  /** Feeds {@code counter}. */
  public TextFeed(TextCounter counter) {
    this.counter = counter;
  }

  /** Begins a text. */
  public void begin() {
    given = 0;
    counter.begin();
  }

  /** The next bytes of the text; {@code buf} is borrowed, no index is moved. */
  public void look(ByteBuf buf, int from, int to) {
    int start = from;
    while (given + (to - start) > SEGMENT_BYTES) {
      int cut = border(buf, start + Math.max(0, SEGMENT_BYTES - given), to);
      if (cut == to) {
        break;
      }
      counter.look(buf, start, cut);
      counter.end();
      begin();
      start = cut;
    }
    counter.look(buf, start, to);
    given += to - start;
  }

  private static int border(ByteBuf buf, int from, int to) {
    int near = Math.min(to, from + SPACE_WITHIN);
    int space = buf.indexOf(from, near, (byte) ' ');
    if (space >= 0) {
      return space;
    }
    int i = from;
    while (i < to && (buf.getByte(i) & 0xC0) == 0x80) {
      i++;
    }
    return i;
  }

  /** The next character of the text, where it was escaped. */
  public void character(int codePoint) {
    counter.character(codePoint);
    given++;
  }

  /** A whole text. */
  public void text(String text) {
    begin();
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      counter.character(text.codePointAt(i));
    }
    end();
  }

  /** Ends the text. */
  public void end() {
    counter.end();
  }

  /** Tokens of all segments ended since the counter's last reset. */
  public long tokens() {
    return counter.tokens();
  }
}
