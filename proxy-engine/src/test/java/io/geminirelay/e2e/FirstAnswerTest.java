package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Reaction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that are none, and requests too large to be sent twice. */
class FirstAnswerTest {
  private static final String QUOTA =
      "{\"error\":{\"code\":429,\"message\":\"spent\",\"status\":\"RESOURCE_EXHAUSTED\"}}";

  static Stream<Arguments> emptyWords() {
    List<Header> events = Header.list("content-type", "text/event-stream");
    List<Header> json = Header.list("content-type", "application/json");
    byte[] framed = ("data: " + QUOTA + "\r\n\r\n").getBytes();
    byte[] bare = (QUOTA.replace("{\"error\"", "{\n  \"error\"") + "\n").getBytes();
    byte[] array = ("[" + QUOTA + "\n]").getBytes();
    return Stream.of(
        Arguments.of("error event", Rig.STREAM, Answer.stream(200, events, List.of(framed))),
        Arguments.of(
            "error event in pieces",
            Rig.STREAM,
            Answer.stream(200, events, List.of(framed)).splitRandomly(3)),
        Arguments.of("bare error", Rig.STREAM, Answer.stream(200, events, List.of(bare))),
        Arguments.of(
            "bare error in pieces",
            Rig.STREAM,
            Answer.stream(200, events, List.of(bare)).splitRandomly(5)),
        Arguments.of("error status", Rig.STREAM, Answer.stream(429, events, List.of(bare))),
        Arguments.of(
            "error element",
            Rig.STREAM.replace("?alt=sse", ""),
            Answer.stream(200, json, List.of(array))),
        Arguments.of("empty stream", Rig.STREAM, Answer.stream(200, events, List.of())),
        Arguments.of("empty answer", Rig.UNARY, Answer.of(200, json, new byte[0])),
        Arguments.of("empty chunked answer", Rig.UNARY, Answer.stream(200, json, List.of())));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("emptyWords")
  void asksAnotherKeyWhenASuccessIsNone(String name, String path, Answer bad) throws Exception {
    try (Rig rig = Rig.of(2)) {
      rig.script().next(1, Reaction.of(bad));
      Response answer = rig.post(path, Rig.BODY);
      assertEquals(200, answer.status());
      assertTrue(answer.whole() && answer.text().contains("finishReason"), answer::toString);
      assertEquals(2, rig.journal().countsByKey().size());
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("emptyWords")
  void tellsTheClientWhenNoKeyHasMoreToSay(String name, String path, Answer bad) throws Exception {
    try (Rig rig = Rig.of(2, "max_wait_secs: 0")) {
      rig.script().always(Reaction.of(bad));
      Response answer = rig.post(path, Rig.BODY);
      assertTrue(answer.whole());
      if (bad.body().length > 0) {
        assertTrue(answer.text().contains("RESOURCE_EXHAUSTED"), answer::toString);
      } else {
        assertEquals(502, answer.status(), answer::toString);
        assertTrue(answer.text().contains("EMPTY_ANSWER"), answer::toString);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"data: %s\r\n\r\n", "%s"})
  void passesAnErrorOnThatBeginsAStreamWhenNoKeyIsLeft(String frame) throws Exception {
    String error = frame.formatted("{\"error\":{\"code\":503,\"status\":\"UNAVAILABLE\"}}");
    List<Header> events = Header.list("content-type", "text/event-stream");
    Answer stalling =
        Answer.stream(200, events, List.of(error.getBytes(StandardCharsets.UTF_8), new byte[9]))
            .stallAfter(error.length());
    try (Rig rig = Rig.of(1, "internal_retries: 0")) {
      rig.script().always(Reaction.of(stalling));
      Response answer = rig.post(Rig.STREAM, Rig.BODY);
      assertEquals(200, answer.status(), answer::toString);
      assertEquals(error, answer.text());
      assertTrue(answer.whole());
      Response generated = rig.post("/generate", Rig.BODY);
      assertEquals(503, generated.status(), generated::toString);
      assertTrue(generated.text().contains("UNAVAILABLE"), generated::text);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"data: E\r\n\r\n", "data: E\n\n", ": c\n\ndata: E\n\n", "{}\nE", "E", "[E]"})
  void leavesOutWhatFollowsAnErrorThatBeginsAStreamHoweverItComes(String body) throws Exception {
    String whole = body.replace("E", "{\"error\":{\"code\":503,\"status\":\"UNAVAILABLE\"}}");
    String more = whole.replace("]", ",") + whole.replace("[", "");
    List<Header> events = Header.list("content-type", "text/event-stream");
    Answer answer = Answer.stream(200, events, List.of(more.getBytes(StandardCharsets.UTF_8)));
    try (Rig rig = Rig.of(1, "internal_retries: 0")) {
      for (Answer cut : List.of(answer, answer.splitRandomly(7), answer.splitRandomly(8))) {
        rig.script().clear().always(Reaction.of(cut));
        Response passed = rig.post(Rig.STREAM, Rig.BODY);
        assertEquals(whole, passed.text());
        assertTrue(passed.whole());
      }
    }
  }

  @Test
  void passesALongErrorOnUnchanged() throws Exception {
    String text = "{\"error\":{\"code\":400,\"message\":\"" + "x".repeat(300_000) + "\"}}";
    try (Rig rig = Rig.of(2)) {
      rig.script().always(Reaction.of(Answer.of(400, "application/json", text)));
      for (String path : List.of(Rig.UNARY, Rig.STREAM)) {
        Response answer = rig.post(path, Rig.BODY);
        assertEquals(400, answer.status(), () -> answer.toString().substring(0, 300));
        assertTrue(answer.whole());
        assertEquals(text.length(), answer.body().length);
        assertEquals(text, answer.text());
      }
      assertEquals(2, rig.journal().requestCount());
    }
  }

  @Test
  void triesServerErrorsAgainAndPassesTheLastOn() throws Exception {
    try (Rig rig = Rig.of(2)) {
      rig.script().next(2, Errors.internal500());
      assertEquals(200, rig.post(Rig.UNARY, Rig.BODY).status());
      rig.script().always(Errors.overloaded503());
      Response answer = rig.post(Rig.UNARY, Rig.BODY);
      assertEquals(503, answer.status());
      assertTrue(answer.text().contains("overloaded"), answer::text);
    }
  }

  @Test
  void streamsABodyTooLargeToKeepAndSendsItOnce() throws Exception {
    byte[] body = new byte[3 << 20];
    Arrays.fill(body, (byte) ' ');
    try (Rig rig = Rig.of(2, "upstream: {max_replay_bytes: 65536}")) {
      rig.script().next(1, Reaction.usual(answer -> answer));
      assertEquals(200, big(rig, body).status());
      assertArrayEquals(body, rig.journal().lastRequest().body());
      rig.script().always(Errors.overloaded503());
      assertEquals(503, big(rig, body).status());
      rig.script().clear().always(Reaction.usual(Answer::resetBeforeHead));
      Response broken = big(rig, body);
      assertEquals(502, broken.status(), broken::toString);
      assertEquals(3, rig.journal().requestCount());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {Rig.UNARY, Rig.STREAM, Rig.CHAT})
  void tellsTheClientAtOnceWhenABeginningIsAllThereWas(String path) throws Exception {
    try (Rig rig = Rig.of(1, "upstream: {retry_budget: 0, min_retries_per_second: 0}")) {
      rig.script().always(Reaction.usual(Answer::resetAfterHead));
      Response answer = rig.post(path, path.equals(Rig.CHAT) ? Rig.CHAT_STREAM_BODY : Rig.BODY);
      assertEquals(502, answer.status(), answer::toString);
      assertTrue(answer.whole() && answer.header("x-request-id") != null);
      assertEquals(1, rig.journal().requestCount());
    }
  }

  @Test
  void countsTheWaitForAnAnswerFromTheEndOfTheUpload() throws Exception {
    byte[] piece = new byte[100_000];
    Arrays.fill(piece, (byte) ' ');
    try (Rig rig = Rig.of(1, "server.request_timeout_secs: 1");
        TestClient client = TestClient.connect(rig.port())) {
      long end = System.nanoTime() + 1_500_000_000L;
      client.request("POST", Rig.UNARY, Header.list("transfer-encoding", "chunked"), null);
      while (System.nanoTime() < end) {
        client.sendChunk(piece);
        LockSupport.parkNanos(50_000_000);
      }
      client.sendChunk(Rig.BODY.getBytes(StandardCharsets.UTF_8)).sendChunk(new byte[0]);
      assertEquals(200, client.read().status());
      assertEquals(1, rig.journal().requestCount());
    }
  }

  private static Response big(Rig rig, byte[] body) {
    try (TestClient client = TestClient.connect(rig.port())) {
      return client.exchange("POST", Rig.UNARY, List.of(), body);
    }
  }
}
