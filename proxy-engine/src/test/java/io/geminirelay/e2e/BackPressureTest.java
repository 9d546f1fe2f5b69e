package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Http2Exchange;
import io.geminirelay.testing.Reading;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.TestHttp2Client;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Reaction;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A side that does not take what it is sent holds the other side back, and fills no memory. */
class BackPressureTest {
  private static final long MIB = 1 << 20;
  private static final byte[] BLOCK =
      ("data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\""
              + "x".repeat(960)
              + "\"}]}}]}\r\n\r\n")
          .repeat(64)
          .getBytes(StandardCharsets.UTF_8);
  private static final long BLOCKS = 1024 * MIB / BLOCK.length + 1;

  /** What may be under way in sockets and buffers. */
  private static final long UNDER_WAY = 48 * MIB;

  private static Rig rig(String upstream, String... settings) throws Exception {
    String group = upstream.equals("h2") ? "http_version: \"2\"," : "";
    Rig rig = Rig.of(GeminiSimulator.plain(new FakeTime()), group, 1, settings);
    rig.script()
        .always(
            Reaction.of(
                Answer.flood(
                    Header.list("content-type", "text/event-stream"), BLOCK, BLOCKS, new byte[0])));
    return rig;
  }

  private static long directMemory() {
    return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric().usedDirectMemory();
  }

  /** Waits until a figure has stood still for half a second. */
  private static long settled(LongSupplier figure) {
    long last = figure.getAsLong();
    long since = System.nanoTime();
    while (System.nanoTime() - since < Duration.ofMillis(500).toNanos()) {
      LockSupport.parkNanos(5_000_000);
      long now = figure.getAsLong();
      assertTrue(now < 1024 * MIB, "nothing holds it back");
      if (now != last) {
        last = now;
        since = System.nanoTime();
      }
    }
    return last;
  }

  @ParameterizedTest(name = "{0} upstream")
  @ValueSource(strings = {"h1", "h2"})
  void slowHttp1ClientHoldsTheUpstreamBack(String upstream) throws Exception {
    long before = directMemory();
    try (Rig rig = rig(upstream)) {
      try (TestClient client = TestClient.connect(rig.port(), 8_192)) {
        client.request("POST", Rig.STREAM, List.of(), Rig.BODY.getBytes(StandardCharsets.UTF_8));
        Reading answer = client.begin();
        assertEquals(200, answer.status());
        assertNotNull(answer.next(1_000));
        long sent = settled(rig.journal()::sentBytes);
        report("h1 client, " + upstream, sent, before);
        long read = 0;
        while (rig.journal().sentBytes() < sent + MIB) {
          read += assertNext(answer);
          assertTrue(read < UNDER_WAY, "reading on brings no more");
        }
        report("h1 client reading, " + upstream, rig.journal().sentBytes() - read, before);
      }
      rig.journal().awaitCancelled(1);
    }
  }

  private static int assertNext(Reading answer) {
    byte[] next = answer.next();
    assertNotNull(next);
    return next.length;
  }

  private static void report(String what, long sent, long before) {
    long memory = directMemory() - before;
    System.out.println(
        what + ": under way " + sent / 1024 + " KiB, memory " + memory / 1024 + " KiB");
    assertTrue(sent < UNDER_WAY, sent + " bytes under way");
    assertTrue(memory < UNDER_WAY, memory + " bytes of memory");
  }

  @ParameterizedTest(name = "{0} upstream")
  @ValueSource(strings = {"h1", "h2"})
  void slowHttp2StreamHoldsItsUpstreamBackAndNoOther(String upstream) throws Exception {
    long before = directMemory();
    try (Rig rig = rig(upstream);
        TestHttp2Client client = TestHttp2Client.plain(rig.port(), 16_384)) {
      byte[] body = Rig.BODY.getBytes(StandardCharsets.UTF_8);
      Http2Exchange slow = client.open("POST", Rig.STREAM, List.of(), false);
      slow.stopReading();
      slow.send(body, true);
      rig.journal().awaitRequests(1);
      long sent = settled(rig.journal()::sentBytes);
      report("h2 client, " + upstream, sent, before);
      rig.script().clear();
      assertEquals(200, client.post(Rig.UNARY, Rig.BODY).status());
      slow.goOnReading();
      Rig.await(() -> rig.journal().sentBytes() > sent + MIB, "more after reading on");
      slow.cancel();
      rig.journal().awaitCancelled(1);
    }
  }

  @ParameterizedTest(name = "{0} upstream")
  @ValueSource(strings = {"h1", "h2"})
  void slowUpstreamHoldsAnUploadBack(String upstream) throws Exception {
    long before = directMemory();
    AtomicLong written = new AtomicLong();
    try (Rig rig = rig(upstream, "upstream: {max_replay_bytes: 1048576}")) {
      rig.script().nextAtHead(1, request -> true, Reaction.of(Answer.neverReading()));
      try (TestClient client = TestClient.connect(rig.port())) {
        client.request("POST", Rig.UNARY, Header.list("content-length", "100000000"), null);
        Thread writer = new Thread(() -> write(client, written));
        writer.start();
        rig.journal().awaitRequests(1);
        long taken = settled(written::get);
        report("upload, " + upstream, taken, before);
        client.abort();
        writer.join();
      }
      rig.journal().awaitCancelled(upstream.equals("h2") ? 1 : 0);
    }
  }

  private static void write(TestClient client, AtomicLong written) {
    byte[] piece = new byte[64 * 1024];
    try {
      while (written.get() < 100_000_000 - piece.length) {
        client.send(piece);
        written.addAndGet(piece.length);
      }
    } catch (UncheckedIOException e) {
      written.addAndGet(0); // the connection was cut under it, as intended
    }
  }
}
