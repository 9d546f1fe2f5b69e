package io.geminirelay.base.config;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The form of keys and tokens: they travel in header fields, so only visible ASCII will do. */
final class Credentials {
  private static final Pattern VISIBLE = Pattern.compile("[!-~]{1,4096}");

  private Credentials() {}

  /** {@code scalar} as a secret; null when it is null, or after a problem. */
  static @Nullable Secret secret(Problems problems, @Nullable Scalar scalar) {
    if (scalar == null) {
      return null;
    }
    if (VISIBLE.matcher(scalar.text()).matches()) {
      return Secret.of(scalar.text());
    }
    String expected = "visible ASCII characters without blanks, 4096 at most";
    problems.add(scalar.place(), Shown.MASK, expected);
    return null;
  }
}
