package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.geminirelay.base.config.LogFormat;
import io.geminirelay.base.telemetry.LogEncoder;
import io.geminirelay.testing.Corpus;
import io.geminirelay.testing.CorpusExchange;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Reaction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The line that every exchange leaves in the log. */
class AccessLogTest {
  private static final String TOKEN = "the-token-of-a-client";
  private static final String ADMIN = "open-sesame-open-sesame";

  private final Logger log = (Logger) LoggerFactory.getLogger("access");
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @BeforeEach
  void listen() {
    lines.start();
    log.addAppender(lines);
    log.setLevel(Level.INFO);
  }

  @AfterEach
  void leave() {
    log.setLevel(null);
    log.detachAppender(lines);
  }

  private String line(String id) {
    List<String> found =
        List.copyOf(lines.list).stream()
            .map(ILoggingEvent::getFormattedMessage)
            .filter(text -> text.startsWith("id=" + id + " "))
            .toList();
    assertEquals(1, found.size(), () -> id + " in " + lines.list);
    return found.get(0);
  }

  @Test
  void hasTheAttemptsOfARetriedRequest() throws Exception {
    try (Rig rig = Rig.of(2, "clients: [{name: crawler, token: " + TOKEN + "}]")) {
      rig.script().next(1, Errors.tooManyRequestsPerDay());
      rig.post(Rig.STREAM, Rig.BODY, "Authorization", "Bearer " + TOKEN, "X-Request-Id", "r1");
      String line = line("r1");
      assertTrue(
          line.matches(
              "id=r1 client=crawler route=native model=gemini-2.5-flash status=200 outcome=served"
                  + " fault=- attempts=2 waited_ms=0 first_byte_ms=\\d+ ms=\\d+"
                  + " prompt_tokens=\\d+ output_tokens=\\d+ total_tokens=\\d+"
                  + " trail=\"g/[12]#[0-9a-f]{10};exit=direct;outcome=quota_per_day;status=429"
                  + ";ms=\\d+;quota=[A-Za-z-]*PerDay[A-Za-z-]*,"
                  + " g/[12]#[0-9a-f]{10};exit=direct;outcome=ok;status=200;ms=\\d+\""),
          line);
    }
  }

  @Test
  void isThereForEveryExchangeThatWasToGoUpstreamAndForNoOther() throws Exception {
    try (Rig rig = Rig.of(1)) {
      rig.script().always(Errors.keyInvalid());
      rig.post(Rig.UNARY, Rig.BODY, "X-Request-Id", "refused");
      String refused = line("refused");
      assertTrue(refused.contains("status=503 outcome=refused fault=no_key"), refused);
      assertTrue(refused.endsWith("end;reason=no_other_key\""), refused);
      try (TestClient client = TestClient.connect(rig.port())) {
        client.exchange("GET", "/health", Header.list("X-Request-Id", "health"), null);
        client.exchange("GET", "/nowhere", Header.list("X-Request-Id", "nowhere"), null);
      }
      assertEquals(1, lines.list.size(), lines.list::toString);
    }
  }

  @Test
  void tellsOfAClientThatLeft() throws Exception {
    try (Rig rig = Rig.of(1)) {
      rig.script()
          .always(Reaction.usual(answer -> answer.delayed(java.time.Duration.ofSeconds(60))));
      try (TestClient client = TestClient.connect(rig.port())) {
        client.request(
            "POST", Rig.UNARY, Header.list("X-Request-Id", "left"), Rig.BODY.getBytes("UTF-8"));
        rig.journal().awaitRequests(1);
      }
      Rig.await(() -> !lines.list.isEmpty(), "the line");
      String line = line("left");
      assertTrue(line.contains("status=0 outcome=abandoned fault=- attempts=1"), line);
      assertTrue(line.contains("outcome=abandoned;status=0"), line);
    }
  }

  @Test
  void isNotWrittenWhereTheLevelIsHigher() throws Exception {
    log.setLevel(Level.WARN);
    try (Rig rig = Rig.of(1)) {
      assertEquals(200, rig.post(Rig.UNARY, Rig.BODY).status());
    }
    assertEquals(List.of(), lines.list);
  }

