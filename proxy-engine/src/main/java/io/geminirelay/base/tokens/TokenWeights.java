package io.geminirelay.base.tokens;

import io.geminirelay.base.scan.Utf8Decoder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The calibrated weights of all slots, and what their sums mean in tokens.
 *
 * <p>In the file each weight is one printable character: a level from -46 to 46 around {@code P},
 * whose square says how large. Runs of what calibration never saw are left out. Immutable after
 * loading, so one instance serves all threads.
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

  /** So many levels of the unseen are worth a new row. */
  private static final int GAP = 8;

  /** Name of the weights' file, a resource beside this class. */
  public static final String FILE = "estimate-weights.txt";

  private static final int LARGEST = 4 * ONE;

  /** From here on a sum is certainty; so it is below its negative. */
  private static final int TOP_SUM = 8 * ONE;

  /** More than all other weights of a border can take away from {@link #TOP_SUM}. */
  private static final short CERTAIN = 40 * ONE;

  /** What each degree of strangeness weighs: 3 at the most. */
  private static final int STRANGE = 3 * ONE / TextContext.STRANGEST;

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

  /** The level next to the weight of a slot that calibration saw: never worth nought. */
  public static int seenLevel(double weight) {
    int level = level(weight);
    return weight(level) != 0 ? level : weight < 0 ? -2 : 2;
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
    byte[] levels = unseen();
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

  private static byte[] unseen() {
    byte[] levels = new byte[ContextTable.ALL_SLOTS];
    for (ContextTable table : ContextTable.values()) {
      Arrays.fill(levels, table.first(), table.end(), (byte) level(table.unseen()));
    }
    return levels;
  }

  /** The rows of a file with these levels, without its head. */
  public static String rows(byte[] levels) {
    byte[] unseen = unseen();
    StringBuilder rows = new StringBuilder();
    int at = Arrays.mismatch(levels, unseen);
    while (at >= 0) {
      int end = at;
      int next = at;
      while (next < levels.length && next - end < GAP && next - at < ROW) {
        end = levels[next] == unseen[next] ? end : next + 1;
        next++;
      }
      rows.append(at).append(' ');
      for (int i = at; i < end; i++) {
        rows.append((char) (NOUGHT + levels[i]));
      }
      rows.append('\n');
      int more = Arrays.mismatch(levels, end, levels.length, unseen, end, unseen.length);
      at = more < 0 ? more : end + more;
    }
    return rows.toString();
  }

  /**
   * Tokens that the character looked at adds, in units of {@link #TOKEN}; at least 0. What
   * calibration never saw weighs nought in {@link ContextTable#WIDE} and {@link
   * ContextTable#UNKNOWN}: where that goes on, most characters are a token or several.
   */
  int share(TextContext at, int c) {
    int border = border(at);
    if (c < 0x80 || c == Utf8Decoder.REPLACEMENT) {
      at.rare(false);
      return border;
    }
    if (at.rare(weights[at.unknown()] == 0)) {
      int sum = at.strangeBias() + weights[at.unknownBlock()];
      return border + TextContext.moreBytes(c) * logistic(sum);
    }
    return border + (c < unknowns.length ? unknowns[c] : unknown(at, c));
  }

  private int border(TextContext at) {
    short[] w = weights;
    int triple = w[at.triple];
    return logistic(
        at.strange(triple == 0) * STRANGE
            + w[at.threeKinds]
            + w[at.runSlot]
            + w[at.wordSlot]
            + w[at.block]
            + w[at.characterSlot]
            + w[at.pair]
            + triple);
  }

  /**
   * The same as {@link #border} for an ASCII character behind another.
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
