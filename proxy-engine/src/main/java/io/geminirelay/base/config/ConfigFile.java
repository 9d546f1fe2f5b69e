package io.geminirelay.base.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The file of a configuration with a text: the one on disk, or one that shall take its place.
 *
 * @param path where it is, or null when the environment alone gives the configuration
 * @param text YAML, with whatever secrets stand in it; never to be shown
 */
public record ConfigFile(@Nullable Path path, String text) {

  /** The same file with another text. */
  public ConfigFile with(String other) {
    return new ConfigFile(path, other);
  }

  /** How problems call the file {@code path}. */
  static String name(@Nullable Path path) {
    return path == null ? Place.ENVIRONMENT : String.valueOf(path.getFileName());
  }

  /** Leaves the text out, as keys stand in it. */
  @Override
  public String toString() {
    return "ConfigFile[" + path + "]";
  }
}
