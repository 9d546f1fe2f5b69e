package io.geminirelay.bench.tokens;

import io.geminirelay.base.tokens.ContextTable;
import java.util.List;

/**
 * Finds the weights that make the expected tokens of texts come near the known ones, and that are
 * themselves small: ridge regression around a logistic, by Levenberg's and Marquardt's damped
 * steps.
 *
 * <p>There are some thousand times more weights than texts, so each step is solved for the texts (a
 * few hundred unknowns), not for the weights. A weight that few texts speak for stays near nought,
 * and what many share is learned by the coarse tables first, whose weights are less stiff. No
 * randomness, one thread, strict arithmetic: the result is the same everywhere, bit for bit.
 */
final class Fit {
  private static final int STEPS = 40;
  private static final int TRIES = 8;
  private static final double ENOUGH = 1e-3;

  /** Texts count as if their error were measured in tokens^0.75: long ones more than short. */
  private static final double POWER = 0.75;

  private static final double TYPICAL_TOKENS = 300;

  private final List<TextSlots> texts;
  private final double[] scales;
  private final double[] stiffness = stiffness();

  private Fit(List<TextSlots> texts) {
    this.texts = texts;
    this.scales = new double[texts.size()];
    for (int t = 0; t < scales.length; t++) {
      scales[t] =
          1
              / (StrictMath.pow(texts.get(t).tokens, POWER)
                  * StrictMath.pow(TYPICAL_TOKENS, 1 - POWER));
    }
  }

  /** Weights for all slots, fitted to these texts. */
  static double[] of(List<TextSlots> texts) {
    return new Fit(texts).run();
  }

  /** How hard each weight is to move; cross-validation chose the orders of magnitude. */
  private static double[] stiffness() {
    double[] all = new double[ContextTable.ALL_SLOTS];
    for (ContextTable table : ContextTable.values()) {
      double stiff =
          switch (table) {
            case KINDS -> 2e-4;
            case THREE_KINDS -> 5e-4;
            case RUN, WORD, BLOCK, UNKNOWN_BLOCK -> 1e-3;
            case CHARACTER, PAIR, TRIPLE, UNKNOWN -> 3e-3;
          };
      java.util.Arrays.fill(all, table.first(), table.end(), stiff);
    }
    return all;
  }

  private double[] run() {
    double[] weights = new double[ContextTable.ALL_SLOTS];
    double[] misses = misses(weights);
    double cost = cost(weights, misses);
    double damping = 1;
    for (int step = 0; step < STEPS; step++) {
      Slopes slopes = Slopes.at(texts, weights, scales);
      double[][] kinship = slopes.kinship(stiffness);
      double[] pull = slopes.times(weights);
      double before = cost;
      for (int attempt = 0; attempt < TRIES && cost >= before; attempt++) {
        double[] moved = moved(weights, misses, slopes, kinship, pull, damping);
        double[] left = misses(moved);
        double price = cost(moved, left);
        if (price < before) {
          weights = moved;
          misses = left;
          cost = price;
          damping /= attempt == 0 ? 4 : 1;
        } else {
          damping *= 4;
        }
      }
      if (before - cost < ENOUGH * before) {
        break;
      }
    }
    return weights;
  }

  private double[] moved(
      double[] weights,
      double[] misses,
      Slopes slopes,
      double[][] kinship,
      double[] pull,
      double damping) {
    double stiffer = 1 + damping;
    double[] right = new double[misses.length];
    for (int t = 0; t < right.length; t++) {
      right[t] = misses[t] + pull[t] / stiffer;
    }
    double[] step = slopes.transposedTimes(Cholesky.solve(kinship, 1 / stiffer, right));
    double[] moved = new double[weights.length];
    for (int i = 0; i < moved.length; i++) {
      moved[i] = weights[i] + (step[i] / stiffness[i] - weights[i]) / stiffer;
    }
    return moved;
  }

  private double[] misses(double[] weights) {
    double[] misses = new double[texts.size()];
    for (int t = 0; t < misses.length; t++) {
      TextSlots text = texts.get(t);
      misses[t] = (text.tokens - text.expected(weights)) * scales[t];
    }
    return misses;
  }

  private double cost(double[] weights, double[] misses) {
    double cost = 0;
    for (double miss : misses) {
      cost += miss * miss;
    }
    for (int i = 0; i < weights.length; i++) {
      cost += stiffness[i] * weights[i] * weights[i];
    }
    return cost;
  }
}
