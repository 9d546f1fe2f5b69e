package io.geminirelay.bench.tokens;

import io.geminirelay.base.tokens.ContextTable;
import java.util.Arrays;
import java.util.List;

/**
 * How each text's expected tokens change with each weight: a matrix of few entries, a row for each
 * text, already scaled by how much the text counts.
 */
final class Slopes {
  private final int[][] slots;
  private final double[][] values;

  private Slopes(int texts) {
    slots = new int[texts][];
    values = new double[texts][];
  }

  static Slopes at(List<TextSlots> texts, double[] weights, double[] scales) {
    Slopes slopes = new Slopes(texts.size());
    double[] row = new double[ContextTable.ALL_SLOTS];
    for (int t = 0; t < texts.size(); t++) {
      Arrays.fill(row, 0);
      texts.get(t).addSlope(weights, row);
      slopes.keep(t, row, scales[t]);
    }
    return slopes;
  }

  private void keep(int text, double[] row, double scale) {
    int[] at = new int[row.length];
    double[] of = new double[row.length];
    int n = 0;
    for (int slot = 0; slot < row.length; slot++) {
      if (row[slot] != 0) {
        at[n] = slot;
        of[n++] = row[slot] * scale;
      }
    }
    slots[text] = Arrays.copyOf(at, n);
    values[text] = Arrays.copyOf(of, n);
  }

  /** The matrix times a value for each slot. */
  double[] times(double[] bySlot) {
    double[] product = new double[slots.length];
    for (int t = 0; t < slots.length; t++) {
      for (int i = 0; i < slots[t].length; i++) {
        product[t] += values[t][i] * bySlot[slots[t][i]];
      }
    }
    return product;
  }

  /** A value for each text times the matrix. */
  double[] transposedTimes(double[] byText) {
    double[] product = new double[ContextTable.ALL_SLOTS];
    for (int t = 0; t < slots.length; t++) {
      for (int i = 0; i < slots[t].length; i++) {
        product[slots[t][i]] += values[t][i] * byText[t];
      }
    }
    return product;
  }

  /**
   * How alike the texts are: the matrix times its own transpose, each slot divided by its
   * stiffness.
   */
  double[][] kinship(double[] stiffness) {
    int[] ends = new int[stiffness.length + 1];
    for (int[] row : slots) {
      for (int slot : row) {
        ends[slot + 1]++;
      }
    }
    Arrays.parallelPrefix(ends, Integer::sum);
    int[] next = ends.clone();
    int[] text = new int[ends[stiffness.length]];
    double[] value = new double[text.length];
    for (int t = 0; t < slots.length; t++) {
      for (int i = 0; i < slots[t].length; i++) {
        int place = next[slots[t][i]]++;
        text[place] = t;
        value[place] = values[t][i];
      }
    }
    double[][] kinship = new double[slots.length][slots.length];
    for (int slot = 0; slot < stiffness.length; slot++) {
      for (int a = ends[slot]; a < ends[slot + 1]; a++) {
        double scaled = value[a] / stiffness[slot];
        double[] row = kinship[text[a]];
        for (int b = ends[slot]; b <= a; b++) {
          row[text[b]] += scaled * value[b];
        }
      }
    }
    return kinship;
  }
}
