package io.geminirelay.base.config;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds the valid name that somebody probably meant, by edit distance (Levenshtein 1965). */
final class NearestName {
  private NearestName() {}

  /** The closest of {@code names}, or null when none is closer than half of the word away. */
  static @Nullable String of(String word, Collection<String> names) {
    String wanted = plain(word);
    String nearest = null;
    int least = Math.max(2, wanted.length() / 2) + 1;
    for (String name : names) {
      int distance = distance(wanted, plain(name));
      if (distance < least) {
        least = distance;
        nearest = name;
      }
    }
    return nearest;
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
  }

  /** Insertions, deletions and replacements that turn {@code a} into {@code b}. */
  static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
