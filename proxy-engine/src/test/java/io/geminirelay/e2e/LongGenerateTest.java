package io.geminirelay.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.AnswerReference;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.TestHttp2Client;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Reaction;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code POST /generate} with answers of megabytes, and readers that take their time. */
class LongGenerateTest {
  private static final int PIECE_BYTES = 4_096;
  private static final String PIECE = "0123456789abcde ".repeat(PIECE_BYTES / 16);

  /** Events of 4 KiB, each of 1,024 tokens. */
  private static Answer answer(int events) {
    StringBuilder all = new StringBuilder((PIECE_BYTES + 200) * events);
    for (int i = 1; i <= events; i++) {
      String end = i == events ? ",\"finishReason\": \"STOP\"" : "";
      all.append(GenerateRouteTest.event(PIECE, i * 1_024, end));
    }
    return GenerateRouteTest.stream(all.toString()).splitRandomly(8);
  }

  @Test
  void tellsEightMegabytes() throws Exception {
    try (Rig rig = Rig.of(1, "generate: {chunk_token: 500000}")) {
      rig.script().always(Reaction.of(answer(2_048)));
      Response got = rig.post("/generate", Rig.BODY);
      assertTrue(got.whole());
      List<Map<String, Object>> read = AnswerReference.elements(got.body());
      assertEquals(5, read.size());
      assertEquals(PIECE.repeat(2_048), read.get(4).get("content"));
      assertEquals(true, read.get(4).get("is_complete"));
    }
  }

  @Test
  void tellsALongTextInPieces() throws Exception {
    try (Rig rig = Rig.of(1);
        TestHttp2Client http2 = TestHttp2Client.plain(rig.port())) {
      rig.script().always(Reaction.of(answer(200)));
      for (Response deltas :
          List.of(
              rig.post("/generate?mode=delta", Rig.BODY),
              http2.post("/generate?mode=delta", Rig.BODY))) {
        StringBuilder text = new StringBuilder();
        AnswerReference.elements(deltas.body()).forEach(e -> text.append(e.get("content")));
        assertEquals(PIECE.repeat(200), text.toString());
      }
    }
  }

  @Test
  void holdsTheTextOnceAndGoogleBackWhileTheClientDoesNotRead() throws Exception {
    long before = directMemory();
    byte[] block =
        GenerateRouteTest.event(PIECE, 1_000_000, "").repeat(16).getBytes(StandardCharsets.UTF_8);
    Answer flood =
        Answer.flood(Header.list("content-type", "text/event-stream"), block, 16_384, new byte[0]);
    try (Rig rig = Rig.of(1, "generate: {chunk_token: 1}");
        TestClient slow = TestClient.connect(rig.port(), 16_384)) {
      rig.script().always(Reaction.of(flood));
      byte[] body = Rig.BODY.getBytes(StandardCharsets.UTF_8);
      slow.request("POST", "/generate", List.of(), body);
      assertEquals(200, slow.begin().status());
      long sent = settled(rig.journal()::sentBytes);
      long memory = directMemory() - before;
      System.out.println("under way " + sent / 1024 + " KiB, memory " + memory / 1024 + " KiB");
      assertTrue(sent < 48 << 20, "bytes under way: " + sent);
      assertTrue(memory < 48 << 20, "bytes of memory: " + memory);
      slow.abort();
      rig.journal().awaitCancelled(1);
      rig.journal().awaitOpenStreams(0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/generate", "/generate?mode=delta"})
  void endsATextThatIsTooLongAndGoesOn(String path) throws Exception {
    byte[] block = GenerateRouteTest.event(PIECE, 1, "").repeat(16).getBytes(UTF_8);
    List<Header> head = Header.list("content-type", "text/event-stream");
    Answer endless = Answer.flood(head, block, 4_096, new byte[0]);
    try (Rig rig = Rig.of(1, "generate: {chunk_token: 1000000}");
        TestClient client = TestClient.connect(rig.port())) {
      rig.script().next(1, Reaction.of(endless));
      Response got = client.post(path, Rig.BODY);
      assertEquals(200, got.status());
      assertTrue(got.whole());
      String all = got.text();
      String end = all.substring(all.length() - 300);
      assertTrue(all.length() > 32 << 20 && all.length() < 34 << 20, "length " + all.length());
      assertTrue(end.contains("\"is_complete\":false") && end.contains("bad_answer"), end);
      rig.journal().awaitCancelled(1);
      assertTrue(rig.journal().sentBytes() < 64L << 20, "sent " + rig.journal().sentBytes());
      assertTrue(client.post(path, Rig.BODY).text().contains("Echo: Hello"));
    }
  }

  private static long directMemory() {
    return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric().usedDirectMemory();
  }

  /** Waits until a figure has stood still for half a second. */
  private static long settled(LongSupplier figure) {
    long last = figure.getAsLong();
    long since = System.nanoTime();
    while (System.nanoTime() - since < 500_000_000L) {
      LockSupport.parkNanos(5_000_000);
      long now = figure.getAsLong();
      assertTrue(now < 512 << 20, "nothing holds it back");
      if (now != last) {
        last = now;
        since = System.nanoTime();
      }
    }
    return last;
  }
}
