package io.geminirelay.base.config.edit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.ClientConfig;
import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.Priority;
import io.geminirelay.base.config.Secret;
import io.geminirelay.base.config.edit.ConfigEdit.AddClient;
import io.geminirelay.base.config.edit.ConfigEdit.Set;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom a client comes before, through changes that are kept in the file or in the journal. */
class ClientEditsTest {
  private static final String TEXT =
      "groups: [{name: a, api_keys: [k1]}]\nclients:\n  - {name: c, token: t, priority: low}\n";

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(folder.resolve("proxy.yaml"), TEXT);
  }

  private ConfigStore store() throws Exception {
    Map<String, String> environment = Map.of("STATE_DIRECTORY", folder.resolve("s").toString());
    ConfigStore store = new ConfigStore(new ConfigSource(file, folder, environment));
    store.load();
    return store;
  }

  private Saved keptIn(boolean readOnly) throws IOException {
    String mode = readOnly ? "r--r--r--" : "rw-r--r--";
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    return readOnly ? Saved.STORE : Saved.FILE;
  }

  private static ClientConfig client(String name, Priority priority) {
    byte[] digest = Secret.sha256(name.getBytes(StandardCharsets.UTF_8));
    return new ClientConfig(name, digest, 0, 0, 0, List.of(), List.of(), priority);
  }

  private static ClientConfig client(ConfigStore store, String name) throws Exception {
    return store.load().config().clients().stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anotherSettingLeavesThePriority(boolean readOnly) throws Exception {
    Saved expected = keptIn(readOnly);
    ConfigStore store = store();
    assertEquals(expected, store.change(new Set("clients.c.requests_per_minute", 7)).saved());
    for (ConfigStore each : List.of(store, store())) {
      assertEquals(7, client(each, "c").requestsPerMinute());
      assertEquals(Priority.LOW, client(each, "c").priority());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void thePriorityIsASettingAsOthersAre(boolean readOnly) throws Exception {
    Saved expected = keptIn(readOnly);
    ConfigStore store = store();
    assertEquals(expected, store.change(new Set("clients.c.priority", "high")).saved());
    for (ConfigStore each : List.of(store, store())) {
      assertEquals(Priority.HIGH, client(each, "c").priority());
    }
  }

  @ParameterizedTest
  @EnumSource(Priority.class)
  void aNewClientHasItsPriorityInTheFileAndInTheJournal(Priority priority) throws Exception {
    for (boolean readOnly : new boolean[] {false, true}) {
      Saved expected = keptIn(readOnly);
      String name = "new-" + readOnly;
      Changed changed = store().change(new AddClient(client(name, priority)));
      assertEquals(expected, changed.saved());
      assertEquals(priority, client(store(), name).priority(), name);
    }
  }

  @Test
  void theUsualPriorityIsNotWrittenOut() throws Exception {
    store().change(new AddClient(client("d", Priority.NORMAL)));
    String text = Files.readString(file);
    assertTrue(text.contains("name: d"), text);
    assertFalse(text.contains("normal"), text);
  }

  @Test
  void aJournalWithoutAPriorityMeansTheUsualOne() throws Exception {
    keptIn(true);
    store().change(new AddClient(client("d", Priority.LOW)));
    Path journal = folder.resolve("s").resolve(Journal.NAME);
    String with = Files.readString(journal);
    String without = with.replaceAll(",\\s*\"priority\" : \"low\"", "");
    assertFalse(without.equals(with), with);
    Files.writeString(journal, without);
    assertEquals(Priority.NORMAL, client(store(), "d").priority());
  }
}
