package io.geminirelay.base.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** Loads texts as the gateway loads its file. */
abstract class ConfigLoaderCase {
  static final String SECRET = ConfigTexts.SECRET;
  static final String KEY = ConfigTexts.KEY;

  @TempDir Path folder;

  EngineConfig load(String text, Map<String, String> environment) throws Exception {
    return ConfigTexts.load(folder, text, environment);
  }

  List<Problem> problems(String text, Map<String, String> environment) {
    return ConfigTexts.problems(folder, text, environment);
  }
}
