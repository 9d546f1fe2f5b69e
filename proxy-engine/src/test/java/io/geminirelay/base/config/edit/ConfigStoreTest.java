package io.geminirelay.base.config.edit;

import static io.geminirelay.base.config.edit.YamlEdits.add;
import static io.geminirelay.base.config.edit.YamlEdits.client;
import static io.geminirelay.base.config.edit.YamlEdits.print;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.config.ConfigException;
import io.geminirelay.base.config.ConfigSource;
import io.geminirelay.base.config.EngineConfig;
import io.geminirelay.base.config.Loaded;
import io.geminirelay.base.config.edit.ConfigEdit.AddClient;
import io.geminirelay.base.config.edit.ConfigEdit.DisableKey;
import io.geminirelay.base.config.edit.ConfigEdit.EnableKey;
import io.geminirelay.base.config.edit.ConfigEdit.RemoveClient;
import io.geminirelay.base.config.edit.ConfigEdit.RemoveKey;
import io.geminirelay.base.config.edit.ConfigEdit.Set;
import io.geminirelay.base.config.edit.ConfigEdit.Unset;
import io.geminirelay.base.config.edit.EditException.Kind;
import io.geminirelay.base.file.FileSave;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigStoreTest {
  private static final String SECRET = "AIzaSecretOfTheOperator0000000000000001";
  private static final String TEXT =
      "# kept\ngroups:\n  - name: a # one\n    api_keys: [k1, k2]\nmax_wait_secs: 9\n";

  @TempDir Path folder;
  private Path file;
  private Path state;

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(folder.resolve("proxy.yaml"), TEXT);
    state = folder.resolve("state");
  }

  private void mode(String permissions) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }

  private ConfigStore store(Map<String, String> environment) {
    return new ConfigStore(new ConfigSource(file, folder, environment));
  }

  private ConfigStore readOnly() throws Exception {
    mode("r--r--r--");
    ConfigStore store = store(Map.of("STATE_DIRECTORY", state.toString()));
    store.load();
    return store;
  }

  private static List<String> keys(EngineConfig config) {
    return config.groups().stream()
        .flatMap(group -> group.keys().stream())
        .map(key -> key.key().reveal())
        .toList();
  }

  @Test
  void aFileThatMayBeWrittenIsAndKeepsItsMode() throws Exception {
    mode("rw-r-----");
    ConfigStore store = store(Map.of());
    store.load();
    assertEquals(Saved.FILE, store.savesTo());
    Changed changed = store.change(add("a", SECRET));
    assertEquals(Saved.FILE, changed.saved());
    assertEquals(TEXT.replace("k2", "k2, " + SECRET), Files.readString(file));
    assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertEquals(List.of("k1", "k2", SECRET), keys(changed.loaded().config()));
    assertEquals(KeySource.FILE, store.sourceOf(print(SECRET)));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList(), "nothing left behind");
    }
  }

  @Test
  void theCopyOfAFileThatIsDamagedIsNamedAndKept() throws Exception {
    Files.createDirectories(state);
    Path copy = Files.writeString(folder.resolve("." + file.getFileName() + ".1.before"), TEXT);
    Path spare = Files.writeString(state.resolve("." + file.getFileName() + ".2.before"), TEXT);
    ConfigStore store = store(Map.of("STATE_DIRECTORY", state.toString()));
    store.load();
    Files.writeString(file, TEXT.replace("groups", "grouups"));
    String told = assertThrows(ConfigException.class, store::load).getMessage();
    assertTrue(told.contains(copy.toString()) && told.contains(spare.toString()), told);
    assertThrows(ConfigException.class, () -> store.removeUnfinished(Instant.MAX));
    assertTrue(Files.exists(copy) && Files.exists(spare), "the file needs them");
    Files.writeString(file, TEXT);
    store.removeUnfinished(Instant.MAX);
    assertFalse(Files.exists(copy) || Files.exists(spare), "it does not any more");
  }

  @Test
  void aLinkedFileIsWrittenWhereItIs() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link.yaml"), file);
    ConfigStore store = new ConfigStore(new ConfigSource(link, folder, Map.of()));
    store.change(new Set("max_wait_secs", 3));
    assertTrue(Files.isSymbolicLink(link));
    assertEquals(TEXT.replace("9", "3"), Files.readString(file));
  }

  @Test
  void aReadOnlyFileHasItsChangesInTheStateFolder() throws Exception {
    ConfigStore store = readOnly();
    assertEquals(Saved.STORE, store.savesTo());
    assertEquals(Saved.STORE, store.change(add("a", SECRET)).saved());
    store.change(new DisableKey(print("k1")));
    store.change(new AddClient(client("c")));
    Changed last = store.change(new Set("upstream.retry_budget", 0.25));
    assertEquals(TEXT, Files.readString(file));
    Path journal = state.resolve(Journal.NAME);
    assertEquals(
        "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(journal)));

    ConfigStore next = store(Map.of("STATE_DIRECTORY", state.toString()));
    Loaded loaded = next.load();
    assertEquals(List.of(), loaded.warnings());
    for (EngineConfig config : List.of(last.loaded().config(), loaded.config())) {
      assertEquals(List.of("k1", "k2", SECRET), keys(config));
      assertEquals(java.util.Set.of(print("k1")), config.keys().disabled());
      assertEquals("c", config.clients().get(0).name());
      assertArrayEquals(new byte[32], config.clients().get(0).tokenSha256());
      assertEquals(0.25, config.outbound().retryBudget());
    }
    assertEquals(KeySource.STORE, next.sourceOf(print(SECRET)));
    assertEquals(KeySource.FILE, next.sourceOf(print("k1")));
    assertEquals(4, next.changes().size(), next.changes()::toString);
    assertFalse(next.changes().toString().contains("SecretOf"), next.changes()::toString);
  }

  @Test
  void whatIsUndoneLeavesNothingInTheJournal() throws Exception {
    ConfigStore store = readOnly();
    store.change(add("a", SECRET));
    store.change(new AddClient(client("c")));
    store.change(new DisableKey(print(SECRET)));
    store.change(new Set("max_wait_secs", 1));
    store.change(new RemoveKey(print(SECRET)));
    store.change(new RemoveClient("c"));
    store.change(new Set("max_wait_secs", 2));
    String journal = Files.readString(state.resolve(Journal.NAME));
    assertFalse(journal.contains(SECRET) || journal.contains("token"), journal);
    assertEquals(List.of("set \"max_wait_secs\" to \"2\""), store.changes());
    for (int i = 0; i < 5; i++) {
      store.change(new DisableKey(print("k1")));
      store.change(new EnableKey(print("k1")));
    }
    assertTrue(store.changes().size() <= 2, store.changes()::toString);
  }

  @Test
  void theJournalGoesIntoTheFileOnceThatCanBeWritten() throws Exception {
    ConfigStore store = readOnly();
    store.change(add("a", "k3"));
    mode("rw-r--r--");
    assertEquals(Saved.FILE, store.change(new Set("max_wait_secs", 3)).saved());
    assertEquals(TEXT.replace("k2", "k2, k3").replace("9", "3"), Files.readString(file));
    assertFalse(Files.exists(state.resolve(Journal.NAME)));
    assertEquals(List.of(), store.changes());
    assertEquals(KeySource.FILE, store.sourceOf(print("k3")));
  }

  @Test
  void aChangeThatDoesNotFitAnyMoreIsLeftOutWithAWarning() throws Exception {
    ConfigStore store = readOnly();
    store.change(add("a", "k3", SECRET));
    store.change(new RemoveKey(print("k1")));
    store.change(new Set("groups.a.top_p", 0.5));
    mode("rw-r--r--");
    Files.writeString(file, "groups: [{name: b, api_keys: [k2, " + SECRET + "]}]\n");
    Loaded loaded = store.load();
    assertEquals(List.of("k2", SECRET), keys(loaded.config()));
    assertEquals(4, loaded.warnings().size(), loaded.warnings()::toString);
    assertFalse(loaded.warnings().toString().contains("SecretOf"), loaded.warnings()::toString);
  }

  @Test
  void aChangeThatTheLoaderRefusesByNowIsLeftOut() throws Exception {
    ConfigStore store = readOnly();
    store.change(new Set("server.max_connections", 5));
    Path journal = state.resolve(Journal.NAME);
    Files.writeString(
        journal, Files.readString(journal).replace("max_connections", "max_conections"));
    Loaded loaded = store.load();
    assertEquals(1, loaded.warnings().size(), loaded.warnings()::toString);
    assertEquals(Duration.ofSeconds(9), loaded.config().keys().maxWait());
  }

  @Test
  void aBrokenJournalIsPutAside() throws Exception {
    ConfigStore store = readOnly();
    for (String text :
        List.of(
            "{",
            "",
            "[]",
            "{\"version\": 1}",
            "{\"version\": 2}",
            "{\"version\": 1, \"changes\": [{}]}",
            "{\"version\": 1, \"changes\": [null]}",
            "{\"version\": 1, \"changes\": [{\"set\": 1}]}",
            "{\"version\":1,\"changes\":[{\"x\":\"y\"}]}")) {
      Files.createDirectories(state);
      Files.writeString(state.resolve(Journal.NAME), text);
      Loaded loaded = store.load();
      assertEquals(1, loaded.warnings().size(), text);
      assertEquals(text, Files.readString(state.resolve(Journal.NAME + ".broken")));
      assertFalse(Files.exists(state.resolve(Journal.NAME)));
    }
  }

  @Test
  void withoutAFolderAChangeHoldsUntilTheNextLoad() throws Exception {
    mode("r--r--r--");
    ConfigStore store = store(Map.of());
    store.load();
    assertEquals(Saved.MEMORY, store.savesTo());
    store.change(new DisableKey(print("k1")));
    Changed second = store.change(new DisableKey(print("k2")));
    assertEquals(Saved.MEMORY, second.saved());
    assertEquals(2, second.loaded().config().keys().disabled().size());
    assertEquals(1, store.changes().size());
    assertEquals(java.util.Set.of(), store.load().config().keys().disabled());
    assertEquals(List.of(), store.changes());
  }

  @Test
  void whatCannotBePutInForceForgetsAndChangesNothing() throws Exception {
    mode("r--r--r--");
    ConfigStore store = store(Map.of());
    store.load();
    store.change(new DisableKey(print("k1")));
    List<String> before = store.changes();
    ConfigStore.Trial<IOException> none =
        config -> {
          throw new IOException("the port is taken");
        };
    assertThrows(IOException.class, () -> store.loadTried(none));
    assertThrows(
        IOException.class, () -> store.changeTried(List.of(new DisableKey(print("k2"))), none));
    assertEquals(before, store.changes());
    Changed next = store.change(new Set("max_wait_secs", 1));
    assertEquals(1, next.loaded().config().keys().disabled().size(), "the first, not the second");
    mode("rw-r--r--");
    assertThrows(
        IOException.class, () -> store.changeTried(List.of(new DisableKey(print("k2"))), none));
    assertEquals(TEXT, Files.readString(file));
  }

  @Test
  void aFolderThatCannotBeMadeIsWarnedOf() throws Exception {
    Files.writeString(state, "a file");
    ConfigStore store = readOnly();
    assertEquals(Saved.MEMORY, store.savesTo());
    Changed changed = store.change(new Set("max_wait_secs", 1));
    assertEquals(Saved.MEMORY, changed.saved());
    assertEquals(1, changed.warnings().size(), changed.warnings()::toString);
  }

  @Test
  void theEnvironmentAloneIsEnough() throws Exception {
    Map<String, String> environment =
        Map.of("GEMINI_API_KEY", SECRET, "STATE_DIRECTORY", state.toString());
    ConfigStore store =
        new ConfigStore(new ConfigSource(null, folder.resolve("none"), environment));
    store.load();
    assertEquals(KeySource.ENVIRONMENT, store.sourceOf(print(SECRET)));
    assertEquals(Saved.STORE, store.change(new DisableKey(print(SECRET))).saved());
    assertEquals(java.util.Set.of(print(SECRET)), store.load().config().keys().disabled());
    store.change(add("more", "k3"));
    assertEquals(List.of("k3", SECRET), keys(store.load().config()));
    EditException refused =
        assertThrows(EditException.class, () -> store.change(new RemoveKey(print(SECRET))));
    assertTrue(refused.getMessage().contains("GEMINI_API_KEY"), refused.getMessage());
  }

  @Test
  void aChangeThatIsNotValidChangesNothing() throws Exception {
    ConfigStore store = store(Map.of());
    ConfigException unknown =
        assertThrows(ConfigException.class, () -> store.change(new Set("max_wait_sec", 3)));
    assertEquals("max_wait_secs", unknown.problems().get(0).nearest());
    assertThrows(ConfigException.class, () -> store.change(new Set("server.port", "x")));
    assertThrows(
        ConfigException.class,
        () -> store.change(new RemoveKey(List.of(print("k1"), print("k2")))));
    assertEquals(TEXT, Files.readString(file));
  }

  @Test
  void aVariableThatComesFirstIsWarnedOf() throws Exception {
    Changed changed = store(Map.of("PORT", "1")).change(new Set("server.port", 2));
    assertEquals(1, changed.warnings().size(), changed.warnings()::toString);
    assertEquals("PORT", changed.warnings().get(0).path());
    assertEquals(1, changed.loaded().config().server().port());
  }

  @Test
  void theStateFolderIsNamedInTheFileOnly() throws Exception {
    ConfigStore store = readOnly();
    Kind kind =
        assertThrows(EditException.class, () -> store.change(new Set("state_dir", "x"))).kind();
    assertEquals(Kind.REFUSED, kind);
    mode("rw-r--r--");
    Files.writeString(file, TEXT + "state_dir: here\n");
    mode("r--r--r--");
    store.change(new Unset("max_wait_secs"));
    assertTrue(Files.exists(folder.resolve("here").resolve(Journal.NAME)));
  }

  @Test
  void whatTheOperatorWroteMeanwhileIsNotOverwritten() throws Exception {
    byte[] before = Files.readAllBytes(file);
    Files.writeString(file, TEXT + "# mine\n");
    assertThrows(
        FileSave.ChangedMeanwhileException.class,
        () -> FileSave.replace(file, null, before, new byte[] {'x'}));
    assertEquals(TEXT + "# mine\n", Files.readString(file));
    Files.write(file, before);
    store(Map.of()).change(new Set("max_wait_secs", 1));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
  }
}
