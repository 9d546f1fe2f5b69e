package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.flow.accept.Transport;
import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Http2Exchange;
import io.geminirelay.testing.Reading;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestCertificates;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.TestHttp2Client;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Reaction;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * What a gateway is there for, in one go: answers, streams, big bodies both ways that one side
 * takes slowly, clients that leave, upstreams that break, over HTTP/1.1, HTTP/2 and TLS on both
 * sides, and a stop that loses nothing. The credential chooses the group, and so the way to the
 * upstream.
 */
final class RelayBattery implements AutoCloseable {
  private static final int MIB = 1 << 20;

  /** More than the sockets between the gateway and one side hold, so that the gateway must wait. */
  private static final int BIG_BYTES = 5 * MIB;

  /**
   * More than the sockets on both sides hold: Linux lets each of two send buffers grow to 4 MiB,
   * and the gateway's receive buffer to about three times what it had read when it stopped reading.
   */
  private static final int UNREAD_BYTES = 24 * MIB;

  /** More than the windows of a stream hold. */
  private static final int STREAM_BYTES = 2 * MIB;

  private static final byte[] BODY = Rig.BODY.getBytes(StandardCharsets.UTF_8);
  private static final byte[] EVENT =
      "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hi\"}]}}]}\r\n\r\n"
          .getBytes(StandardCharsets.UTF_8);
  private static final byte[] BLOCK =
      new String(EVENT, StandardCharsets.UTF_8).repeat(1024).getBytes(StandardCharsets.UTF_8);
  private static final List<Header> EVENTS = Header.list("content-type", "text/event-stream");
  private static final List<String> WAYS = List.of("h1", "h2", "tls");

  private final TestCertificates certificates = TestCertificates.forNames("127.0.0.1", "localhost");
  private final Path folder = Files.createTempDirectory("battery");
  private final Path chain = Files.writeString(folder.resolve("chain"), certificates.chainPem());
  private final Path key = Files.writeString(folder.resolve("key"), certificates.privateKeyPem());
  private final GeminiSimulator plain = GeminiSimulator.plain(new FakeTime());
  private final GeminiSimulator secure = GeminiSimulator.tls(new FakeTime(), certificates);
  private final SlowSink sink = new SlowSink();
  private final byte[] big = new byte[BIG_BYTES];
  private final byte[] upload = new byte[STREAM_BYTES];

  RelayBattery() throws Exception {
    new Random(7).nextBytes(upload);
    new Random(8).nextBytes(big);
  }

  private Gateway gateway(Transport transport, ByteBufAllocator buffers, String more)
      throws Exception {
    String yaml =
        """
        server: {port: 0, workers: 1, drain_timeout_secs: 10, transport: %s, overload: {loop_delay_secs: 0}%s}
        clients:
        - {name: h1, token: token-h1, groups: [h1]}
        - {name: h2, token: token-h2, groups: [h2]}
        - {name: tls, token: token-tls, groups: [tls]}
        - {name: sink, token: token-sink, groups: [sink]}
        upstream: {max_replay_bytes: 65536}
        groups:
        - {name: h1, target_url: "%s", api_keys: [%s]}
        - {name: h2, target_url: "%s", http_version: "2", api_keys: [%s]}
        - {name: tls, target_url: "%s", ca_file: "%s", api_keys: [%s]}
        - {name: sink, target_url: "%s", api_keys: [%s]}
        """
            .formatted(
                transport.name().toLowerCase(Locale.ROOT),
                more,
                plain.baseUrl(),
                Rig.key(0),
                plain.baseUrl(),
                Rig.key(1),
                secure.baseUrl(),
                certificates.caFile(),
                Rig.key(2),
                sink.url(),
                Rig.key(3));
    return Gateway.start(yaml, buffers);
  }

  private GeminiSimulator upstream(String way) {
    return way.equals("tls") ? secure : plain;
  }

