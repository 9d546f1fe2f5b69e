package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.TestHttp2Client;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Reaction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Connections that break, stall and come back behind a running gateway. */
class BrokenUpstreamTest {
  private static final byte[] EVENT =
      "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hi\"}]}}]}\r\n\r\n"
          .getBytes(StandardCharsets.UTF_8);
  private static final List<Header> EVENTS = Header.list("content-type", "text/event-stream");
  private static final Answer THREE_EVENTS =
      Answer.stream(200, EVENTS, List.of(EVENT, EVENT, EVENT));

  static Stream<Arguments> failuresBeforeContent() {
    return Stream.of(
        failure("reset before the head", Answer::resetBeforeHead),
        failure("close before the head", Answer::closeBeforeHead),
        failure("reset after the head", Answer::resetAfterHead),
        failure("close after the head", answer -> answer.cutAfter(0)),
        failure("no HTTP", answer -> Answer.raw("nonsense\r\n\r\n".getBytes())),
        failure("cut within the head", answer -> Answer.raw("HTTP/1.1 200 OK\r\nA".getBytes())));
  }

  private static Arguments failure(String name, UnaryOperator<Answer> change) {
    return Arguments.of(name, change);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("failuresBeforeContent")
  void triesAgainWhenTheConnectionBreaksBeforeContent(String name, UnaryOperator<Answer> change)
      throws Exception {
    try (Rig rig = Rig.of(2)) {
      for (String path : List.of(Rig.UNARY, Rig.STREAM)) {
        rig.script().next(1, Reaction.usual(change));
        Response answer = rig.post(path, Rig.BODY);
        assertEquals(200, answer.status(), answer::toString);
        assertTrue(answer.whole() && answer.text().contains("finishReason"), answer::toString);
      }
      assertEquals(4, rig.journal().requestCount());
    }
  }

  @Test
  void resendsWithTheOnlyKeyWhenAPooledConnectionWasStale() throws Exception {
    try (Rig rig = Rig.of(1, "upstream: {retry_budget: 0, min_retries_per_second: 0}");
        TestClient client = TestClient.connect(rig.port())) {
      assertEquals(200, client.post(Rig.UNARY, Rig.BODY).status());
      rig.script().next(1, Reaction.usual(Answer::resetBeforeHead));
      Response answer = client.post(Rig.UNARY, Rig.BODY);
      assertEquals(200, answer.status(), answer::toString);
      List<String> connections =
          rig.journal().requests().stream().map(request -> request.connection()).toList();
      assertEquals(3, connections.size());
      assertEquals(connections.get(0), connections.get(1));
      assertNotEquals(connections.get(1), connections.get(2));
    }
  }

  static Stream<Arguments> breaks() {
    return Stream.of(
        failure("reset", answer -> answer.resetAfter(2L * EVENT.length)),
        failure("close", answer -> answer.cutAfter(2L * EVENT.length)),
        failure("close within an event", answer -> answer.cutAfter(2L * EVENT.length + 9)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("breaks")
  void showsThatACommittedStreamBroke(String name, UnaryOperator<Answer> change) throws Exception {
    try (Rig rig = Rig.of(2)) {
      rig.script().always(Reaction.of(change.apply(THREE_EVENTS)));
      Response answer = rig.post(Rig.STREAM, Rig.BODY);
      assertEquals(200, answer.status());
      assertFalse(answer.whole(), "the end looks clean");
      assertBroken(answer.text(), "\"code\":502");
      try (TestHttp2Client http2 = TestHttp2Client.plain(rig.port())) {
        Response same = http2.post(Rig.STREAM, Rig.BODY);
        assertFalse(same.whole(), "the end looks clean");
        assertBroken(same.text(), "\"code\":502");
      }
      Response openAi = rig.post(Rig.CHAT, Rig.CHAT_STREAM_BODY);
      assertFalse(openAi.whole(), "the end looks clean");
      assertBroken(openAi.text(), "\"code\":\"broken_answer\"");
      assertEquals(3, rig.journal().requestCount());
    }
  }

  private static void assertBroken(String text, String code) {
    String first = new String(EVENT, StandardCharsets.UTF_8);
    assertTrue(text.startsWith(first + first), text);
    int error = text.lastIndexOf("data: {\"error\":");
    assertTrue(error > 0 && text.substring(0, error).endsWith("\r\n\r\n"), text);
    assertTrue(text.indexOf(code, error) > 0 && text.endsWith("}\r\n\r\n"), text);
  }

  @Test
  void closesWhenAnAnswerOfKnownLengthBreaks() throws Exception {
    byte[] body = ("{\"candidates\":\"" + "x".repeat(200_000) + "\"}").getBytes();
    Answer whole = Answer.of(200, Header.list("content-type", "application/json"), body);
    try (Rig rig = Rig.of(2)) {
      rig.script().always(Reaction.of(whole.cutAfter(100_000)));
      Response answer = rig.post(Rig.UNARY, Rig.BODY);
      assertEquals(200, answer.status());
      assertEquals("" + body.length, answer.header("content-length"));
      assertFalse(answer.whole());
      assertTrue(answer.body().length <= 100_000);
      assertEquals(1, rig.journal().requestCount());
    }
  }

  @Test
  void takesAnotherKeyWhenTheFirstByteIsLate() throws Exception {
    try (Rig rig = Rig.of(2, "server.request_timeout_secs: 1")) {
      rig.script().next(1, Reaction.of(Answer.never()));
      Response answer = rig.post(Rig.UNARY, Rig.BODY);
      assertEquals(200, answer.status(), answer::toString);
      assertEquals(2, rig.journal().countsByKey().size());
      rig.journal().awaitCancelled(1);
    }
  }

  @Test
  void endsAStreamThatFellSilentVisibly() throws Exception {
    try (Rig rig = Rig.of(2, "upstream: {idle_timeout_secs: 1}")) {
      rig.script().always(Reaction.of(THREE_EVENTS.stallAfter(2L * EVENT.length)));
      Response answer = rig.post(Rig.STREAM, Rig.BODY);
      assertFalse(answer.whole());
      assertBroken(answer.text(), "\"code\":504");
      rig.journal().awaitCancelled(1);
    }
  }

  @Test
  void passesAnErrorInMidStreamOn() throws Exception {
    byte[] error = "{\n  \"error\": {\n    \"code\": 503\n  }\n}\n".getBytes();
    Answer answer = Answer.stream(200, EVENTS, List.of(EVENT, error));
    try (Rig rig = Rig.of(2)) {
      rig.script().always(Reaction.of(answer));
      Response got = rig.post(Rig.STREAM, Rig.BODY);
      assertEquals(200, got.status());
      assertTrue(got.whole());
      assertEquals(new String(answer.body(), StandardCharsets.UTF_8), got.text());
      assertEquals(1, rig.journal().requestCount());
    }
  }

  @Test
  void servesAgainWhenTheUpstreamIsBackOnItsPort() throws Exception {
    FakeTime time = new FakeTime();
    GeminiSimulator first = GeminiSimulator.plain(time);
    int port = first.port();
    try (Rig rig = Rig.of(first, time, "", 2, "circuit_breaker: {success_threshold: 1}")) {
      assertEquals(200, rig.post(Rig.UNARY, Rig.BODY).status());
      first.close();
      Response down = rig.post(Rig.UNARY, Rig.BODY);
      assertEquals(502, down.status(), down::toString);
      for (int i = 0; i < 6; i++) {
        assertTrue(rig.post(Rig.UNARY, Rig.BODY).status() >= 502);
      }
      Response open = rig.post(Rig.UNARY, Rig.BODY);
      assertEquals(503, open.status());
      assertTrue(open.text().contains("BREAKER_OPEN"), open::text);
      assertEquals("60", open.header("retry-after"));
      try (GeminiSimulator back = GeminiSimulator.plainAt(port, time)) {
        assertEquals(503, rig.post(Rig.UNARY, Rig.BODY).status());
        assertEquals(0, back.journal().requestCount());
        time.advance(Duration.ofSeconds(61));
        assertEquals(200, rig.post(Rig.UNARY, Rig.BODY).status());
        assertEquals(200, rig.post(Rig.STREAM, Rig.BODY).status());
      }
    }
  }
}
