package io.geminirelay.base.config;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Loads configurations that tests write as texts. */
final class ConfigTexts {
  static final String SECRET = "AIzaSecretOfTheOperator0000000000000001";
  static final String KEY = "groups: [{name: a, api_keys: [" + SECRET + "]}]\n";

  private ConfigTexts() {}

  static EngineConfig load(Path folder, String text, Map<String, String> environment)
      throws Exception {
    Path file = folder.resolve("config.yaml");
    Files.writeString(file, text);
    return ConfigLoader.load(new ConfigSource(file, folder, environment)).config();
  }

  /** The problems of a text that is refused, which do not show its secret. */
  static List<Problem> problems(Path folder, String text, Map<String, String> environment) {
    ConfigException refused =
        assertThrows(ConfigException.class, () -> load(folder, text, environment), text);
    assertFalse(refused.getMessage().contains("SecretOfTheOperator"), refused.getMessage());
    return refused.problems();
  }
}
