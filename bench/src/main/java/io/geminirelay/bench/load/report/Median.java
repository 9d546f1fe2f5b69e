package io.geminirelay.bench.load.report;

import java.util.Arrays;

/** The value in the middle. */
public final class Median {
  private Median() {}

  /** Of {@code values} in any order: of an even number the mean of both; NaN where none is. */
  public static double of(double... values) {
    if (values.length == 0) {
      return Double.NaN;
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
}
