package io.geminirelay.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.geminirelay.base.config.Secret;
import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.sim.Errors;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** {@code keys list} and {@code keys verify} on a real configuration. */
class KeysCommandTest {
  private static final String GOOD = "AIzaGoodKey0000000000000000000000000000";
  private static final String BAD = "AIzaBadKey00000000000000000000000000000";

  @TempDir private Path folder;
  private final GeminiSimulator google = GeminiSimulator.plain(new FakeTime());

  private final Logger log = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
  private final Level level = log.getLevel();

  @AfterEach
  void close() {
    google.close();
    // The command is the last thing its process does; this one goes on.
    log.setLevel(level);
  }

  private Ran run(String... arguments) throws Exception {
    Path file = folder.resolve("proxy.yaml");
    Files.writeString(
        file,
        """
        groups:
        - {name: one, target_url: "%1$s", api_keys: [{key: %2$s, project: team}]}
        - {name: two, target_url: "%1$s", api_keys: [%3$s]}
        """
            .formatted(google.baseUrl(), GOOD, BAD));
    String[] all = new String[arguments.length + 2];
    all[0] = "--config";
    all[1] = file.toString();
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    Ran ran = Ran.of(all);
    assertFalse((ran.out() + ran.err()).contains("AIza"), ran::toString);
    return ran;
  }

  private static String fingerprint(String key) {
    return Secret.of(key).fingerprint();
  }

  @Test
  void listsTheKeysByNameAndAsksNobody() throws Exception {
    Ran ran = run("keys", "list");
    assertEquals(0, ran.code());
    List<String> lines = ran.out().lines().toList();
    assertTrue(lines.get(0).startsWith("KEY "), ran.out());
    assertTrue(
        lines.get(1).matches("one/1#" + fingerprint(GOOD) + " +one +team +1 +file"), ran.out());
    assertTrue(lines.get(2).startsWith("two/1#" + fingerprint(BAD)), ran.out());
    assertEquals(0, google.journal().requestCount());
  }

  @Test
  void endsWithZeroWhenEveryKeyIsAccepted() throws Exception {
    Ran ran = run("keys", "verify");
    assertEquals(0, ran.code(), ran::toString);
    assertTrue(ran.out().contains("2 of 2 keys are accepted"), ran.out());
    assertEquals(2, google.journal().requestCount());
  }

  @Test
  void endsWithFourAndSaysWhyWhenAKeyIsRefused() throws Exception {
    google.script().whenKey(BAD, Errors.keySuspended());
    Ran ran = run("keys", "verify");
    assertEquals(4, ran.code(), ran::toString);
    assertTrue(ran.out().matches("(?s).*two/1#\\w+ +BAD +key_suspended.*"), ran.out());
    assertTrue(ran.out().contains("1 of 2 keys are accepted"), ran.out());
  }

  @Test
  void verifiesOnlyTheKeysThatWereMeant() throws Exception {
    google.script().whenKey(BAD, Errors.keyInvalid());
    assertEquals(0, run("keys", "verify", "--group", "one").code());
    assertEquals(0, run("keys", "verify", fingerprint(GOOD)).code());
    assertEquals(4, run("keys", "verify", "two/1#" + fingerprint(BAD)).code());
    assertEquals(1, google.journal().countOf(BAD));
  }

  @Test
  void printsJsonForScripts() throws Exception {
    google.script().whenKey(BAD, Errors.keyInvalid());
    Ran ran = run("keys", "verify", "--json");
    List<Json> results = Json.parse(ran.out().getBytes(StandardCharsets.UTF_8)).elements();
    assertEquals(2, results.size());
    assertEquals(true, results.get(0).at("ok").value());
    assertEquals("key_invalid", results.get(1).text("reason"));
    assertEquals(400, results.get(1).number("status"));
    Ran listed = run("keys", "list", "--json");
    Json key = Json.parse(listed.out().getBytes(StandardCharsets.UTF_8)).elements().get(0);
    assertEquals("team", key.text("project"));
  }

  @Test
  void endsWithOneWhenNobodyCouldBeAsked() throws Exception {
    String url = google.baseUrl();
    google.close();
    Ran ran = run("keys", "verify");
    assertEquals(1, ran.code(), () -> url + ran);
    assertTrue(ran.out().contains("connect"), ran.out());
  }

  @Test
  void endsWithThreeAndSaysSoWhereThereIsNoKeyAtAll() throws Exception {
    for (String groups : List.of("[]", "[{name: one, api_keys: []}]")) {
      Path file = Files.writeString(folder.resolve("empty.yaml"), "groups: " + groups + "\n");
      for (String asked : List.of("list", "verify")) {
        Ran ran = Ran.of("keys", asked, "-c", file.toString());
        assertEquals(3, ran.code(), ran::toString);
        assertTrue(ran.err().contains("found no API key"), ran::toString);
        assertEquals("", ran.out());
      }
    }
  }

  @Test
  void endsWithTwoWhereNoSuchKeyIsOrNothingWasAsked() throws Exception {
    assertEquals(2, run("keys", "verify", "0123456789").code());
    assertEquals(2, run("keys", "verify", "--group", "three").code());
    assertEquals(2, run("keys", "list", "--group", "three").code());
    assertEquals(2, run("keys").code());
    assertEquals(0, google.journal().requestCount());
  }
}
