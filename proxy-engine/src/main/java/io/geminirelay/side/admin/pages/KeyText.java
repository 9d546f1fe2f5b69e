package io.geminirelay.side.admin.pages;

import io.geminirelay.base.config.Credentials;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.scan.KeyForm;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The keys of a pasted text: one a line, blanks around it and comments behind {@code #} left out.
 * Nothing in it repeats what cannot be a key, since that may be a key with a slip.
 *
 * @param added keys that are not known yet, each once, in their order
 * @param known how many are known already, or stand there twice
 * @param invalid lines that cannot be keys
 */
record KeyText(List<Secret> added, int known, List<Line> invalid) {

  private static final int MAX_NAMED = 5;

  /**
   * A line that cannot be a key.
   *
   * @param number from 1
   * @param problem what is wrong
   */
  record Line(int number, String problem) {}

  /** What is to be said of those of {@code keys} that have another form; empty for nothing. */
  static List<String> doubts(List<Secret> keys) {
    List<String> odd =
        keys.stream().filter(key -> !KeyForm.begins(key.reveal())).map(Secret::toString).toList();
    if (odd.isEmpty()) {
      return List.of();
    }
    String named = String.join(", ", odd.subList(0, Math.min(MAX_NAMED, odd.size())));
    String more = odd.size() > MAX_NAMED ? " and " + (odd.size() - MAX_NAMED) + " more" : "";
    return List.of(
        "does not look like a key of Google's (AIza… or AQ.…): " + named + more + "; verify it");
  }

  /** What is wrong with {@code text} as a key; empty for nothing. */
  static String problem(String text) {
    if (text.chars().anyMatch(c -> c <= ' ')) {
      return "a key has no blanks; is it more than one?";
    }
    return Credentials.isCredential(text)
        ? ""
        : "a key has visible ASCII characters only, 4096 at most";
  }

  /** Reads {@code text}; {@code isKnown} tells which keys there are already. */
  static KeyText of(String text, Predicate<Secret> isKnown) {
    Set<Secret> seen = new HashSet<>();
    List<Secret> added = new ArrayList<>();
    List<Line> invalid = new ArrayList<>();
    int known = 0;
    int number = 0;
    for (String line : text.split("\r\n|\n|\r", -1)) {
      number++;
      int comment = line.indexOf('#');
      String key = (comment < 0 ? line : line.substring(0, comment)).strip();
      if (key.isEmpty()) {
        continue;
      }
      String problem = problem(key);
      if (!problem.isEmpty()) {
        invalid.add(new Line(number, problem));
      } else if (isKnown.test(Secret.of(key)) || !seen.add(Secret.of(key))) {
        known++;
      } else {
        added.add(Secret.of(key));
      }
    }
    return new KeyText(List.copyOf(added), known, List.copyOf(invalid));
  }
}
