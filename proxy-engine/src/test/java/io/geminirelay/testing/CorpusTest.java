package io.geminirelay.testing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recorded exchanges are loaded whole and replayed byte for byte. */
class CorpusTest {
  @Test
  void findsTheFolderBesideAnyDirectoryAboveAndThenTheFallback(@TempDir Path top)
      throws IOException {
    Path inside = Files.createDirectories(top.resolve("repo/module"));
    assertNull(Corpus.find(inside, top.resolve("elsewhere").toString()));
    Files.createDirectories(top.resolve("elsewhere/corpus"));
    assertEquals(
        top.resolve("elsewhere"), Corpus.find(inside, top.resolve("elsewhere").toString()));
    Files.createDirectories(top.resolve("shared/corpus"));
    assertEquals(top.resolve("shared"), Corpus.find(inside, null));
  }

  @Test
  void holdsStreamsWithTheirLineEnds() {
    List<CorpusExchange> streams = Corpus.ofKind("native-sse");
    assertFalse(streams.isEmpty());
    assertTrue(streams.stream().anyMatch(stream -> stream.responseText().contains("\r\n\r\n")));
    CorpusExchange keyed = Corpus.get("embeddings", "rig-embedding-matrix-dimensions-request-0");
    assertEquals("/v1beta/models/gemini-embedding-001:batchEmbedContents", keyed.pathWithoutKey());
    assertEquals("key-param", keyed.auth());
  }

  @Test
  void replaysEveryExchangeOverBothProtocols() {
    long seed = new Random().nextLong();
    try (GeminiSimulator simulator = GeminiSimulator.plain(new FakeTime());
        TestClient http1 = TestClient.connect(simulator.port());
        TestHttp2Client http2 = TestHttp2Client.plain(simulator.port())) {
      for (CorpusExchange exchange : Corpus.all()) {
        simulator.script().next(2, exchange.replay(seed));
        String what = exchange + ", seed " + seed;
        check(what, exchange, http1.exchange("GET", "/", List.of(), null));
        check(what, exchange, http2.exchange("GET", "/", List.of(), null));
        seed++;
      }
    }
  }

  private static void check(String what, CorpusExchange exchange, Response response) {
    assertEquals(exchange.status(), response.status(), what);
    assertArrayEquals(exchange.responseBody(), response.body(), what);
    assertTrue(response.whole(), what);
    assertEquals(
        Header.all(exchange.responseHeaders(), "content-type"),
        Header.all(response.headers(), "content-type"),
        what);
  }
}
