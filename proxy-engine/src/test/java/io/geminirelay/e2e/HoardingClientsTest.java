package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Http2Exchange;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.TestHttp2Client;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Reaction;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many clients at once that send and never read, or never end what they send, fill no memory. */
class HoardingClientsTest {
  private static final int MANY = 20;
  private static final long MIB = 1 << 20;

  /** What all of them may hold together: well below a MiB each, whatever they are sent. */
  private static final long HELD = 32 * MIB;

  private static final byte[] BLOCK =
      ("data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\""
              + "x".repeat(960)
              + "\"}]}}]}\r\n\r\n")
          .repeat(64)
          .getBytes(StandardCharsets.UTF_8);
  private static Rig rig;

  @BeforeAll
  static void start() throws Exception {
    rig =
        Rig.of(
            GeminiSimulator.plain(new FakeTime()),
            "",
            1,
            "upstream: {max_replay_bytes: 65536}",
            "server.limits: {send_timeout_secs: 600}");
  }

  @AfterAll
  static void stop() {
    rig.close();
  }

  @BeforeEach
  void forget() {
    rig.script().clear();
    rig.journal().clear();
  }

  private static long used() {
    ByteBufAllocatorMetric metric =
        ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric();
    return metric.usedDirectMemory() + metric.usedHeapMemory();
  }

  private static void assertBounded(long before) {
    long held = used() - before;
    System.out.println(MANY + " clients hold " + held / 1024 + " KiB");
    assertTrue(held < HELD, held / MIB + " MiB");
  }

  /** Sends without end what the socket takes; until nothing was taken for a while. */
  private static void flood(List<SocketChannel> sockets, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer[] left = new ByteBuffer[sockets.size()];
    long taken = 0;
    int quiet = 0;
    while (quiet < 20) {
      long round = 0;
      for (int i = 0; i < left.length; i++) {
        if (left[i] == null || !left[i].hasRemaining()) {
          left[i] = ByteBuffer.wrap(bytes);
        }
        round += sockets.get(i).write(left[i]);
      }
      taken += round;
      assertTrue(taken < 4096 * MIB, "nothing holds them back");
      quiet = round == 0 ? quiet + 1 : 0;
      LockSupport.parkNanos(round == 0 ? 5_000_000 : 1);
    }
  }

  private static List<SocketChannel> connect() throws IOException {
    List<SocketChannel> sockets = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      SocketChannel socket = SocketChannel.open();
      socket.setOption(StandardSocketOptions.SO_SNDBUF, 32 << 10);
      socket.connect(new InetSocketAddress("127.0.0.1", rig.port()));
      socket.configureBlocking(false);
      sockets.add(socket);
    }
    return sockets;
  }

  private static void leave(List<SocketChannel> sockets, long before) throws IOException {
    for (SocketChannel socket : sockets) {
      socket.close();
    }
    Rig.await(() -> used() - before < 8 * MIB, "the memory to come back");
    assertEquals(200, rig.post(Rig.UNARY, Rig.BODY).status());
  }

  @Test
  void pipeliningWithoutReading() throws IOException {
    long before = used();
    List<SocketChannel> sockets = connect();
    flood(sockets, "GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".repeat(200));
    assertBounded(before);
    leave(sockets, before);
  }

  @Test
  void pipeliningBehindAnAnswerThatDoesNotCome() throws IOException {
    rig.script().always(Reaction.of(Answer.never()));
    long before = used();
    List<SocketChannel> sockets = connect();
    String head = "POST " + Rig.UNARY + " HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: ";
    String asked = head + Rig.BODY.length() + "\r\n\r\n" + Rig.BODY;
    for (SocketChannel socket : sockets) {
      socket.write(ByteBuffer.wrap(asked.getBytes(StandardCharsets.US_ASCII)));
    }
    rig.journal().awaitRequests(MANY);
    flood(sockets, "GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".repeat(200));
    assertBounded(before);
    rig.script().clear();
    leave(sockets, before);
  }

  @Test
  void bodiesForAnUpstreamThatDoesNotRead() throws IOException {
    rig.script().nextAtHead(MANY, request -> true, Reaction.of(Answer.neverReading()));
    long before = used();
    List<SocketChannel> sockets = connect();
    String head =
        "POST /v1beta/cachedContents HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 99999999\r\n";
    for (SocketChannel socket : sockets) {
      socket.write(ByteBuffer.wrap((head + "\r\n").getBytes(StandardCharsets.US_ASCII)));
    }
    flood(sockets, "x".repeat(64 << 10));
    assertBounded(before);
    rig.script().clear();
    leave(sockets, before);
  }

  @Test
  void headsThatNeverEnd() throws IOException {
    long before = used();
    List<SocketChannel> sockets = connect();
    for (SocketChannel socket : sockets) {
      String head = "GET /health HTTP/1.1\r\na: " + "b".repeat(60_000);
      ByteBuffer left = ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII));
      while (left.hasRemaining()) {
        socket.write(left);
      }
    }
    assertBounded(before);
    leave(sockets, before);
  }

  @Test
  void answersThatNobodyTakes() {
    Answer flood =
        Answer.flood(
            Header.list("content-type", "text/event-stream"), BLOCK, 1_000_000, new byte[0]);
    rig.script().always(Reaction.of(flood));
    long before = used();
    List<TestClient> clients = new ArrayList<>();
    List<Http2Exchange> streams = new ArrayList<>();
    byte[] body = Rig.BODY.getBytes(StandardCharsets.UTF_8);
    try (TestHttp2Client http2 = TestHttp2Client.plain(rig.port(), 16_384)) {
      for (int i = 0; i < MANY / 2; i++) {
        clients.add(TestClient.connect(rig.port(), 8_192));
        clients.get(i).request("POST", Rig.STREAM, List.of(), body);
        streams.add(http2.open("POST", Rig.STREAM, List.of(), false));
        streams.get(i).stopReading();
        streams.get(i).send(body, true);
      }
      rig.journal().awaitRequests(MANY);
      settle();
      assertBounded(before);
    } finally {
      clients.forEach(TestClient::close);
    }
    rig.journal().awaitCancelled(MANY);
    assertBounded(before);
  }

  /** Waits until the upstream has stood still for a quarter of a second. */
  private static void settle() {
    long last = rig.journal().sentBytes();
    for (int quiet = 0; quiet < 15; quiet++) {
      LockSupport.parkNanos(10_000_000);
      long now = rig.journal().sentBytes();
      assertTrue(now < 1024 * MIB, "nothing holds it back");
      quiet = now == last ? quiet : 0;
      last = now;
    }
  }
}
