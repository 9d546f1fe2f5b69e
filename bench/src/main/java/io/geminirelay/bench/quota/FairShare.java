package io.geminirelay.bench.quota;

import java.util.Arrays;

/** How the answers there were should have been shared out: nobody gets more at another's cost. */
final class FairShare {
  private FairShare() {}

  /** The smallest of the clients' shares, as a part of what was fair; 1 when all was fair. */
  static double worst(long[] asked, long[] answered) {
    double level = level(asked, Arrays.stream(answered).sum());
    double worst = 1;
    for (int i = 0; i < asked.length; i++) {
      if (asked[i] > 0) {
        worst = Math.min(worst, answered[i] / Math.min(level, (double) asked[i]));
      }
    }
    return worst;
  }

  /** What a client gets at most: those that asked for less have all they asked for. */
  private static double level(long[] asked, long total) {
    long[] sorted = asked.clone();
    Arrays.sort(sorted);
    double left = total;
    for (int i = 0; i < sorted.length; i++) {
      double each = left / (sorted.length - i);
      if (sorted[i] >= each) {
        return each;
      }
      left -= sorted[i];
    }
    return Double.MAX_VALUE;
  }
}
