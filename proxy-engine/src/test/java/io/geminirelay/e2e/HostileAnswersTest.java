package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.Header;
import io.geminirelay.testing.Reading;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Upstreams that answer at the wrong time, without end, or too much. */
class HostileAnswersTest {
  private static final String EVENTS =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
  private static ScriptedUpstream upstream;
  private static Gateway gateway;

  @BeforeAll
  static void start() throws Exception {
    upstream = new ScriptedUpstream();
    gateway =
        Gateway.start(
            """
            server: {port: 0, workers: 1, drain_timeout_secs: 5, request_timeout_secs: 1}
            groups: [{name: g, target_url: "http://127.0.0.1:%d", api_keys: [%s]}]
            circuit_breaker: {failure_threshold: 1000000}
            internal_retries: 0
            upstream: {max_attempts: 1, idle_timeout_secs: 1, deadline_secs: 2}
            """
                .formatted(upstream.port(), Rig.key(0)));
  }

  @AfterAll
  static void stop() throws Exception {
    gateway.close();
    upstream.close();
  }

  private static Response post(String path, String marker) {
    try (TestClient client = TestClient.connect(gateway.port())) {
      return client.post(path, Rig.BODY, "x-marker", marker);
    }
  }

  private static int connectionOf(String marker) {
    return upstream.seen(marker).get(0).connection();
  }

  private static void assertNextIsServedElsewhere(String marker, int connection) {
    Response next = post(Rig.UNARY, marker);
    assertEquals(ScriptedUpstream.json(marker), next.text());
    assertNotEquals(connection, connectionOf(marker));
    Rig.await(() -> upstream.isEnded(connection), "the end of the connection");
  }

  /** RFC 9112 section 9.2: an answer that no request awaits. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno",
        "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "\r\n",
        "x"
      })
  void bytesOnAnIdleConnectionAreNobodysAnswer(String bytes) throws Exception {
    CountDownLatch answered = new CountDownLatch(1);
    String marker = "idle" + bytes.length() + bytes.hashCode();
    upstream.on(
        marker,
        wire -> {
          wire.say(ScriptedUpstream.good(marker, false));
          await(answered);
          wire.say(bytes);
          wire.drain();
        });
    assertEquals(ScriptedUpstream.json(marker), post(Rig.UNARY, marker).text());
    answered.countDown();
    Rig.await(() -> upstream.isEnded(connectionOf(marker)), "the end of the connection");
    assertNextIsServedElsewhere(marker + "next", connectionOf(marker));
  }

  /** RFC 9110 sections 9.3.2 and 15.4.5: it may also come when the next answer is awaited. */
  @ParameterizedTest
  @CsvSource({"HEAD, 200 OK, hello", "HEAD, 200 OK, ''", "GET, 304 Not Modified, ''"})
  void theBodyOfAnAnswerWithoutBodyIsNobodys(String method, String status, String body) {
    String marker = method + body;
    upstream.on(
        marker,
        wire -> {
          wire.say("HTTP/1.1 " + status + "\r\nContent-Length: 5\r\n\r\n" + body);
          wire.drain();
        });
    try (TestClient client = TestClient.connect(gateway.port())) {
      Response answer =
          client.exchange(method, "/v1beta/models", Header.list("x-marker", marker), null);
      assertEquals(status.substring(0, 3) + " ", answer.status() + " " + answer.text());
    }
    assertNextIsServedElsewhere("after" + marker, connectionOf(marker));
  }

  /** Header and error bodies have no key either. */
  @Test
  void aKeyInTheReasonPhraseIsNotPassedOn() {
    upstream.on(
        "reason",
        wire -> wire.say("HTTP/1.1 400 " + Rig.key(0) + "\r\nContent-Length: 2\r\n\r\n{}"));
    try (TestClient client = TestClient.connect(gateway.port())) {
      client.request(
          "POST",
          Rig.UNARY,
          Header.list("x-marker", "reason"),
          Rig.BODY.getBytes(StandardCharsets.UTF_8));
      assertEquals("HTTP/1.1 400 Bad Request", client.headLines().get(0));
    }
  }