  private static List<Header> as(String way) {
    return Header.list("authorization", "Bearer token-" + way, "content-type", "application/json");
  }

  /** The whole battery, with clients that speak without TLS. */
  void overPlain(Transport transport, ByteBufAllocator buffers) throws Exception {
    try (Gateway gateway = gateway(transport, buffers, "")) {
      int port = gateway.port();
      try (TestClient http1 = TestClient.connect(port);
          TestHttp2Client http2 = TestHttp2Client.plain(port)) {
        small(http1, http2);
      }
      for (String way : WAYS) {
        breaks(port, way);
        leaves(port, way);
      }
      downloads(TestClient.connect(port, 128 * 1024), "h1");
      downloads(TestClient.connect(port, 128 * 1024), "h2");
      downloads(port);
      uploads(TestClient.connect(port));
      uploads(port);
      drains(gateway);
    }
    plain.journal().awaitOpenConnections(0);
    secure.journal().awaitOpenConnections(0);
  }

  /** What differs with TLS. */
  void overTls(Transport transport, ByteBufAllocator buffers) throws Exception {
    String tls = ", tls: {certificate: \"%s\", private_key: \"%s\"}".formatted(chain, key);
    try (Gateway gateway = gateway(transport, buffers, tls)) {
      int port = gateway.port();
      Path trusted = certificates.caFile();
      try (TestClient http1 = TestClient.tls(port, trusted);
          TestHttp2Client http2 = TestHttp2Client.tls(port, trusted)) {
        small(http1, http2);
      }
      downloads(TestClient.tls(port, trusted), "tls");
      uploads(TestClient.tls(port, trusted));
    }
    plain.journal().awaitOpenConnections(0);
    secure.journal().awaitOpenConnections(0);
  }

  private void small(TestClient http1, TestHttp2Client http2) {
    for (String way : WAYS) {
      assertServed(http1.exchange("POST", Rig.UNARY, as(way), BODY));
      assertServed(http2.exchange("POST", Rig.STREAM, as(way), BODY));
    }
    // Pipelined: three answers, in the order of their requests.
    http1.request("POST", Rig.UNARY, as("h1"), BODY);
    http1.request("GET", "/nowhere", List.of(), null);
    http1.request("POST", Rig.STREAM, as("h2"), BODY);
    assertServed(http1.read());
    assertTrue(http1.read().status() >= 400);
    assertServed(http1.read());
    Http2Exchange one = http2.request("POST", Rig.UNARY, as("h1"), BODY);
    Http2Exchange other = http2.request("POST", Rig.STREAM, as("h2"), BODY);
    assertServed(other.response());
    assertServed(one.response());
  }

  private static void assertServed(Response answer) {
    assertEquals(200, answer.status(), answer::toString);
    assertTrue(answer.whole() && answer.text().contains("finishReason"), answer::toString);
  }

  /** Lets the next answer be so many bytes, a little more or less; returns how many. */
  private long flood(String way, int bytes) {
    long blocks = bytes / BLOCK.length;
    upstream(way).script().next(1, Reaction.of(Answer.flood(EVENTS, BLOCK, blocks, EVENT)));
    return blocks * BLOCK.length + EVENT.length;
  }

  private void downloads(TestClient client, String way) {
    long bytes = flood(way, UNREAD_BYTES);
    LongSupplier sent = upstream(way).journal()::sentBytes;
    long before = sent.getAsLong();
    try (client) {
      Reading answer = client.request("POST", Rig.STREAM, as(way), BODY).begin();
      assertEquals(200, answer.status());
      assertTrue(standstill(before, sent) < before + bytes, "all of it went out unread");
      long read = 0;
      for (byte[] piece = answer.next(); piece != null; piece = answer.next()) {
        read += piece.length;
      }
      assertTrue(answer.whole(), way);
      assertEquals(bytes, read);
    }
  }

