package io.geminirelay.base.exchange;

import io.geminirelay.base.config.ClientConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which models a client may use. In a pattern a star stands for any text, also none; case counts; a
 * {@code models/} prefix is left out on both sides. Pure.
 */
public final class ModelPattern {
  private static final String PREFIX = "models/";

  private ModelPattern() {}

  /**
   * Whether {@code client} may use {@code model}. An unknown caller of an open gateway may use all;
   * an empty model is not known yet and passes.
   */
  public static boolean allows(@Nullable ClientConfig client, String model) {
    return client == null
        || model.isEmpty()
        || client.models().isEmpty()
        || matchesAny(client.models(), model);
  }

  /** Whether one of {@code patterns} covers {@code model}. */
  public static boolean matchesAny(List<String> patterns, String model) {
    for (int i = 0; i < patterns.size(); i++) {
      if (matches(patterns.get(i), model)) {
        return true;
      }
    }
    return false;
  }

  /** Whether {@code pattern} covers {@code model}; linear in the model for each star. */
  public static boolean matches(String pattern, String model) {
    int p = pattern.startsWith(PREFIX) ? PREFIX.length() : 0;
    int m = model.startsWith(PREFIX) ? PREFIX.length() : 0;
    int star = -1;
    int resume = 0;
    while (m < model.length()) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        star = p++;
        resume = m;
      } else if (p < pattern.length() && pattern.charAt(p) == model.charAt(m)) {
        p++;
        m++;
      } else if (star >= 0) {
        p = star + 1;
        m = ++resume;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }
}
