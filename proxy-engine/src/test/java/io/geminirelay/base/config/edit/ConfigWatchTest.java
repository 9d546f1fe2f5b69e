package io.geminirelay.base.config.edit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.geminirelay.base.config.ConfigException;
import io.geminirelay.base.config.ConfigSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What counts as a change of the configuration's files by others. */
class ConfigWatchTest {
  private static final String YAML = "groups: [{name: a, api_keys: [k1]}]\n";
  private static final int LOOKS = 5;

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void write() throws Exception {
    file = Files.writeString(folder.resolve("proxy.yaml"), YAML);
  }

  private static ConfigStore loaded(Path config) throws ConfigException {
    ConfigStore store = new ConfigStore(new ConfigSource(config, Path.of(""), Map.of()));
    store.load();
    return store;
  }

  /** How often several looks in a row find news. */
  private static int news(ConfigWatch watch) {
    int found = 0;
    for (int i = 0; i < LOOKS; i++) {
      found += watch.look() ? 1 : 0;
    }
    return found;
  }

  private void replace(Path target, String text) throws IOException {
    Path other = Files.writeString(folder.resolve("other"), text);
    Files.move(other, target, StandardCopyOption.ATOMIC_MOVE);
  }

  @Test
  void aFileThatIsReplacedCountsOnce() throws Exception {
    ConfigStore store = loaded(file);
    ConfigWatch watch = new ConfigWatch(store);
    assertEquals(0, news(watch));
    replace(file, YAML + "max_wait_secs: 3\n");
    assertEquals(1, news(watch));
    store.load();
    assertEquals(0, news(watch));
    replace(file, YAML);
    assertEquals(1, news(watch));
  }

  @Test
  void aFileThatIsBeingWrittenDoesNotCountYet() throws Exception {
    ConfigWatch watch = new ConfigWatch(loaded(file));
    assertFalse(watch.look());
    for (int i = 1; i < LOOKS; i++) {
      Files.writeString(file, YAML.substring(0, i));
      assertFalse(watch.look(), "after " + i + " steps");
    }
    Files.writeString(file, YAML + "max_wait_secs: 3\n");
    assertEquals(1, news(watch));
  }

  @Test
  void whatWasReadSinceIsNoNews() throws Exception {
    ConfigStore store = loaded(file);
    ConfigWatch watch = new ConfigWatch(store);
    assertEquals(0, news(watch));
    replace(file, YAML + "max_wait_secs: 3\n");
    store.load();
    assertEquals(0, news(watch));
    replace(file, YAML + "max_wait_secs: 3\n");
    assertEquals(0, news(watch), "the same text");
  }

  @Test
  void theGatewaysOwnChangeIsNoNewsAndTheOperatorsBesideItIs() throws Exception {
    ConfigStore store = loaded(file);
    ConfigWatch watch = new ConfigWatch(store);
    assertEquals(0, news(watch));
    assertEquals(Saved.FILE, store.change(new ConfigEdit.Set("max_wait_secs", 7)).saved());
    assertEquals(0, news(watch));
    Files.writeString(file, Files.readString(file).replace("7", "8"));
    assertEquals(1, news(watch));
  }

  @Test
  void aRefusedChangeTakesNoNewsAway() throws Exception {
    ConfigStore store = loaded(file);
    ConfigWatch watch = new ConfigWatch(store);
    assertEquals(0, news(watch));
    replace(file, YAML + "max_wait_secs: 3\n");
    assertThrows(
        ConfigException.class, () -> store.change(new ConfigEdit.Set("max_wait_secs", -1)));
    assertEquals(1, news(watch));
  }

  @Test
  void aWrongFileIsTriedOnceAndAgainWhenItChanges() throws Exception {
    ConfigStore store = loaded(file);
    ConfigWatch watch = new ConfigWatch(store);
    replace(file, "group: []\n");
    assertEquals(1, news(watch));
    assertThrows(ConfigException.class, store::load);
    assertEquals(0, news(watch));
    Files.delete(file);
    assertEquals(1, news(watch));
    assertThrows(ConfigException.class, store::load);
    assertEquals(0, news(watch));
    replace(file, YAML);
    assertEquals(1, news(watch));
    store.load();
    assertEquals(0, news(watch));
  }

  @Test
  void filesThatItNamesCountTooBeTheyMissing() throws Exception {
    Path secret = Files.writeString(folder.resolve("key"), "k2");
    String yaml = "groups: [{name: a, api_keys: [{key_file: key}]}]\n";
    replace(file, yaml);
    ConfigStore store = loaded(file);
    ConfigWatch watch = new ConfigWatch(store);
    assertEquals(0, news(watch));
    Files.delete(secret);
    assertEquals(1, news(watch));
    assertThrows(ConfigException.class, store::load);
    assertEquals(0, news(watch));
    Files.writeString(secret, "k3");
    assertEquals(1, news(watch));
    store.load();
    assertEquals(0, news(watch));
  }

  /** Kubernetes mounts a link to a link to a folder, and replaces that in the middle. */
  @Test
  void linksAreFollowed() throws Exception {
    Path one = Files.createDirectory(folder.resolve("..1"));
    Path two = Files.createDirectory(folder.resolve("..2"));
    Files.writeString(one.resolve("mounted.yaml"), YAML);
    Files.writeString(two.resolve("mounted.yaml"), YAML + "max_wait_secs: 3\n");
    Path data = Files.createSymbolicLink(folder.resolve("..data"), one.getFileName());
    Path mounted =
        Files.createSymbolicLink(folder.resolve("mounted.yaml"), Path.of("..data", "mounted.yaml"));
    ConfigWatch watch = new ConfigWatch(loaded(mounted));
    assertEquals(0, news(watch));
    Path next = Files.createSymbolicLink(folder.resolve("..next"), two.getFileName());
    Files.move(next, data, StandardCopyOption.ATOMIC_MOVE);
    assertEquals(1, news(watch));
  }
}
