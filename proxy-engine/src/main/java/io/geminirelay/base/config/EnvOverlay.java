package io.geminirelay.base.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The environment, laid over the file: the one place that knows the names of variables.
 *
 * <p>A variable that is empty counts as not set, as container tools pass unset values on like that.
 */
final class EnvOverlay {
  private static final Map<String, String> PATHS =
      Map.ofEntries(
          Map.entry("server.host", "HOST"),
          Map.entry("server.port", "PORT"),
          Map.entry("redis_url", "REDIS_URL"),
          Map.entry("log_level", "LOG_LEVEL"),
          Map.entry("log_format", "LOG_FORMAT"),
          Map.entry("max_failures_threshold", "MAX_FAILURES_THRESHOLD"),
          Map.entry("generate.model", "MODEL_ID"),
          Map.entry("generate.chunk_token", "chunk_token"),
          Map.entry("generate.password", "api_password"));

  private final Map<String, String> environment;

  EnvOverlay(Map<String, String> environment) {
    this.environment = environment;
  }

  /** The process's environment. Nothing else asks for it. */
  static Map<String, String> ofProcess() {
    return System.getenv();
  }

  /** What the environment says about the setting at {@code path}, or null for nothing. */
  @Nullable Scalar value(String path) {
    String name = PATHS.get(path);
    return name == null ? null : variable(name);
  }

  /** The file that {@code CONFIG_PATH} names, or null. */
  @Nullable Scalar configPath() {
    return variable("CONFIG_PATH");
  }

  /** The folder that the service manager made for state (systemd.exec(5)), the first of several. */
  @Nullable Path stateDirectory() {
    Scalar given = variable("STATE_DIRECTORY");
    return given == null ? null : Path.of(given.text().split(":", 2)[0]);
  }

  /** The variable that comes before the setting at {@code path}, or null. */
  @Nullable String variableOver(String path) {
    return value(path) == null ? null : PATHS.get(path);
  }

  /** API keys that make up the group {@code env}. */
  List<Scalar> keys() {
    List<Scalar> all = new ArrayList<>(list("GEMINI_API_KEY_LIST"));
    for (Scalar key : list("GEMINI_API_KEY")) {
      if (all.stream().noneMatch(known -> known.text().equals(key.text()))) {
        all.add(key);
      }
    }
    return all;
  }

  /**
   * API keys for one group of the file, as the older proxies named the variable: {@code
   * GEMINI_PROXY_GROUP_<NAME>_API_KEYS}.
   */
  List<Scalar> keysOfGroup(String group) {
    String name = group.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    return list("GEMINI_PROXY_GROUP_" + name + "_API_KEYS");
  }

  /** Client tokens by the client's name, {@code env-1} and on. */
  Map<String, Scalar> clientTokens() {
    Map<String, Scalar> all = new LinkedHashMap<>();
    for (Scalar token : list("API_KEYS")) {
      all.put("env-" + (all.size() + 1), token);
    }
    return all;
  }

  /** The entries of a text that are separated by commas or line ends. */
  static List<Scalar> split(Scalar whole) {
    return whole
        .text()
        .lines()
        .flatMap(line -> List.of(line.split(",", -1)).stream())
        .map(String::strip)
        .filter(text -> !text.isEmpty() && !text.startsWith("#"))
        .map(text -> new Scalar(text, whole.place(), whole.form()))
        .toList();
  }

  private List<Scalar> list(String name) {
    Scalar whole = variable(name);
    return whole == null ? List.of() : split(whole);
  }

  private @Nullable Scalar variable(String name) {
    String text = environment.get(name);
    return text == null || text.isBlank()
        ? null
        : new Scalar(text.strip(), Place.variable(name), Scalar.Form.ANY);
  }
}