  /** RFC 9112 section 9.5. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anAnswerAheadOfItsRequestsEndIsPassedAndTheConnectionGivenUp(boolean closes) {
    String marker = "early" + closes;
    upstream.on(
        marker,
        wire -> {
          wire.say(ScriptedUpstream.good("ahead", false));
          if (closes) {
            wire.fin();
          }
          wire.drain();
        });
    try (TestClient client = TestClient.connect(gateway.port())) {
      client.request(
          "POST",
          "/upload/v1beta/files",
          Header.list("x-marker", marker, "transfer-encoding", "chunked"),
          null);
      client.sendChunk("beginning".repeat(20_000).getBytes(StandardCharsets.UTF_8));
      Response answer = client.read();
      assertEquals("200 " + ScriptedUpstream.json("ahead"), answer.status() + " " + answer.text());
    }
    assertNextIsServedElsewhere("after" + marker, connectionOf(marker));
  }

  private record Stalled(String path, int status, boolean whole, String reason) {}

  /** All at once, since each takes a second or two. */
  @Test
  void silenceAnywhereEndsInTime() throws Exception {
    String head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n";
    Map<String, Stalled> all = new LinkedHashMap<>();
    upstream.on("s1", ScriptedUpstream.Wire::drain);
    all.put("s1", new Stalled(Rig.UNARY, 504, true, "FIRST_BYTE_TIMEOUT"));
    upstream.on("s2", wire -> wire.say(head).drain());
    all.put("s2", new Stalled(Rig.UNARY, 504, true, "FIRST_BYTE_TIMEOUT"));
    upstream.on("s3", wire -> wire.say(head + "\r\n").drain());
    all.put("s3", new Stalled(Rig.UNARY, 504, true, "IDLE_TIMEOUT"));
    upstream.on("s4", wire -> wire.say(head + "\r\n{\"candidates\":").drain());
    all.put("s4", new Stalled(Rig.UNARY, 200, false, ""));
    String event = "data: " + ScriptedUpstream.json("one") + "\r\n\r\n";
    upstream.on("s5", wire -> wire.say(EVENTS + UpstreamVectors.chunk(event)).drain());
    all.put("s5", new Stalled(Rig.STREAM, 200, false, "IDLE_TIMEOUT"));
    // An error that comes byte by byte is never silent, and never an answer either.
    upstream.on(
        "s6",
        wire -> {
          wire.say("HTTP/1.1 500 Odd\r\nTransfer-Encoding: chunked\r\n\r\n");
          while (true) {
            wire.say("1\r\n \r\n");
            java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
          }
        });
    all.put("s6", new Stalled(Rig.UNARY, 504, true, "DEADLINE"));
    upstream.on(
        "s7",
        wire -> {
          while (true) {
            wire.say("HTTP/1.1 102 Processing\r\n");
            java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
            wire.say("A: b\r\n");
          }
        });
    all.put("s7", new Stalled(Rig.UNARY, 502, true, "BAD_ANSWER"));
    Map<String, CompletableFuture<Response>> answers = new LinkedHashMap<>();
    all.forEach(
        (marker, each) ->
            answers.put(marker, CompletableFuture.supplyAsync(() -> post(each.path(), marker))));
    for (Map.Entry<String, Stalled> each : all.entrySet()) {
      Response answer = answers.get(each.getKey()).get(30, TimeUnit.SECONDS);
      String what = each.getKey() + ": " + answer;
      assertEquals(each.getValue().status(), answer.status(), what);
      assertEquals(each.getValue().whole(), answer.whole(), what);
      assertTrue(answer.text().contains(each.getValue().reason()), what);
      int connection = connectionOf(each.getKey());
      if (each.getValue().status() != 502) {
        Rig.await(() -> upstream.isEnded(connection), "the end of " + each.getKey());
      }
    }
  }

  @Test
  void anErrorWithoutEndIsReadToABound() {
    byte[] block = " ".repeat(64 << 10).getBytes(StandardCharsets.UTF_8);
    upstream.on(
        "endless",
        wire -> {
          wire.say("HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n\r\n");
          while (true) {
            wire.say(block);
          }
        });
    Response answer = post(Rig.UNARY, "endless");
    assertEquals(502, answer.status());
    assertTrue(answer.whole() && answer.text().contains("too long"), answer::text);
    assertNextIsServedElsewhere("afterendless", connectionOf("endless"));
  }

  /** CWE-409: a megabyte that becomes a gigabyte. */
  @Test
  void aSmallErrorThatUnpacksToMuchIsReadToABound() throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    byte[] blank = new byte[1 << 20];
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      for (int i = 0; i < 64; i++) {
        gzip.write(blank);
      }
    }
    upstream.on(
        "bomb",
        wire ->
            wire.say(
                    "HTTP/1.1 400 Bad Request\r\nContent-Encoding: gzip\r\nContent-Length: "
                        + packed.size()
                        + "\r\n\r\n")
                .say(packed.toByteArray()));
    Response answer = post(Rig.UNARY, "bomb");
    assertEquals(400, answer.status());
    assertTrue(answer.whole() && answer.body().length <= 2 << 20, () -> "" + answer.body().length);
  }

  /** An event of megabytes passes; without its end it is no whole answer. */
  @Test
  void anEventWithoutEndIsCutForTheClientToo() {
    String open = "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"";
    String block = "x".repeat(1 << 20);
    String head = EVENTS.replace("Transfer-Encoding: chunked\r\n", "");
    for (String path : new String[] {Rig.STREAM, Rig.UNARY}) {
      String marker = "open" + path.length();
      upstream.on(marker, wire -> wire.say(head + open).say(block).say(block).fin());
      Response answer = post(path, marker);
      String text = answer.text();
      String sent = open + block + block;
      assertEquals(200, answer.status(), () -> text.substring(0, 300));
      assertFalse(answer.whole(), "the end looks clean");
      assertTrue(text.startsWith(sent), () -> text.length() + " of " + sent.length());
      assertTrue(text.substring(sent.length()).contains("BROKEN_ANSWER"));
    }
  }

  /** Small pieces weigh much while they wait, and these come at once with what breaks off. */
  @Test
  void whatCameBeforeTheBreakIsNotLost() {
    String first = "data: " + ScriptedUpstream.json("one") + "\r\n\r\n";
    String rest = "data: {".repeat(200);
    StringBuilder broken = new StringBuilder();
    rest.chars().forEach(b -> broken.append("1\r\n").append((char) b).append("\r\n"));
    broken.append("no size\r\n");
    CountDownLatch begun = new CountDownLatch(1);
    upstream.on(
        "pieces",
        wire -> {
          wire.say(EVENTS + UpstreamVectors.chunk(first));
          await(begun);
          wire.say(broken.toString()).drain();
        });
    byte[] body = Rig.BODY.getBytes(StandardCharsets.UTF_8);
    try (TestClient client = TestClient.connect(gateway.port())) {
      client.request("POST", Rig.STREAM, Header.list("x-marker", "pieces"), body);
      Reading reading = client.begin();
      begun.countDown();
      Response answer = reading.response();
      assertFalse(answer.whole(), "the end looks clean");
      assertTrue(answer.text().startsWith(first + rest), answer::text);
      String end = answer.text().substring(first.length() + rest.length());
      assertTrue(end.startsWith("\r\n\r\ndata: ") && end.contains("BAD_ANSWER"), end);
    }
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      latch.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
