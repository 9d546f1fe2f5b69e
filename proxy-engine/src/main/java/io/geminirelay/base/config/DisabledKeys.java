package io.geminirelay.base.config;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the list {@code disabled_keys}: fingerprints of keys that are put aside by hand. */
final class DisabledKeys {
  private static final Pattern FINGERPRINT = Pattern.compile("[0-9A-Fa-f]{10}");

  private DisabledKeys() {}

  /** The fingerprints that are listed and are of one of {@code known}. */
  static Set<String> read(ConfigTree root, Collection<String> known) {
    Set<String> disabled = new LinkedHashSet<>();
    for (Scalar scalar : root.scalars("disabled_keys", false)) {
      String fingerprint = scalar.text().toLowerCase(Locale.ROOT);
      // of any form: one in a million fingerprints has only digits, and YAML takes it for a number
      if (!FINGERPRINT.matcher(fingerprint).matches()) {
        String expected = "the ten hexadecimal digits behind the # of a key's name";
        root.problems().add(scalar.place(), Shown.plain(scalar.text()), expected);
      } else if (!known.contains(fingerprint)) {
        String expected = "the fingerprint of a key";
        root.problems().warn(scalar.place(), "the fingerprint of no key", expected);
      } else if (!disabled.add(fingerprint)) {
        root.problems().warn(scalar.place(), "a fingerprint a second time", "each key once");
      }
    }
    return Set.copyOf(disabled);
  }
}
