package io.geminirelay.base.tokens;

import io.geminirelay.base.scan.Utf8Decoder;
import io.netty.buffer.ByteBuf;

/**
 * Counts tokens exactly as the vocabulary has them.
 *
 * <p>The rules are those of Hugging Face's tokenizers for byte-pair encoding. Added tokens are
 * found first, from the left, the longest at each place. In what lies between, characters are
 * merged by rank; a character without a piece is one token for each of its UTF-8 bytes. The way
 * here is another one, since a text may be a hundred megabytes long and comes in pieces: it is cut
 * wherever no merge can reach over (see {@link Joins}), each segment is counted on its own, and the
 * counts of short segments are remembered (see {@link SegmentCache}). Most words of a text are
 * found there.
 *
 * <p>Memory does not grow with the text: a segment is cut at {@value Segment#LONGEST} characters at
 * the latest. Nearly all segments are words, and no text of a human language comes near that
 * length. Where one is cut for its length, the count is that of the whole unless what follows would
 * change a token more than {@value Segment#AHEAD} characters before it.
 *
 * <p>Not thread-safe. Belongs to one request on one event loop, whose other counters share its
 * memory for merging. Reusable through {@link #reset}; allocates nothing once its arrays have grown
 * to the longest segment seen.
 */
public final class VocabularyCounter implements TextCounter {
  private final AddedTokens added;
  private final Segment segment;
  private final Utf8Decoder utf8 = new Utf8Decoder();

  /** Characters that may become an added token. */
  private final int[] open;

  private int opened;
  private int walked;
  private int accepted;
  private int node = AddedTokens.ROOT;
  private long ended;

  VocabularyCounter(Vocabulary vocabulary, SegmentMerger merger, SegmentCache cache) {
    this.added = vocabulary.added();
    this.segment = new Segment(vocabulary, merger, cache);
    this.open = new int[added.longest() + 1];
  }

  @Override
  public void reset() {
    begin();
    ended = 0;
  }

  @Override
  public void begin() {
    utf8.reset();
    segment.reset();
    opened = 0;
    restart();
  }

  private void restart() {
    walked = 0;
    accepted = 0;
    node = AddedTokens.ROOT;
  }

  @Override
  public void look(ByteBuf buf, int from, int to) {
    for (int i = from; i < to; i++) {
      int b = buf.getByte(i);
      if (b >= 0 && opened == 0 && !utf8.inside() && !added.starts(b)) {
        segment.ascii(b);
      } else {
        take(b & 0xFF);
      }
    }
  }

  private void take(int b) {
    int codePoint = utf8.next(b);
    if (codePoint == Utf8Decoder.AGAIN) {
      decoded(Utf8Decoder.REPLACEMENT);
      codePoint = utf8.next(b);
    }
    if (codePoint != Utf8Decoder.MORE) {
      decoded(codePoint);
    }
  }

  @Override
  public void character(int codePoint) {
    endCharacter();
    boolean surrogate =
        codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    decoded(surrogate ? Utf8Decoder.REPLACEMENT : codePoint);
  }

  private void endCharacter() {
    if (utf8.inside()) {
      utf8.reset();
      decoded(Utf8Decoder.REPLACEMENT);
    }
  }

  @Override
  public void end() {
    endCharacter();
    while (opened > 0) {
      giveUp();
      walk();
    }
    segment.cut();
    ended += segment.tokens();
    segment.reset();
  }

  @Override
  public long tokens() {
    return ended + segment.tokens();
  }

  private void decoded(int codePoint) {
    if (opened > 0 || added.starts(codePoint)) {
      open[opened++] = codePoint;
      walk();
    } else {
      segment.character(codePoint);
    }
  }

  /** Follows the open characters as far as an added token could still grow. */
  private void walk() {
    while (walked < opened) {
      int next = added.child(node, open[walked]);
      if (next == AddedTokens.NONE) {
        giveUp();
        continue;
      }
      node = next;
      walked++;
      if (added.accepts(node)) {
        accepted = walked;
      }
    }
  }

  /** The open characters begin with the longest token found, or else with a plain character. */
  private void giveUp() {
    int gone = Math.max(accepted, 1);
    if (accepted > 0) {
      segment.token();
    } else {
      segment.character(open[0]);
    }
    opened -= gone;
    System.arraycopy(open, gone, open, 0, opened);
    restart();
  }
}