  @Test
  void showsWhatAClientCallsAModelEscapedAndCutOff() throws Exception {
    try (Rig rig = Rig.of(1)) {
      String name = "x".repeat(500);
      rig.post("/v1beta/models/" + name + ":generateContent", Rig.BODY, "X-Request-Id", "m1");
      String body = "{\"model\":\"a\\nid=m2 \\u2028\",\"messages\":[]}";
      rig.post(Rig.CHAT, body, "X-Request-Id", "m2");
      for (ILoggingEvent each : lines.list) {
        String line = each.getFormattedMessage();
        assertTrue(line.length() < 600, line);
        assertTrue(line.chars().allMatch(c -> c >= ' ' && c <= '~'), line);
      }
      assertEquals(2, lines.list.size());
    }
  }

  @Test
  void holdsNoCredentialWhateverGoogleSays() throws Exception {
    List<CorpusExchange> errors = Corpus.ofKind("errors");
    assertFalse(errors.isEmpty());
    for (CorpusExchange error : errors) {
      try (Rig rig =
          Rig.of(
              2,
              "server.admin_token: " + ADMIN,
              "clients: [{name: crawler, token: " + TOKEN + "}]")) {
        rig.script().always(error.replay(1));
        for (String path : List.of(Rig.UNARY, Rig.STREAM, Rig.CHAT)) {
          String own = path + (path.contains("?") ? "&" : "?") + "key=" + TOKEN;
          Response answer =
              rig.post(own, Rig.CHAT_BODY, "X-Relay-Trace", "1", "X-Relay-Admin", ADMIN);
          assertClean(error + " " + answer.header("x-relay-trace"));
        }
      }
    }
    assertEquals(3 * errors.size(), lines.list.size());
    lines.list.forEach(each -> assertClean(each.getFormattedMessage()));
  }

  @Test
  void noLineOfTheWholeLogHoldsAPartOfAKeyInEitherForm() throws Exception {
    Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    Logger ours = (Logger) LoggerFactory.getLogger("io.geminirelay");
    ListAppender<ILoggingEvent> all = new ListAppender<>();
    all.start();
    root.addAppender(all);
    ours.setLevel(Level.TRACE);
    try {
      for (Reaction error : errorsThatNameKeys()) {
        try (Rig rig = Rig.of(2)) {
          rig.script().always(error);
          for (String path : List.of(Rig.UNARY, Rig.STREAM, Rig.CHAT)) {
            rig.post(path, Rig.CHAT_BODY, "Authorization", "Bearer " + TOKEN);
          }
        }
      }
    } finally {
      root.detachAppender(all);
      ours.setLevel(null);
    }
    List<ILoggingEvent> events = List.copyOf(all.list);
    long requests = events.stream().filter(e -> e.getLoggerName().equals("access")).count();
    assertEquals(3L * errorsThatNameKeys().size(), requests);
    assertTrue(events.size() > requests, "other lines too");
    for (LogFormat format : LogFormat.values()) {
      LogEncoder encoder = new LogEncoder();
      encoder.format(format);
      for (ILoggingEvent event : events) {
        assertHoldsNoPart(new String(encoder.encode(event), StandardCharsets.UTF_8));
      }
    }
  }

  private static List<Reaction> errorsThatNameKeys() {
    return List.of(
        Errors.keySuspended(Rig.key(0)),
        Errors.badRequest("API key not valid: " + Rig.key(0) + " and " + Rig.key(1)),
        Errors.serviceDisabled(Rig.key(1)),
        Errors.tooManyRequestsPerDay(Rig.key(0)));
  }

  private static void assertHoldsNoPart(String line) {
    for (int n = 0; n < 2; n++) {
      String key = Rig.key(n).substring(0, 19);
      for (int i = 0; i + 8 <= key.length(); i++) {
        assertFalse(line.contains(key.substring(i, i + 8)), line);
      }
    }
    assertFalse(line.contains(TOKEN), line);
  }

  private static void assertClean(String text) {
    for (String secret : List.of("AIza", TOKEN, ADMIN, "REDACTED", "?", "key=")) {
      assertFalse(text.contains(secret), text);
    }
  }
}
