package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.geminirelay.base.config.Secret;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Errors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What the log tells of those who run the gateway, and of its keys. */
class AuditTest {
  private static final String NEW = "AIzaMarkedSecretNewKey0000000000000000";
  private static final String BAD = "AIzaMarkedSecretInTheWrongPlace0000000";
  private static final String REFUSED = "gemini_relay_config_changes_total{result=\"refused\"}";

  @TempDir Path folder;

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
  }

  /** The one line at {@code level} that has all of {@code parts}. */
  private void told(String level, String... parts) {
    List<String> found =
        List.copyOf(lines.list).stream()
            .filter(line -> line.getLevel().toString().equals(level))
            .map(ILoggingEvent::getFormattedMessage)
            .filter(line -> List.of(parts).stream().allMatch(line::contains))
            .toList();
    assertEquals(1, found.size(), () -> String.join(" + ", parts) + " in " + lines.list);
  }

  @Test
  void everyChangeIsTold() throws Exception {
    String id = Secret.of(NEW).fingerprint();
    try (AdminCalls calls = new AdminCalls(folder, "", Rig.key(0))) {
      calls.ask(201, "POST", "keys", "{\"group\":\"g\",\"key\":\"" + NEW + "\"}");
      told("INFO", "add the key #" + id + " to the group \"g\"", "127.0.0.1", "kept in: file");
      for (String action : List.of("disable", "enable", "reset")) {
        calls.ask(200, "POST", "keys/" + id + "/" + action, null);
        told("INFO", action + " the key #" + id, "127.0.0.1");
      }
      calls.ask(200, "DELETE", "keys/" + id, null);
      told("INFO", "remove the key #" + id, "127.0.0.1");
      calls.ask(201, "POST", "clients", "{\"name\":\"c\",\"token\":\"marked-client-token\"}");
      told("INFO", "add the client \"c\"", "127.0.0.1");
      calls.ask(200, "DELETE", "clients/c", null);
      told("INFO", "remove the client \"c\"", "127.0.0.1");
      calls.ask(200, "PATCH", "config", "{\"set\":{\"max_wait_secs\":7,\"top_p\":0.5}}");
      told("INFO", "set \"max_wait_secs\"; set \"top_p\"", "127.0.0.1");
      calls.ask(200, "POST", "config/reload", null);
      told("INFO", "read the configuration anew", "127.0.0.1");
      calls.ask(200, "PUT", "logs/access", "{\"level\":\"DEBUG\"}");
      told("INFO", "set the log level DEBUG of access", "127.0.0.1");
      calls.ask(200, "PUT", "logs/access", "{\"level\":null}");
    }
    for (ILoggingEvent line : lines.list) {
      String text = line.getFormattedMessage();
      for (String secret : List.of(NEW, "marked-client-token", AdminCalls.TOKEN)) {
        assertFalse(text.contains(secret), text);
      }
    }
  }

  @Test
  void whatIsRefusedIsToldAndCounted() throws Exception {
    try (AdminCalls calls = new AdminCalls(folder, "", Rig.key(0))) {
      calls.ask(422, "PATCH", "config", "{\"set\":{\"top_p\":9}}");
      told("WARN", "set \"top_p\"", "found \"9\"", "127.0.0.1");
      calls.ask(404, "DELETE", "clients/none", null);
      told("WARN", "remove the client \"none\"", "127.0.0.1");
      calls.ask(422, "PATCH", "config", "{\"set\":{\"" + BAD + "\":\"" + BAD + "\"}}");
      String good = Files.readString(calls.file);
      Files.writeString(calls.file, good + "max_wait_sec: 3\n");
      calls.ask(422, "POST", "config/reload", null);
      told("WARN", "read the configuration anew", "max_wait_sec");
      long before = refusals(calls);
      Files.writeString(calls.file, good);
      calls.ask(422, "PATCH", "config", "{\"set\":{\"top_p\":9}}");
      assertEquals(before + 1, refusals(calls), "counted once");
      String vocabulary = "\"max_tokens_per_request\":1000,\"tokenizer_file\":\"" + calls.file;
      calls.ask(422, "PATCH", "config", "{\"set\":{" + vocabulary + "\"}}");
      assertEquals(before + 2, refusals(calls), "counted once, though a file is to blame");
      assertTrue(before >= 3, "counted");
      for (ILoggingEvent line : lines.list) {
        assertFalse(line.getFormattedMessage().contains(BAD), line::getFormattedMessage);
      }
    }
  }

  private static long refusals(AdminCalls calls) {
    try (TestClient client = TestClient.connect(calls.gateway().port())) {
      String page = client.exchange("GET", "/metrics", Header.list(), null).text();
      String line = page.lines().filter(each -> each.startsWith(REFUSED)).findAny().orElse("0 0");
      return (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
    }
  }

  @Test
  void aKeyThatGoogleRefusesIsToldOnceAndSoIsItsReturn() throws Exception {
    try (AdminCalls calls = new AdminCalls(folder, "", Rig.key(0), Rig.key(1));
        TestClient client = TestClient.connect(calls.gateway().port())) {
      String one = "keys/" + Secret.of(Rig.key(0)).fingerprint() + "/verify";
      calls.google.script().nextWithKey(2, Rig.key(0), Errors.keyInvalid());
      calls.ask(200, "POST", one, null);
      calls.ask(200, "POST", one, null);
      told("WARN", "Google refuses the key g/1#");
      calls.ask(200, "POST", one, null);
      told("INFO", "Google accepts the key g/1#");
      assertEquals(200, client.post(Rig.UNARY, Rig.BODY).status());
    }
  }
}
