package io.geminirelay.command;

import java.util.Locale;

/** Writes numbers and times as people read them. Pure. */
final class Shown {
  private static final String UNKNOWN = "-";

  private Shown() {}

  /** A count in at most five characters: {@code 950}, {@code 12.3k}, {@code 4.56M}. */
  static String count(double number) {
    if (Double.isNaN(number)) {
      return UNKNOWN;
    }
    double size = Math.abs(number);
    if (size < 1000) {
      return String.valueOf(Math.round(number));
    }
    if (size < 999_950) {
      return String.format(Locale.ROOT, size < 9_995 ? "%.2fk" : "%.1fk", number / 1e3);
    }
    return size < 999_950_000
        ? String.format(Locale.ROOT, size < 9_995_000 ? "%.2fM" : "%.1fM", number / 1e6)
        : String.format(Locale.ROOT, "%.2fG", number / 1e9);
  }

  /** A rate, with one digit behind the point. */
  static String rate(double number) {
    return Double.isNaN(number) ? UNKNOWN : String.format(Locale.ROOT, "%.1f", number);
  }

  /** A share of one, in percent. */
  static String share(double number) {
    return Double.isNaN(number) ? UNKNOWN : Math.round(number * 100) + " %";
  }

  /** Milliseconds, or seconds where there are many. */
  static String millis(double millis) {
    if (Double.isNaN(millis)) {
      return UNKNOWN;
    }
    return millis < 1000
        ? Math.round(millis) + " ms"
        : String.format(Locale.ROOT, "%.2f s", millis / 1000);
  }

  /** A span of time, by its two largest units. */
  static String seconds(double seconds) {
    if (Double.isNaN(seconds)) {
      return UNKNOWN;
    }
    long all = Math.max(0, Math.round(seconds));
    if (all < 60) {
      return all + " s";
    }
    if (all < 3600) {
      return all / 60 + " min " + all % 60 + " s";
    }
    return all < 86_400
        ? all / 3600 + " h " + all / 60 % 60 + " min"
        : all / 86_400 + " d " + all / 3600 % 24 + " h";
  }

  /** A text that may be empty. */
  static String text(String text) {
    return text.isEmpty() ? UNKNOWN : text;
  }

  /** The time of day of an ISO moment, or what there is of it. */
  static String time(String moment) {
    int t = moment.indexOf('T');
    return t < 0 || moment.length() < t + 9 ? text(moment) : moment.substring(t + 1, t + 9);
  }
}