  private void downloads(int port) {
    try (TestHttp2Client client = TestHttp2Client.plain(port, 32_768)) {
      for (String way : WAYS) {
        long bytes = flood(way, STREAM_BYTES);
        LongSupplier sent = upstream(way).journal()::sentBytes;
        long before = sent.getAsLong();
        Http2Exchange stream = client.open("POST", Rig.STREAM, as(way), false);
        stream.stopReading();
        stream.send(BODY, true);
        standstill(before, sent);
        stream.goOnReading();
        Response answer = stream.response();
        assertTrue(answer.whole(), way);
        assertEquals(bytes, answer.body().length);
      }
    }
  }

  /** Waits until a figure has grown and then stands still: everything on the way is full. */
  private static long standstill(long before, LongSupplier figure) {
    long[] seen = {-1, 0};
    Rig.await(
        () -> {
          long now = figure.getAsLong();
          seen[1] = now == seen[0] && now > before ? seen[1] + 1 : 0;
          seen[0] = now;
          return seen[1] > 50;
        },
        "a standstill");
    return seen[0];
  }

  private void uploads(TestClient client) {
    try (client) {
      Response answer = client.exchange("POST", Rig.UNARY, as("sink"), big);
      assertEquals(SlowSink.answerTo(big), answer.text());
      assertTrue(answer.whole());
    }
  }

  private void uploads(int port) {
    try (TestHttp2Client client = TestHttp2Client.plain(port)) {
      for (String way : WAYS) {
        Response answer = client.exchange("POST", Rig.UNARY, as(way), upload);
        assertNotNull(answer);
        assertArrayEquals(upload, upstream(way).journal().lastRequest().body(), way);
      }
      Header length = new Header("content-length", String.valueOf(upload.length));
      List<Header> headers = new java.util.ArrayList<>(as("sink"));
      headers.add(length);
      Response answer = client.exchange("POST", Rig.UNARY, headers, upload);
      assertEquals(SlowSink.answerTo(upload), answer.text());
    }
  }

  private void breaks(int port, String way) {
    Answer cut = Answer.stream(200, EVENTS, List.of(EVENT, EVENT)).cutAfter(EVENT.length);
    upstream(way).script().next(1, Reaction.of(cut));
    try (TestClient client = TestClient.connect(port)) {
      Response answer = client.exchange("POST", Rig.STREAM, as(way), BODY);
      assertEquals(200, answer.status());
      assertFalse(answer.whole(), "a stream that broke may not look complete");
      assertTrue(answer.text().contains("data: {\"error\":{\"code\":502"), answer::text);
    }
  }

  private void leaves(int port, String way) {
    Answer endless = Answer.stream(200, EVENTS, List.of(EVENT, EVENT)).stallAfter(EVENT.length);
    long before = upstream(way).journal().cancelCount();
    upstream(way).script().next(1, Reaction.of(endless));
    try (TestClient client = TestClient.connect(port)) {
      assertNotNull(client.request("POST", Rig.STREAM, as(way), BODY).begin().next());
    }
    upstream(way).journal().await(() -> upstream(way).journal().cancelCount() > before, "the end");
  }

  private void drains(Gateway gateway) throws Exception {
    plain.script().next(1, Reaction.usual(answer -> answer.delayed(Duration.ofMillis(50))));
    long before = plain.journal().requestCount();
    try (TestClient client = TestClient.connect(gateway.port())) {
      client.request("POST", Rig.STREAM, as("h2"), BODY);
      plain.journal().await(() -> plain.journal().requestCount() > before, "the request");
      var drained = gateway.engine().drain().toCompletableFuture();
      assertServed(client.read());
      assertTrue(client.seesClose());
      assertTrue(drained.get(10, TimeUnit.SECONDS), "nothing was cut off");
    }
  }

  @Override
  public void close() throws IOException {
    plain.close();
    secure.close();
    sink.close();
    certificates.close();
    Files.delete(chain);
    Files.delete(key);
    Files.delete(folder);
  }
}
