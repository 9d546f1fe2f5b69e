package io.geminirelay;

import org.jspecify.annotations.Nullable;

/** The program's version, as its jar tells it. */
final class Version {
  private Version() {}

  /** For example {@code 0.1.0}; {@code development} outside a jar. */
  static String text() {
    @Nullable String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
