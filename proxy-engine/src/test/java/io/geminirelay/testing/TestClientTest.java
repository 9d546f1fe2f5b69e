package io.geminirelay.testing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Reaction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The raw clients see what the simulator sends, and say how it ended. */
class TestClientTest {
  private static final String KEY = "x-goog-api-key";
  private static final String PATH = "/v1beta/models/gemini-2.5-flash:generateContent";
  private static final String BODY = "{\"contents\":[{\"parts\":[{\"text\":\"hello\"}]}]}";
  private static final byte[] TEN = "0123456789".getBytes(StandardCharsets.UTF_8);

  private final GeminiSimulator simulator = GeminiSimulator.plain(new FakeTime());

  @AfterEach
  void stop() {
    simulator.close();
  }

  private void answer(Answer answer) {
    simulator.script().next(1, Reaction.of(answer));
  }

  @Test
  void readsEachFraming() {
    Answer ten = Answer.stream(200, List.of(), EverySplit.cut(TEN, 1, 5));
    answer(ten);
    answer(ten.withLength());
    answer(ten.informing(103));
    answer(ten.untilClose());
    try (TestClient client = TestClient.connect(simulator.port())) {
      for (int i = 0; i < 4; i++) {
        Response response = client.exchange("GET", "/", List.of(), null);
        assertEquals(200, response.status());
        assertArrayEquals(TEN, response.body());
        assertTrue(response.whole());
      }
      assertTrue(client.seesClose());
    }
  }

  @Test
  void tellsCutBodiesFromWholeOnes() {
    for (Answer base :
        List.of(Answer.of(200, List.of(), TEN), Answer.stream(200, List.of(), List.of(TEN, TEN)))) {
      answer(base.cutAfter(7));
      try (TestClient client = TestClient.connect(simulator.port())) {
        Response response = client.exchange("GET", "/", List.of(), null);
        assertEquals("0123456", response.text());
        assertFalse(response.whole());
      }
    }
    answer(Answer.of(200).closeBeforeHead());
    try (TestClient client = TestClient.connect(simulator.port())) {
      assertEquals(0, client.exchange("GET", "/", List.of(), null).status());
    }
  }

  @Test
  void pipelinesAndReadsInPieces() {
    try (TestClient client = TestClient.connect(simulator.port())) {
      byte[] body = BODY.getBytes(StandardCharsets.UTF_8);
      client.request("POST", PATH, Header.list(KEY, "a"), body);
      String stream = PATH.replace("generate", "streamGenerate") + "?alt=sse";
      client.request("POST", stream, Header.list(KEY, "b"), body);
      assertTrue(client.read().text().contains("Echo: hello"));
      Reading reading = client.begin();
      assertEquals("text/event-stream", reading.header("content-type"));
      assertTrue(String.valueOf(reading.nextUntil("\r\n\r\n")).startsWith("data: {"));
      assertNull(reading.next());
      assertTrue(reading.whole());
    }
  }

  @Test
  void abortIsSeenAsCancellation() {
    answer(Answer.of(200, List.of(), TEN).stallAfter(3));
    TestClient client = TestClient.connect(simulator.port());
    client.request("GET", "/", List.of(), null);
    assertEquals("HTTP/1.1 200 OK", client.headLines().get(0));
    client.abort();
    assertEquals(3, simulator.journal().awaitCancelled(1).get(0).sentBytes());
  }

  @Test
  void speaksTls() {
    try (TestCertificates certificates = TestCertificates.forNames("localhost");
        GeminiSimulator secure = GeminiSimulator.tls(new FakeTime(), certificates);
        TestClient client = TestClient.tls(secure.port(), certificates.caFile())) {
      assertTrue(client.post(PATH, BODY, KEY, "a").text().contains("Echo: hello"));
      assertEquals("HTTP/1.1", secure.journal().lastRequest().protocol());
    }
  }
}
