package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.TestClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A file that the operator puts in place is taken over by itself. */
class FileWatchTest {
  private static final String CHANGES = "gemini_relay_config_changes_total{result=\"%s\"}";
  private static final String ANEW = "read anew, as its files have changed";

  @TempDir Path folder;

  private final GeminiSimulator google = GeminiSimulator.plain(new FakeTime());
  private final Logger log = (Logger) LoggerFactory.getLogger("io.geminirelay");
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @BeforeEach
  void listen() {
    lines.start();
    log.setLevel(Level.INFO);
    log.addAppender(lines);
  }

  @AfterEach
  void stop() {
    log.detachAppender(lines);
    log.setLevel(null);
    google.close();
  }

  private String yaml(String server, String keys) {
    return "server: {port: 0, drain_timeout_secs: 5%s}\ngroups: [{name: g, target_url: \"%s\", api_keys: [%s]}]\n"
        .formatted(server, google.baseUrl(), keys);
  }

  private Path put(String yaml) throws Exception {
    Path file = folder.resolve("config.yaml");
    Path other = Files.writeString(folder.resolve("other"), yaml);
    return Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static double changes(Gateway gateway, String result) {
    return Scrape.of(gateway.port()).value(CHANGES.formatted(result));
  }

  private long told(String part) {
    return List.copyOf(lines.list).stream()
        .filter(line -> line.getFormattedMessage().contains(part))
        .count();
  }

  private void ask(Gateway gateway) {
    try (TestClient client = TestClient.connect(gateway.port())) {
      assertEquals(200, client.post(Rig.UNARY, Rig.BODY).status());
    }
  }

  /** Until several looks are over: another gateway has taken over what takes it two looks each. */
  private void awaitLooks() throws Exception {
    Path beside = folder.resolve("beside.yaml");
    Files.writeString(beside, yaml("", Rig.key(0)));
    try (Gateway other = Gateway.stored(beside)) {
      for (int i = 1; i <= 3; i++) {
        long before = told(ANEW);
        Files.move(
            Files.writeString(folder.resolve("other"), yaml("", Rig.key(i))),
            beside,
            StandardCopyOption.ATOMIC_MOVE);
        Rig.await(() -> told(ANEW) == before + 1, "the looks of gateway " + other.url());
      }
    }
  }

  @Test
  void aNewFileCountsAndAWrongOneIsToldOnce() throws Exception {
    try (Gateway gateway = Gateway.stored(put(yaml("", Rig.key(0))))) {
      double applied = changes(gateway, "ok");
      put(yaml("", Rig.key(1)));
      Rig.await(() -> changes(gateway, "ok") == applied + 1, "the new file");
      ask(gateway);
      assertEquals(1, google.journal().countOf(Rig.key(1)));
      put(yaml(", prot: 1", Rig.key(2)));
      Rig.await(() -> changes(gateway, "refused") == 1, "the wrong file");
      awaitLooks();
      put(yaml(", workers: 7", Rig.key(2)));
      Rig.await(() -> changes(gateway, "ok") == applied + 2, "the mended file");
      Rig.await(() -> told(ANEW + "; a restart is needed for server.workers") == 1, "the line");
      ask(gateway);
      assertEquals(1, google.journal().countOf(Rig.key(2)));
      assertEquals(1, changes(gateway, "refused"));
      assertEquals(
          1, told("read anew as its files have changed, is not valid; nothing has changed"));
      assertEquals(5, told(ANEW), "three of them told by the other gateway");
    }
  }

  @Test
  void aSecretInAFileOfItsOwnIsReadAnew() throws Exception {
    Path secret = Files.writeString(folder.resolve("key"), Rig.key(0));
    try (Gateway gateway = Gateway.stored(put(yaml("", "{key_file: key}")))) {
      ask(gateway);
      double applied = changes(gateway, "ok");
      Files.writeString(secret, Rig.key(1));
      Rig.await(() -> changes(gateway, "ok") == applied + 1, "the new key");
      ask(gateway);
      assertEquals(1, google.journal().countOf(Rig.key(0)));
      assertEquals(1, google.journal().countOf(Rig.key(1)));
    }
  }

  /** Two gateways have the same file: when one has taken it over, the other has seen it too. */
  @Test
  void itCanBeSwitchedOff() throws Exception {
    Path file = put(yaml(", reload_on_change: false", Rig.key(0)));
    try (Gateway gateway = Gateway.stored(file)) {
      put(yaml("", Rig.key(0)));
      try (Gateway other = Gateway.stored(file)) {
        double applied = changes(gateway, "ok");
        for (int i = 1; i <= 3; i++) {
          double before = changes(other, "ok");
          put(yaml("", Rig.key(i)));
          Rig.await(() -> changes(other, "ok") == before + 1, "the new file");
        }
        assertEquals(applied, changes(gateway, "ok"));
      }
      ask(gateway);
      assertEquals(1, google.journal().countOf(Rig.key(0)));
    }
  }
}
