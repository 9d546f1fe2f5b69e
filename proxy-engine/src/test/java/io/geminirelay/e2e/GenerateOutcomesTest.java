package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Reaction;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** How exchanges in the gateway's own forms are settled. */
class GenerateOutcomesTest {
  private static final String JSON = "application/json";
  private static final String TEXT = GenerateRouteTest.event("so far", 9, "");
  private static final String ERROR =
      "{\"error\":{\"code\":503,\"message\":\"Overloaded\",\"status\":\"UNAVAILABLE\"}}";
  private static final String STOPPED = "{\"candidates\":[{\"finishReason\":\"%s\"}]}";

  private static final Pattern LINE = Pattern.compile(" (status=\\d+ outcome=\\S+ fault=\\S+) ");

  private final Logger log = (Logger) LoggerFactory.getLogger("access");
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final AppenderBase<ILoggingEvent> kept =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          Matcher line = LINE.matcher(event.getFormattedMessage());
          lines.add(line.find() ? line.group(1) : event.getFormattedMessage());
        }
      };

  @BeforeEach
  void listen() {
    log.setLevel(Level.INFO);
    kept.start();
    log.addAppender(kept);
  }

  @AfterEach
  void stop() {
    log.detachAppender(kept);
    log.setLevel(null);
  }

  private static Answer events(String... events) {
    return GenerateRouteTest.stream(events);
  }

  private static Answer json(int status, String body) {
    return Answer.of(status, JSON, body);
  }

  static Stream<Arguments> answers() {
    String done = GenerateRouteTest.event("done", 9, ",\"finishReason\": \"STOP\"");
    String generate = "/generate";
    String simple = "/gemini-proxy";
    return Stream.of(
        Arguments.of(generate, events(done), "status=200 outcome=served fault=-"),
        Arguments.of(generate, json(400, ERROR), "status=400 outcome=served fault=-"),
        Arguments.of(generate, events(TEXT), "status=200 outcome=broken fault=broken_answer"),
        Arguments.of(
            generate, events(TEXT, "data: {]\n\n"), "status=200 outcome=broken fault=bad_answer"),
        Arguments.of(
            generate, events(TEXT, ERROR), "status=200 outcome=broken fault=broken_answer"),
        Arguments.of(
            generate,
            events(TEXT, TEXT).resetAfter(TEXT.length()),
            "status=200 outcome=broken fault=broken_answer"),
        Arguments.of(
            simple, json(200, STOPPED.formatted("SAFETY")), "status=400 outcome=served fault=-"),
        Arguments.of(simple, json(400, ERROR), "status=400 outcome=served fault=-"),
        Arguments.of(
            simple,
            json(200, STOPPED.formatted("STOP")),
            "status=502 outcome=refused fault=empty_answer"),
        Arguments.of(simple, json(200, "no json"), "status=502 outcome=refused fault=bad_answer"),
        Arguments.of(simple, json(302, ""), "status=502 outcome=refused fault=bad_answer"));
  }

  @ParameterizedTest(name = "{0} {2}")
  @MethodSource("answers")
  void areThoseOfTheAnswer(String path, Answer answer, String settled) throws Exception {
    try (Rig rig = Rig.of(1, "internal_retries: 0")) {
      rig.script().always(Reaction.of(answer));
      String body = path.equals("/generate") ? Rig.BODY : "{\"prompt\":\"Hi\"}";
      String said = rig.post(path, body, "content-type", JSON).text();
      assertEquals(settled, lines.poll(10, TimeUnit.SECONDS), said);
    }
  }
}
