package io.geminirelay.base.config;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The form of keys and tokens: they travel in header fields, so only visible ASCII will do. */
public final class Credentials {
  private static final Pattern VISIBLE = Pattern.compile("[!-~]{1,4096}");

  private Credentials() {}

  /** Whether {@code text} can be a key or token. */
  public static boolean isCredential(String text) {
    return VISIBLE.matcher(text).matches();
  }

  /** {@code scalar} as a secret; null when it is null, or after a problem. */
  static @Nullable Secret secret(Problems problems, @Nullable Scalar scalar) {
    if (scalar == null) {
      return null;
    }
    if (isCredential(scalar.text())) {
      return Secret.of(scalar.text());
    }
    String expected = "visible ASCII characters without blanks, 4096 at most";
    problems.add(scalar.place(), Shown.MASK, expected);
    return null;
  }
}
