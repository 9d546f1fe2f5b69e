package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Header;
import io.geminirelay.testing.Reading;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.TestHttp2Client;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Reaction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Comments while a model thinks: they bind nobody to the attempt under way. */
class KeepAliveCommentsTest {
  private static final String COMMENT = ": keep-alive\n\n";
  private static final Duration THINKING = Duration.ofMillis(1_300);

  private static Rig rig() throws Exception {
    return Rig.of(2, "keepalive_secs: 1", "internal_retries: 0");
  }

  @Test
  void comeBeforeTheAnswerAndLeaveAnotherAttemptPossible() throws Exception {
    try (Rig rig = rig();
        TestHttp2Client http2 = TestHttp2Client.plain(rig.port())) {
      rig.script().next(1, Errors.tooManyRequestsPerDay().altered(a -> a.delayed(THINKING)));
      assertServed(rig.post(Rig.STREAM, Rig.BODY));
      assertEquals(2, rig.journal().requestCount());
      rig.script().next(1, Reaction.usual(a -> a.delayed(THINKING)));
      assertServed(http2.post(Rig.STREAM, Rig.BODY));
    }
  }

  private static void assertServed(Response answer) {
    assertEquals(200, answer.status(), answer::toString);
    assertEquals("text/event-stream", answer.header("content-type"));
    String text = answer.text();
    assertTrue(text.startsWith(COMMENT), text);
    assertTrue(text.substring(COMMENT.length()).startsWith("data: {\"candidates\""), text);
    assertTrue(text.contains("finishReason") && answer.whole(), text);
  }

  @Test
  void turnAFinalRefusalIntoAnErrorEvent() throws Exception {
    try (Rig rig = rig()) {
      rig.script().always(Errors.keySuspended().altered(answer -> answer.delayed(THINKING)));
      Response gone = rig.post(Rig.STREAM, Rig.BODY);
      assertErrorEvent(gone, "\"code\":503");
      assertFalse(gone.toString().contains("AIzaTestKey"), gone::toString);
    }
    try (Rig rig = rig()) {
      rig.script().always(Errors.tooManyRequestsPerDay().altered(a -> a.delayed(THINKING)));
      Response spent = rig.post(Rig.STREAM, Rig.BODY);
      assertErrorEvent(spent, "\"code\": 429");
    }
  }

  private static void assertErrorEvent(Response answer, String code) {
    assertEquals(200, answer.status());
    String text = answer.text();
    assertTrue(text.startsWith(COMMENT), text);
    int data = text.indexOf("data: {");
    assertTrue(data > 0 && text.indexOf("\"error\"", data) > 0, text);
    assertTrue(text.contains(code) && text.endsWith("\n\r\n"), text);
    String event = text.substring(data, text.length() - 4);
    assertEquals(-1, event.indexOf('\n'), "one line of data");
  }

  @Test
  void letAnErrorThatBeginsAStreamPassAsTheEventItIs() throws Exception {
    String event = "data: {\"error\":{\"code\":503,\"status\":\"UNAVAILABLE\"}}\r\n\r\n";
    List<Header> events = Header.list("content-type", "text/event-stream");
    Answer late =
        Answer.stream(200, events, List.of(event.getBytes(StandardCharsets.UTF_8)))
            .delayed(THINKING);
    try (Rig rig = Rig.of(1, "keepalive_secs: 1", "internal_retries: 0")) {
      rig.script().always(Reaction.of(late));
      Response answer = rig.post(Rig.STREAM, Rig.BODY);
      assertTrue(answer.whole(), answer::toString);
      assertEquals(COMMENT + event, answer.text());
    }
  }

  @Test
  void keepOutOfAnErrorInMidStreamUntilItIsSent() throws Exception {
    String content = "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hi\"}]}}]}\n\n";
    String error = "data: {\"error\":{\"code\":503,\"status\":\"UNAVAILABLE\"}}\n\n";
    List<byte[]> pieces =
        Stream.of(content, error, "data: [DONE]\n\n")
            .map(each -> each.getBytes(StandardCharsets.UTF_8))
            .toList();
    Answer paced =
        Answer.stream(200, Header.list("content-type", "text/event-stream"), pieces)
            .paced(Duration.ofMillis(1_300));
    try (Rig rig = rig()) {
      rig.script().always(Reaction.of(paced));
      Response answer = rig.post(Rig.STREAM, Rig.BODY);
      assertTrue(answer.whole(), answer::toString);
      assertEquals(content + error + "data: [DONE]\n\n", answer.text().replace(COMMENT, ""));
    }
  }

  @Test
  void turnABrokenConnectionIntoAnErrorEvent() throws Exception {
    try (Rig rig = rig()) {
      rig.script().always((request, usual) -> Answer.raw(new byte[0]).delayed(THINKING));
      Response answer = rig.post(Rig.CHAT, Rig.CHAT_STREAM_BODY);
      assertErrorEvent(answer, "\"code\":\"reset_before_answer\"");
      assertFalse(answer.whole());
    }
  }

  @Test
  void comeBetweenEventsOnlyAndNotWhereNobodyReadsEvents() throws Exception {
    try (Rig rig = rig();
        TestClient client = TestClient.connect(rig.port())) {
      rig.script().always(Reaction.usual(answer -> answer.delayed(THINKING)));
      Response unary = client.post(Rig.UNARY, Rig.BODY);
      assertTrue(unary.text().startsWith("{"), unary::text);
      AtomicReference<byte[]> answered = new AtomicReference<>();
      rig.script()
          .always(
              Reaction.usual(
                  answer -> {
                    answered.set(answer.body());
                    int middle = answer.body().length - 20;
                    return answer.splitAt(middle).paced(THINKING).delayed(THINKING);
                  }));
      client.request("POST", Rig.STREAM, List.of(), Rig.BODY.getBytes(StandardCharsets.UTF_8));
      Reading stream = client.begin();
      assertNull(Header.first(stream.headers(), "connection"));
      String text = stream.response().text();
      assertTrue(text.startsWith(COMMENT), text);
      String events = text.replace(COMMENT, "");
      assertEquals(new String(answered.get(), StandardCharsets.UTF_8), events);
      assertTrue(text.endsWith(events.substring(events.lastIndexOf("data: "))), "within an event");
    }
  }
}
