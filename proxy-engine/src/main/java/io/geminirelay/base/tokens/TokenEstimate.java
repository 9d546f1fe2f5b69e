package io.geminirelay.base.tokens;

import io.netty.buffer.ByteBuf;

/**
 * Estimates how many tokens texts have, without a vocabulary.
 *
 * <p>A token ends in front of a character with a chance that depends on the characters around: the
 * sum of calibrated {@link TokenWeights}, brought between 0 and 1. The chances added up are the
 * count. Digits are certain: each is a token of its own. A character that the vocabulary lacks has
 * a token for each byte; that chance is weighed too. So a text never has more tokens than bytes,
 * each further character can only add, and all sums are of whole numbers: the count depends neither
 * on how the text is cut nor on the machine.
 *
 * <p>UTF-8 is read as the WHATWG Encoding Standard says: each longest beginning of a character that
 * comes to nothing is one replacement character. Not thread-safe; allocates nothing after
 * construction.
 */
public final class TokenEstimate implements TextCounter {
  private static final int REPLACEMENT = 0xFFFD;

  /** Enough that a buffer's checks for each access do not show, little enough for the cache. */
  private static final int WINDOW_BYTES = 1_024;

  private static final int SHORT_BYTES = 128;

  private static final int FIRST_HAN = 0x3400;
  private static final int LAST_HAN = 0x9FFF;
  private static final int FIRST_RARE_HAN = 0x20000;

  /** Ordinary texts have a token and more for each such character; what is made up has, too. */
  private static final long HAN_FLOOR = TokenWeights.TOKEN * 5L / 8;

  private static final class Loaded {
    private static final TokenWeights WEIGHTS = TokenWeights.load();
  }

  private final TokenWeights weights;
  private final TextContext context = new TextContext();
  private final byte[] window = new byte[WINDOW_BYTES];
  private long ended;
  private long open;
  private long han;

  // A character of several bytes that is not complete.
  private int missing;
  private int partial;
  private int lowest;
  private int highest;

  /** Estimates with the product's own weights. */
  public TokenEstimate() {
    this(Loaded.WEIGHTS);
  }

  /** Estimates with other weights: for calibration. */
  public TokenEstimate(TokenWeights weights) {
    this.weights = weights;
  }

  @Override
  public void reset() {
    ended = 0;
    begin();
  }

  @Override
  public void begin() {
    context.restart();
    open = 0;
    han = 0;
    missing = 0;
  }

  @Override
  public void look(ByteBuf buf, int from, int to) {
    for (int at = from; at < to; at += WINDOW_BYTES) {
      int size = Math.min(WINDOW_BYTES, to - at);
      fetch(buf, at, size);
      read(size);
    }
  }

  private void fetch(ByteBuf buf, int from, int size) {
    if (size > SHORT_BYTES) {
      buf.getBytes(from, window, 0, size);
      return;
    }
    // Reading a direct buffer in one go allocates a view of it: too much for a few bytes.
    for (int i = 0; i < size; i++) {
      window[i] = buf.getByte(from + i);
    }
  }

  private void read(int size) {
    int i = 0;
    while (i < size) {
      if (missing > 0) {
        take(window[i++]);
      } else if (window[i] >= 0 && context.mayWalkAscii()) {
        i = context.ascii(window, i, size, weights);
        open += context.shares();
      } else {
        i = character(i, size);
      }
    }
  }

  /** Reads the character at an index, or its first byte if it is invalid or not all there. */
  private int character(int i, int size) {
    int b = window[i];
    if (b < (byte) 0xE0 && b >= (byte) 0xC2 && i + 1 < size && goesOn(i + 1)) {
      place((b & 0x1F) << 6 | window[i + 1] & 0x3F);
      return i + 2;
    }
    if (b >= (byte) 0xE0 && b < (byte) 0xF0 && i + 2 < size && goesOn(i + 1) && goesOn(i + 2)) {
      int c = (b & 0x0F) << 12 | (window[i + 1] & 0x3F) << 6 | window[i + 2] & 0x3F;
      if (c >= 0x800 && (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)) {
        place(c);
        return i + 3;
      }
    }
    take((byte) b);
    return i + 1;
  }

  private boolean goesOn(int i) {
    return window[i] < (byte) 0xC0;
  }

  private void take(byte b) {
    if (missing > 0) {
      int c = b & 0xFF;
      if (c >= lowest && c <= highest) {
        partial = partial << 6 | c & 0x3F;
        lowest = 0x80;
        highest = 0xBF;
        if (--missing == 0) {
          place(partial);
        }
        return;
      }
      missing = 0;
      replace();
    }
    if (b >= 0) {
      place(b);
    } else {
      lead(b & 0xFF);
    }
  }

  /** The first byte of several: RFC 3629, section 4, says which second bytes it allows. */
  private void lead(int b) {
    lowest = b == 0xE0 ? 0xA0 : b == 0xF0 ? 0x90 : 0x80;
    highest = b == 0xED ? 0x9F : b == 0xF4 ? 0x8F : 0xBF;
    if (b >= 0xC2 && b <= 0xDF) {
      missing = 1;
      partial = b & 0x1F;
    } else if (b >= 0xE0 && b <= 0xEF) {
      missing = 2;
      partial = b & 0x0F;
    } else if (b >= 0xF0 && b <= 0xF4) {
      missing = 3;
      partial = b & 0x07;
    } else {
      replace();
    }
  }

  @Override
  public void character(int codePoint) {
    finishPartial();
    boolean lone = codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    if (lone) {
      replace();
    } else {
      place(codePoint);
    }
  }

  @Override
  public void end() {
    finishPartial();
    ended += open();
    begin();
  }

  @Override
  public long tokens() {
    return ended + open() + TokenWeights.TOKEN / 2 >> TokenWeights.TOKEN_BITS;
  }

  private void finishPartial() {
    if (missing > 0) {
      missing = 0;
      replace();
    }
  }

  /** Stands for one invalid byte or more, which is why it cannot be worth several tokens. */
  private void replace() {
    context.next(REPLACEMENT);
    open += weights.border(context);
  }

  private void place(int c) {
    context.next(c);
    open += weights.share(context, c);
    if (c >= FIRST_HAN && isHan(c)) {
      han++;
    }
  }

  private static boolean isHan(int c) {
    return c <= LAST_HAN || c >= FIRST_RARE_HAN;
  }

  /** The open text: characters of which the weights know nothing must not come cheap. */
  private long open() {
    return Math.max(open, han * HAN_FLOOR);
  }
}
