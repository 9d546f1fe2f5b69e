package io.geminirelay.bench.load.report;

/**
 * An axis that puts equal ratios at equal distances.
 *
 * @param least value at its beginning
 * @param most value at its end
 * @param from place of its beginning
 * @param to place of its end
 */
record Scale(double least, double most, double from, double to) {
  /** Whole decades that hold all from {@code least} to {@code most}. */
  static Scale decades(double least, double most, double from, double to) {
    double begin = Math.pow(10, Math.floor(Math.log10(least)));
    double end = Math.pow(10, Math.ceil(Math.log10(most)));
    return new Scale(begin, end > begin ? end : begin * 10, from, to);
  }

  /** Where {@code value} is; what lies outside is put at the end. */
  double place(double value) {
    double inside = Math.min(most, Math.max(least, value));
    double share = Math.log(inside / least) / Math.log(most / least);
    return from + share * (to - from);
  }

  /**
   * How many nines a percentile has: 0 for none, 1 for 90 %, 2 for 99 %, and what lies between
   * accordingly.
   */
  static double nines(double percentile) {
    return -Math.log10(1 - percentile / 100);
  }

  /** The percentile with so many nines. */
  static double percentile(double nines) {
    return 100 * (1 - Math.pow(10, -nines));
  }
}
