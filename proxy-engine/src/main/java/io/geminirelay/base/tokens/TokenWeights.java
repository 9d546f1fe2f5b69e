package io.geminirelay.base.tokens;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The calibrated weights of all slots, and what their sums mean in tokens.
 *
 * <p>In the file each weight is one printable character: a level from -46 to 46 around {@code P},
 * whose square says how large. Longer runs of nought are left out. Immutable after loading, so one
 * instance serves all threads.
 */
public final class TokenWeights {
  /** A weight of 1.0: sums are logits in this unit. */
  public static final int ONE = 512;

  static final int TOKEN_BITS = 15;

  /** A whole token in the unit of {@link #share}. */
  static final int TOKEN = 1 << TOKEN_BITS;

  /** Logit of a border before any weight: most characters go on with a token. */
  public static final int BORDER_BIAS = -ONE;

  /** The largest level. */
  static final int TOP_LEVEL = 46;

  /** The level nought in the file. */
  static final char NOUGHT = 'P';

  /** Levels in a row of the file, at most. */
  private static final int ROW = 90;

  /** So many levels of nought are worth a new row. */
  private static final int GAP = 8;

  /** Name of the weights' file, a resource beside this class. */
  public static final String FILE = "estimate-weights.txt";

  private static final int LARGEST = 4 * ONE;

  /** From here on a sum is certainty; so it is below its negative. */
  private static final int TOP_SUM = 8 * ONE;

  /** More than all other weights of a border can take away from {@link #TOP_SUM}. */
  private static final short CERTAIN = 40 * ONE;

  private static final char[] SHARES = new char[2 * TOP_SUM + 1];

  static {
    for (int i = 1; i < 2 * TOP_SUM; i++) {
      double logit = (double) (i - TOP_SUM) / ONE;
      SHARES[i] = (char) StrictMath.rint(TOKEN / (1 + StrictMath.exp(-logit)));
    }
    SHARES[2 * TOP_SUM] = TOKEN;
  }

  private final short[] weights;

  /** What CHARACTER, BLOCK and PAIR say together, for two ASCII characters. */
  private final short[] asciiPairs = new short[1 << 14];

  /** What the chance to be unknown adds to the share of each character of the basic plane. */
  private final char[] unknowns = new char[1 << 16];

  /**
   * Weights by level.
   *
   * @param levels one for each slot of {@link ContextTable#ALL_SLOTS}, borrowed
   */
  public TokenWeights(byte[] levels) {
    weights = new short[ContextTable.ALL_SLOTS];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (short) weight(levels[i]);
    }
    foldKinds();
    foldPairs();
    foldUnknowns();
  }

  /** The kinds on both sides are two of the three, and alone decide what is certain. */
  private void foldKinds() {
    int first = ContextTable.THREE_KINDS.first();
    int pairs = ContextTable.KINDS.end() - 1;
    for (int i = first; i < ContextTable.THREE_KINDS.end(); i++) {
      int two = i - first & pairs;
      boolean certain = TextContext.certain(two);
      weights[i] = certain ? CERTAIN : (short) (BORDER_BIAS + weights[i] + weights[two]);
    }
  }

  private void foldPairs() {
    TextContext context = new TextContext();
    for (int i = 0; i < asciiPairs.length; i++) {
      context.restart();
      context.next(i >> 7);
      context.next(i & 0x7F);
      asciiPairs[i] =
          (short) (weights[context.characterSlot] + weights[context.block] + weights[context.pair]);
    }
  }

  private void foldUnknowns() {
    TextContext context = new TextContext();
    for (int c = 0x80; c < unknowns.length; c++) {
      context.restart();
      context.next(c);
      unknowns[c] = (char) Math.min(Character.MAX_VALUE, unknown(context, c));
    }
  }

  /** Value of a level in units of {@link #ONE}. */
  static int weight(int level) {
    int square = LARGEST * level * level / (TOP_LEVEL * TOP_LEVEL);
    return level < 0 ? -square : square;
  }

  /** The level next to a weight. */
  public static int level(double weight) {
    double root = StrictMath.sqrt(Math.abs(weight) * ONE / LARGEST) * TOP_LEVEL;
    int level = (int) Math.min(TOP_LEVEL, StrictMath.rint(root));
    return weight < 0 ? -level : level;
  }

  /** The product's own weights. */
  public static TokenWeights load() {
    return new TokenWeights(levels());
  }

  /** The levels in the product's own file. */
  public static byte[] levels() {
    try (InputStream in = TokenWeights.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IllegalStateException("no " + FILE + " beside " + TokenWeights.class);
      }
      return read(new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] read(BufferedReader lines) throws IOException {
    byte[] levels = new byte[ContextTable.ALL_SLOTS];
    String line = lines.readLine();
    while (line != null) {
      if (!line.startsWith("#")) {
        int blank = line.indexOf(' ');
        int at = Integer.parseInt(line, 0, blank, 10);
        for (int i = blank + 1; i < line.length(); i++) {
          levels[at + i - blank - 1] = (byte) (line.charAt(i) - NOUGHT);
        }
      }
      line = lines.readLine();
    }
    return levels;
  }

  /** The rows of a file with these levels, without its head. */
  public static String rows(byte[] levels) {
    StringBuilder rows = new StringBuilder();
    int at = skipNought(levels, 0, levels.length);
    while (at < levels.length) {
      int end = at;
      int next = at;
      while (next < levels.length && next - end < GAP && next - at < ROW) {
        end = levels[next] == 0 ? end : next + 1;
        next++;
      }
      rows.append(at).append(' ');
      for (int i = at; i < end; i++) {
        rows.append((char) (NOUGHT + levels[i]));
      }
      rows.append('\n');
      at = skipNought(levels, end, levels.length);
    }
    return rows.toString();
  }

  private static int skipNought(byte[] levels, int from, int to) {
    int i = from;
    while (i < to && levels[i] == 0) {
      i++;
    }
    return i;
  }

  /** Tokens that the character looked at adds, in units of {@link #TOKEN}; at least 0. */
  int share(TextContext at, int c) {
    return border(at) + (c < unknowns.length ? unknowns[c] : unknown(at, c));
  }

  /** The same without regard to whether the vocabulary lacks the character: at most one token. */
  int border(TextContext at) {
    short[] w = weights;
    return logistic(
        w[at.threeKinds]
            + w[at.runSlot]
            + w[at.wordSlot]
            + w[at.block]
            + w[at.characterSlot]
            + w[at.pair]
            + w[at.triple]);
  }

  /**
   * The same as {@link #border(TextContext)} for an ASCII character behind another.
   *
   * @param both the character before and this one, 7 bits each
   */
  int asciiBorder(int both, int threeKinds, int runSlot, int wordSlot, int triple) {
    short[] w = weights;
    return logistic(asciiPairs[both] + w[threeKinds] + w[runSlot] + w[wordSlot] + w[triple]);
  }

  private int unknown(TextContext at, int c) {
    int sum = at.unknownBias() + weights[at.unknown()] + weights[at.unknownBlock()];
    return TextContext.moreBytes(c) * logistic(sum);
  }

  private static int logistic(int sum) {
    return SHARES[TOP_SUM + Math.max(-TOP_SUM, Math.min(TOP_SUM, sum))];
  }
}
