package io.geminirelay.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Reaction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The HTTP/2 client and the HTTP/2 side of the simulator agree about every way to end. */
class TestHttp2ClientTest {
  private static final String KEY = "x-goog-api-key";
  private static final String PATH = "/v1beta/models/gemini-2.5-flash:generateContent";
  private static final String BODY = "{\"contents\":[{\"parts\":[{\"text\":\"hello\"}]}]}";
  private static final byte[] TEN = "0123456789".getBytes(StandardCharsets.UTF_8);

  private final GeminiSimulator simulator = GeminiSimulator.plain(new FakeTime());
  private final TestHttp2Client client = TestHttp2Client.plain(simulator.port());

  @AfterEach
  void stop() {
    client.close();
    simulator.close();
  }

  private void answer(Answer answer) {
    simulator.script().next(1, Reaction.of(answer));
  }

  private Http2Exchange get() {
    return client.request("GET", "/", List.of(), null);
  }

  @Test
  void exchangesWithPriorKnowledge() {
    Response response = client.post(PATH, BODY, KEY, "a");
    assertEquals(200, response.status());
    assertTrue(response.whole());
    assertTrue(response.text().contains("Echo: hello"));
    assertEquals("HTTP/2", simulator.journal().lastRequest().protocol());
  }

  @Test
  void exchangesOverTls() {
    try (TestCertificates certificates = TestCertificates.forNames("localhost");
        GeminiSimulator secure = GeminiSimulator.tls(new FakeTime(), certificates);
        TestHttp2Client tls = TestHttp2Client.tls(secure.port(), certificates.caFile())) {
      assertTrue(tls.post(PATH, BODY, KEY, "a").text().contains("Echo: hello"));
      assertEquals("HTTP/2", secure.journal().lastRequest().protocol());
    }
  }

  @Test
  void seesResetBeforeHeadAndInBody() {
    answer(Answer.of(200).resetStream(7));
    Http2Exchange refused = get();
    assertEquals(0, refused.status());
    assertEquals(7, refused.resetCode());
    answer(Answer.stream(200, List.of(), List.of(TEN)).resetStreamAfter(4, 2));
    Http2Exchange broken = get();
    assertEquals(2, broken.resetCode());
    assertEquals(200, broken.status());
    assertFalse(broken.whole());
    assertTrue(client.isOpen());
  }

  @Test
  void seesGoAwayBesideAnAnswerAndInsteadOfOne() {
    answer(Answer.of(200, List.of(), TEN).goingAway(0));
    assertEquals("0123456789", get().response().text());
    assertEquals(0, client.goAwayCode());
    try (TestHttp2Client second = TestHttp2Client.plain(simulator.port())) {
      answer(Answer.of(200).goingAwayRefused(0));
      assertEquals(0, second.request("GET", "/", List.of(), null).response().status());
    }
  }

  @Test
  void seesCutConnection() {
    answer(Answer.stream(200, List.of(), List.of(TEN)).cutAfter(4));
    Response response = get().response();
    assertEquals("0123", response.text());
    assertFalse(response.whole());
    client.awaitClosed();
  }

  @Test
  void cancelReachesTheSimulator() {
    answer(Answer.stream(200, List.of(), List.of(TEN)).stallAfter(4));
    Http2Exchange exchange = get();
    assertEquals(4, Objects.requireNonNull(exchange.next()).length);
    exchange.cancel();
    assertEquals("reset 8", simulator.journal().awaitCancelled(1).get(0).how());
    simulator.journal().awaitOpenStreams(0);
    assertTrue(client.isOpen());
  }

  @Test
  void notReadingHoldsAFloodBack() {
    byte[] block = new byte[16_384];
    answer(Answer.flood(List.of(), block, 200, TEN));
    Http2Exchange exchange = client.open("GET", "/", List.of(), false);
    exchange.stopReading();
    exchange.send(new byte[0], true);
    simulator.journal().await(() -> simulator.journal().sentBytes() > 0, "the flood");
    // A second exchange on the same connection passes by the held one.
    answer(Answer.of(200, List.of(), TEN));
    assertEquals("0123456789", get().response().text());
    long held = simulator.journal().sentBytes();
    assertTrue(held < 1_500_000, "sent " + held);
    exchange.goOnReading();
    assertEquals(200L * block.length + TEN.length, exchange.response().body().length);
  }
}
