package io.geminirelay.bench.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A level over time, and whether it stayed where it was. The first quarter is warming up. Not
 * thread safe.
 */
final class Samples {
  private static final double WARM_UP = 0.25;

  private final List<Double> seconds = new ArrayList<>();
  private final List<Double> values = new ArrayList<>();

  void add(double atSeconds, double value) {
    seconds.add(atSeconds);
    values.add(value);
  }

  private int first() {
    return (int) Math.ceil(values.size() * WARM_UP);
  }

  /** The mean level of the first half of what follows the warm-up. */
  double level() {
    int from = first();
    int to = Math.max(from + 1, (from + values.size()) / 2);
    return values.subList(from, Math.min(to, values.size())).stream()
        .mapToDouble(Double::doubleValue)
        .average()
        .orElse(0);
  }

  /** The last value. */
  double last() {
    return values.isEmpty() ? 0 : values.get(values.size() - 1);
  }

  double most() {
    return values.stream().mapToDouble(Double::doubleValue).max().orElse(0);
  }

  /** What a straight line through the samples after the warm-up (least squares) grows by. */
  double growth() {
    int from = first();
    int count = values.size() - from;
    if (count < 3) {
      return 0;
    }
    double meanX = 0;
    double meanY = 0;
    for (int i = from; i < values.size(); i++) {
      meanX += seconds.get(i) / count;
      meanY += values.get(i) / count;
    }
    double above = 0;
    double below = 0;
    for (int i = from; i < values.size(); i++) {
      double x = seconds.get(i) - meanX;
      above += x * (values.get(i) - meanY);
      below += x * x;
    }
    return below == 0 ? 0 : above / below * (seconds.get(values.size() - 1) - seconds.get(from));
  }

  /** Whether it grew by no more than a share of its level and so many bytes. */
  boolean isFlat(double share, double bytes) {
    return growth() <= share * level() + bytes;
  }

  /** Level, end and growth in MB. */
  String inMb() {
    return String.format(
        Locale.ROOT,
        "level %.1f MB, most %.1f MB, end %.1f MB, trend %+.1f MB",
        level() / 1e6,
        most() / 1e6,
        last() / 1e6,
        growth() / 1e6);
  }
}
