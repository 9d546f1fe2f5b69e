package io.geminirelay.base.config.edit;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.config.ConfigFile;
import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.Priority;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.config.edit.ConfigEdit.AddKeys;
import io.geminirelay.base.config.edit.ConfigEdit.NewKey;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** What the tests of changes to a YAML text have in common. */
abstract class YamlEdits {
  @TempDir Path folder;

  String edit(String text, ConfigEdit edit) throws EditException {
    Map<String, String> environment =
        Map.of("TEAM_KEY", "key-of-team", "GEMINI_API_KEY", "key-env");
    ConfigSource source = new ConfigSource(null, folder, environment);
    ConfigFile file = new ConfigFile(folder.resolve("proxy.yaml"), text);
    return Replay.editor(source, file).apply(text, edit);
  }

  static AddKeys add(String group, String... keys) {
    return new AddKeys(group, List.of(keys).stream().map(YamlEdits::plain).toList());
  }

  static NewKey plain(String key) {
    return new NewKey(Secret.of(key), null, null);
  }

  static String print(String key) {
    return Secret.of(key).fingerprint();
  }

  static ClientConfig client(String name) {
    return new ClientConfig(
        name, new byte[32], 5, 0, 0, List.of("gemini-*"), List.of(), Priority.NORMAL);
  }
}
