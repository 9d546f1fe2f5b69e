package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestCertificates;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Reaction;
import io.geminirelay.testing.sim.ReceivedRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same faults where the upstream speaks HTTP/2. */
class Http2UpstreamTest {
  private static final long REFUSED_STREAM = 7;
  private static final long INTERNAL_ERROR = 2;
  private static final long HTTP_1_1_REQUIRED = 0xd;
  private static TestCertificates certificates;

  @BeforeAll
  static void certify() {
    certificates = TestCertificates.forNames("localhost");
  }

  @AfterAll
  static void forget() {
    certificates.close();
  }

  private static Rig rig(String way) throws Exception {
    return way.equals("tls")
        ? Rig.of(
            GeminiSimulator.tls(new FakeTime(), certificates),
            "ca_file: \"" + certificates.caFile() + "\",",
            2,
            "server.workers: 1")
        : Rig.of(
            GeminiSimulator.plain(new FakeTime()), "http_version: \"2\",", 2, "server.workers: 1");
  }

  private static void assertServed(Response answer) {
    assertEquals(200, answer.status(), answer::toString);
    assertTrue(answer.whole() && answer.text().contains("finishReason"), answer::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "tls"})
  void servesUnaryAndStreamOnOneConnection(String way) throws Exception {
    try (Rig rig = rig(way)) {
      for (int i = 0; i < 5; i++) {
        assertServed(rig.post(Rig.UNARY, Rig.BODY));
        assertServed(rig.post(Rig.STREAM, Rig.BODY));
        assertEquals(200, rig.post(Rig.CHAT, Rig.CHAT_STREAM_BODY).status());
      }
      assertEquals(1, rig.journal().acceptedConnections());
      for (ReceivedRequest request : rig.journal().requests()) {
        assertEquals("HTTP/2", request.protocol());
        assertEquals(way.equals("tls") ? "https" : "http", request.header(":scheme"));
        assertFalse(request.bodyText().isEmpty());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "tls"})
  void goesOnElsewhereWhenTheUpstreamGoesAway(String way) throws Exception {
    try (Rig rig = rig(way)) {
      assertServed(rig.post(Rig.UNARY, Rig.BODY));
      rig.script().next(1, Reaction.usual(answer -> answer.goingAway(0)));
      assertServed(rig.post(Rig.STREAM, Rig.BODY));
      assertServed(rig.post(Rig.UNARY, Rig.BODY));
      assertEquals(2, rig.journal().acceptedConnections());
      rig.script().next(1, Reaction.usual(answer -> answer.goingAwayRefused(0)));
      assertServed(rig.post(Rig.UNARY, Rig.BODY));
      assertEquals(3, rig.journal().acceptedConnections());
      assertEquals(5, rig.journal().requestCount());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {REFUSED_STREAM, INTERNAL_ERROR})
  void triesAgainWhenTheStreamIsResetBeforeTheAnswer(long code) throws Exception {
    try (Rig rig = rig("plain")) {
      rig.script().next(1, Reaction.usual(answer -> answer.resetStream(code)));
      assertServed(rig.post(Rig.UNARY, Rig.BODY));
      assertEquals(2, rig.journal().requestCount());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "tls"})
  void showsThatACommittedStreamBroke(String way) throws Exception {
    byte[] event =
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hi\"}]}}]}\r\n\r\n"
            .getBytes(StandardCharsets.UTF_8);
    Answer answer =
        Answer.stream(200, Header.list("content-type", "text/event-stream"), List.of(event, event))
            // A reset overtakes what the gateway has not read: before the commitment it is retried.
            .paced(Duration.ofMillis(300));
    try (Rig rig = rig(way)) {
      for (Answer broken :
          List.of(
              answer.resetStreamAfter(event.length, INTERNAL_ERROR),
              answer.resetAfter(event.length))) {
        rig.script().next(1, Reaction.of(broken));
        Response got = rig.post(Rig.STREAM, Rig.BODY);
        assertEquals(200, got.status());
        assertFalse(got.whole());
        assertTrue(got.text().contains("data: {\"error\":{\"code\":502"), got::text);
      }
      assertEquals(2, rig.journal().requestCount());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "tls"})
  void takesTheNextKeyAndCancelsWhatNobodyWants(String way) throws Exception {
    try (Rig rig = rig(way)) {
      rig.script().next(1, Errors.tooManyRequestsPerDay());
      assertServed(rig.post(Rig.UNARY, Rig.BODY));
      rig.script().next(1, Reaction.usual(answer -> answer.stallAfter(10)));
      try (TestClient client = TestClient.connect(rig.port())) {
        byte[] body = Rig.BODY.getBytes(StandardCharsets.UTF_8);
        client.request("POST", Rig.UNARY, List.of(), body);
        assertNotNull(client.begin().next());
      }
      assertEquals("reset 8", rig.journal().awaitCancelled(1).get(0).how());
      rig.journal().awaitOpenStreams(0);
      assertServed(rig.post(Rig.UNARY, Rig.BODY));
      assertEquals(1, rig.journal().acceptedConnections());
    }
  }

  @Test
  void trustsNobodyButTheGivenAuthority() throws Exception {
    try (TestCertificates others = TestCertificates.forNames("localhost");
        Rig rig =
            Rig.of(
                GeminiSimulator.tls(new FakeTime(), certificates),
                "ca_file: \"" + others.caFile() + "\",",
                1)) {
      Response answer = rig.post(Rig.UNARY, Rig.BODY);
      assertEquals(502, answer.status(), answer::toString);
      assertTrue(answer.text().contains("\"TLS\""), answer::text);
      assertEquals(0, rig.journal().requestCount());
    }
  }

  /** RFC 9113 section 7: who has the choice by ALPN asks again so, and goes on so. */
  @ParameterizedTest(name = "for the whole connection: {0}")
  @ValueSource(booleans = {false, true})
  void turnsToHttp1WhereTheTargetRequiresIt(boolean all) throws Exception {
    try (Rig rig = rig("tls")) {
      rig.script()
          .when(
              request -> request.protocol().equals("HTTP/2"),
              Reaction.usual(
                  answer ->
                      all
                          ? answer.goingAwayRefused(HTTP_1_1_REQUIRED)
                          : answer.resetStream(HTTP_1_1_REQUIRED)));
      assertServed(rig.post(Rig.UNARY, Rig.BODY));
      assertServed(rig.post(Rig.UNARY, Rig.BODY));
      assertServed(rig.post(Rig.STREAM, Rig.BODY));
      assertEquals(
          List.of("HTTP/2", "HTTP/1.1", "HTTP/1.1", "HTTP/1.1"),
          rig.journal().requests().stream().map(ReceivedRequest::protocol).toList());
      assertEquals(2, rig.journal().acceptedConnections());
    }
  }

  /** With prior knowledge there is no other way: it is an error of the target, told as one. */
  @Test
  void tellsOfATargetThatRequiresWhatItMayNotBeAsked() throws Exception {
    try (Rig rig = rig("plain")) {
      rig.script().always(Reaction.usual(answer -> answer.resetStream(HTTP_1_1_REQUIRED)));
      Response answer = rig.post(Rig.UNARY, Rig.BODY);
      assertEquals(502, answer.status(), answer::toString);
      assertTrue(rig.journal().requestCount() < 8, "" + rig.journal().requestCount());
    }
  }
}
