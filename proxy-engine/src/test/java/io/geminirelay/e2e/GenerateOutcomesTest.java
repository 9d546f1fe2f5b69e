package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.geminirelay.flow.settle.Settlement;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Reaction;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
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

  private final Logger log = (Logger) LoggerFactory.getLogger(Settlement.class);
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final AppenderBase<ILoggingEvent> kept =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          Object[] told = event.getArgumentArray();
          lines.add(told[2] + " " + told[4] + " " + told[6]);
        }
      };

  @BeforeEach
  void listen() {
    log.setLevel(Level.DEBUG);
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
        Arguments.of(generate, events(done), "SERVED 200 -"),
        Arguments.of(generate, json(400, ERROR), "SERVED 400 -"),
        Arguments.of(generate, events(TEXT), "BROKEN 200 broken_answer"),
        Arguments.of(generate, events(TEXT, "data: {]\n\n"), "BROKEN 200 bad_answer"),
        Arguments.of(generate, events(TEXT, ERROR), "BROKEN 200 broken_answer"),
        Arguments.of(
            generate, events(TEXT, TEXT).resetAfter(TEXT.length()), "BROKEN 200 broken_answer"),
        Arguments.of(simple, json(200, STOPPED.formatted("SAFETY")), "SERVED 400 -"),
        Arguments.of(simple, json(400, ERROR), "SERVED 400 -"),
        Arguments.of(simple, json(200, STOPPED.formatted("STOP")), "REFUSED 502 empty_answer"),
        Arguments.of(simple, json(200, "no json"), "REFUSED 502 bad_answer"),
        Arguments.of(simple, json(302, ""), "REFUSED 502 bad_answer"));
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
