package io.geminirelay.testing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Errors;
import io.geminirelay.testing.sim.Reaction;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Scripted faults happen on the wire as scripted. */
class SimulatorFaultsTest {
  private static final String STREAM =
      "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse";
  private static final String PROMPT =
      "{\"contents\":[{\"parts\":[{\"text\":\"a prompt that is longer than one event\"}]}]}";
  private static final byte[] TEN = "0123456789".getBytes(StandardCharsets.UTF_8);

  private final GeminiSimulator simulator = GeminiSimulator.plain(new FakeTime());
  private final TestClient client = TestClient.connect(simulator.port());

  @AfterEach
  void stop() {
    client.close();
    simulator.close();
  }

  private void script(Reaction reaction) {
    simulator.script().next(1, reaction);
  }

  private Response stream() {
    return client.post(STREAM, PROMPT, "x-goog-api-key", "k1");
  }

  @Test
  void resetsAfterSomeBytes() {
    script(Reaction.usual(answer -> answer.resetAfter(30)));
    Response broken = stream();
    assertFalse(broken.whole());
    assertTrue(broken.body().length <= 30);
    script(Reaction.usual(Answer::resetBeforeHead));
    try (TestClient second = TestClient.connect(simulator.port())) {
      assertEquals(0, second.post(STREAM, PROMPT, "x-goog-api-key", "k1").status());
    }
  }

  @Test
  void stallsUntilTheClientLeaves() {
    script(Reaction.usual(answer -> answer.stallAfter(40)));
    client.request(
        "POST",
        STREAM,
        Header.list("x-goog-api-key", "k1"),
        PROMPT.getBytes(StandardCharsets.UTF_8));
    Reading reading = client.begin();
    int seen = 0;
    while (seen < 40) {
      seen += Objects.requireNonNull(reading.next()).length;
    }
    client.close();
    assertEquals(40, simulator.journal().awaitCancelled(1).get(0).sentBytes());
    simulator.journal().awaitOpenConnections(0);
  }

  @Test
  void floodsOnlyAsFastAsTheReaderTakes() {
    byte[] block = new byte[65_536];
    script(Reaction.of(Answer.flood(List.of(), block, 400, TEN)));
    try (TestClient slow = TestClient.connect(simulator.port(), 8_192)) {
      slow.request("GET", "/", List.of(), null);
      Reading reading = slow.begin();
      assertEquals(200, reading.status());
      simulator.journal().await(() -> simulator.journal().sentBytes() > 0, "the flood");
      assertTrue(simulator.journal().sentBytes() < 400L * block.length);
      long size = 0;
      for (byte[] piece = reading.next(); piece != null; piece = reading.next()) {
        size += piece.length;
      }
      assertEquals(400L * block.length + TEN.length, size);
      assertTrue(reading.whole());
    }
  }

  @Test
  void breaksStreamsWithErrorsInBothShapes() {
    script(Errors.overloaded503().midStreamEvent(1));
    String event = stream().text();
    assertTrue(event.contains("\r\n\r\ndata: {\"error\": {\"code\": 503"), event);
    script(Errors.overloaded503().midStreamBare(1));
    String bare = stream().text();
    assertTrue(bare.contains("\r\n\r\n{\n  \"error\": {"), bare);
    script(Errors.overloaded503().asFirstEvent());
    Response first = stream();
    assertEquals(200, first.status());
    assertTrue(first.text().startsWith("data: {\"error\""));
    script(Errors.emptyOk());
    assertEquals(0, stream().body().length);
  }

  @Test
  void answersAtTheHeadWhileTheBodyIsStillOnItsWay() {
    simulator.script().nextAtHead(1, request -> true, Reaction.of(Answer.of(413)));
    client.request("POST", "/", Header.list("transfer-encoding", "chunked"), null);
    client.sendChunk(TEN);
    assertEquals(413, client.read().status());
    assertFalse(simulator.journal().lastRequest().isWhole());
  }

  @Test
  void compressesWithoutChangingWhatIsSaid() throws IOException {
    byte[] plain = stream().body();
    script(Reaction.usual(Answer::gzipped));
    Response packed = stream();
    assertEquals("gzip", packed.header("content-encoding"));
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(packed.body()))) {
      assertArrayEquals(plain, in.readAllBytes());
    }
  }

  @Test
  void sendsRawBytesAndDropsConnections() {
    script(Reaction.of(Answer.raw("not HTTP\r\n".getBytes(StandardCharsets.UTF_8))));
    client.request("GET", "/", List.of(), null);
    assertEquals("not HTTP", new String(client.readRaw(8), StandardCharsets.UTF_8));
    try (TestClient idle = TestClient.connect(simulator.port())) {
      assertEquals(404, idle.exchange("GET", "/", List.of(), null).status());
      simulator.dropConnections();
      assertTrue(idle.seesClose());
    }
    try (TestClient again = TestClient.connect(simulator.port())) {
      again.send("nonsense\r\n\r\n");
      assertEquals(400, again.read().status());
      assertNull(again.begin().header("x"));
      assertEquals(1, simulator.journal().malformed().size());
    }
  }
}
