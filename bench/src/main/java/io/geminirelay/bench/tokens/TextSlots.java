package io.geminirelay.bench.tokens;

import io.geminirelay.base.tokens.TextContext;
import io.geminirelay.base.tokens.TokenWeights;
import java.util.Arrays;

/** A text as calibration sees it: the slots of each character whose share is not certain. */
final class TextSlots {
  /** Tokens of the text under the real vocabulary. */
  final int tokens;

  /** Borders that are certain. */
  final int certain;

  /** {@link TextContext#BORDER_SLOTS} slots for each other border. */
  final int[] borders;

  /** Two slots, the bias and the further bytes of each character beyond ASCII. */
  final int[] unknowns;

  private TextSlots(int tokens, int certain, int[] borders, int[] unknowns) {
    this.tokens = tokens;
    this.certain = certain;
    this.borders = borders;
    this.unknowns = unknowns;
  }

  static TextSlots of(KnownText known) {
    int[] points = known.text().codePoints().toArray();
    TextContext context = new TextContext();
    int[] borders = new int[points.length * TextContext.BORDER_SLOTS];
    int[] unknowns = new int[points.length * 4];
    int[] slots = new int[TextContext.SLOTS];
    int certain = 0;
    int b = 0;
    int u = 0;
    for (int c : points) {
      context.next(c);
      context.slots(slots, 0);
      if (context.certain()) {
        certain++;
      } else {
        System.arraycopy(slots, 0, borders, b, TextContext.BORDER_SLOTS);
        b += TextContext.BORDER_SLOTS;
      }
      if (c >= 0x80) {
        unknowns[u++] = slots[TextContext.BORDER_SLOTS];
        unknowns[u++] = slots[TextContext.BORDER_SLOTS + 1];
        unknowns[u++] = context.unknownBias();
        unknowns[u++] = TextContext.moreBytes(c);
      }
    }
    return new TextSlots(
        known.tokens(), certain, Arrays.copyOf(borders, b), Arrays.copyOf(unknowns, u));
  }

  /** Tokens that these weights expect. */
  double expected(double[] weights) {
    double sum = certain;
    for (int i = 0; i < borders.length; i += TextContext.BORDER_SLOTS) {
      sum += border(weights, i);
    }
    for (int i = 0; i < unknowns.length; i += 4) {
      sum += unknowns[i + 3] * unknown(weights, i);
    }
    return sum;
  }

  /**
   * Adds how the expected tokens change with each weight.
   *
   * @param into one for each slot
   */
  void addSlope(double[] weights, double[] into) {
    for (int i = 0; i < borders.length; i += TextContext.BORDER_SLOTS) {
      double p = border(weights, i);
      double slope = p * (1 - p);
      for (int j = i; j < i + TextContext.BORDER_SLOTS; j++) {
        into[borders[j]] += slope;
      }
    }
    for (int i = 0; i < unknowns.length; i += 4) {
      double p = unknown(weights, i);
      double slope = unknowns[i + 3] * p * (1 - p);
      into[unknowns[i]] += slope;
      into[unknowns[i + 1]] += slope;
    }
  }

  private double border(double[] weights, int at) {
    double sum = (double) TokenWeights.BORDER_BIAS / TokenWeights.ONE;
    for (int j = at; j < at + TextContext.BORDER_SLOTS; j++) {
      sum += weights[borders[j]];
    }
    return 1 / (1 + StrictMath.exp(-sum));
  }

  private double unknown(double[] weights, int at) {
    double bias = (double) unknowns[at + 2] / TokenWeights.ONE;
    double sum = bias + weights[unknowns[at]] + weights[unknowns[at + 1]];
    return 1 / (1 + StrictMath.exp(-sum));
  }
}
