package io.geminirelay.base.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where the configuration comes from.
 *
 * @param file file named on the command line, or null to look for one
 * @param workingDirectory folder that is searched and that relative paths start from
 * @param environment variables that override the file
 * @param reads told of each file before it is read or looked for: this one, and those that it names
 */
public record ConfigSource(
    @Nullable Path file,
    Path workingDirectory,
    Map<String, String> environment,
    Consumer<Path> reads) {

  /** Copies the environment, which may be a live view. */
  public ConfigSource {
    environment = Map.copyOf(environment);
  }

  /** A source that tells nobody what is read. */
  public ConfigSource(@Nullable Path file, Path workingDirectory, Map<String, String> environment) {
    this(file, workingDirectory, environment, path -> {});
  }

  /** The same source, telling {@code listener} of each file before it is read or looked for. */
  public ConfigSource telling(Consumer<Path> listener) {
    return new ConfigSource(file, workingDirectory, environment, listener);
  }

  /** The same source with {@code found} as its file: no other is looked for if that is gone. */
  public ConfigSource staying(Path found) {
    return new ConfigSource(found, workingDirectory, environment, reads);
  }

  /**
   * The process's own environment and working directory; {@code file} as given by {@code --config}.
   */
  public static ConfigSource ofProcess(@Nullable Path file) {
    return new ConfigSource(file, Path.of("").toAbsolutePath(), EnvOverlay.ofProcess());
  }

  /** The variable that is set and comes before the file's setting at {@code path}, or null. */
  public @Nullable String variableOver(String path) {
    return new EnvOverlay(environment).variableOver(path);
  }

  /** Names of the clients whose tokens come from {@code API_KEYS}. */
  public Set<String> clients() {
    return new EnvOverlay(environment).clientTokens().keySet();
  }

  /** Names the parts without showing the environment's values. */
  @Override
  public String toString() {
    return "ConfigSource[file=" + file + ", workingDirectory=" + workingDirectory + "]";
  }
}
