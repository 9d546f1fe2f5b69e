package io.geminirelay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.base.telemetry.Refusal;
import io.geminirelay.testing.FakeTime;
import io.geminirelay.testing.GeminiSimulator;
import io.geminirelay.testing.Header;
import io.geminirelay.testing.Http2Exchange;
import io.geminirelay.testing.RawHttp2;
import io.geminirelay.testing.Reading;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.TestHttp2Client;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Reaction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that hold on to what they got: connections, unfinished bodies, answers nobody takes. */
class SlowClientsTest {
  private static final byte[] BODY = Rig.BODY.getBytes(StandardCharsets.UTF_8);
  private static final byte[] BLOCK =
      ("data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\""
              + "x".repeat(960)
              + "\"}]}}]}\r\n\r\n")
          .repeat(64)
          .getBytes(StandardCharsets.UTF_8);
  private static final Answer ENDLESS =
      Answer.flood(
          Header.list("content-type", "text/event-stream"), BLOCK, Long.MAX_VALUE / 100_000, BLOCK);
  private static final int INITIAL_WINDOW = 4;
  private static Rig rig;

  @BeforeAll
  static void start() throws Exception {
    rig =
        Rig.of(
            GeminiSimulator.plain(new FakeTime()),
            "",
            1,
            "server.limits: {header_fields: 20, body_timeout_secs: 1, body_bytes_per_sec: 1000,"
                + " send_timeout_secs: 1}");
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

  private static double counted(Refusal why) {
    return counted(rig, why);
  }

  private static double counted(Rig rig, Refusal why) {
    String name = why.wasOpen() ? "ended" : "refused";
    String reason = "{reason=\"" + why.name().toLowerCase(Locale.ROOT) + "\"}";
    return Scrape.of(rig.port())
        .value("gemini_relay_client_connections_" + name + "_total" + reason);
  }

  private static List<Header> fields(int many) {
    List<Header> all = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      all.add(new Header("x-" + i, "y"));
    }
    return all;
  }

  @Test
  void mayHaveSoManyHeaderFieldsAndNoMore() {
    try (TestClient client = TestClient.connect(rig.port());
        TestHttp2Client http2 = TestHttp2Client.plain(rig.port())) {
      assertEquals(404, client.exchange("GET", "/x", fields(19), null).status());
      assertEquals(431, client.exchange("GET", "/x", fields(20), null).status());
      assertEquals(404, http2.exchange("GET", "/x", fields(20), null).status());
      Response refused = http2.exchange("GET", "/x", fields(21), null);
      assertEquals(431, refused.status());
      assertTrue(refused.text().contains("more than 20 fields"), refused::text);
    }
  }

  @ParameterizedTest(name = "chunked: {0}")
  @ValueSource(booleans = {true, false})
  void maySendABodySlowlyOnlyForAWhile(boolean chunked) throws Exception {
    try (Socket socket = new Socket("127.0.0.1", rig.port())) {
      socket.setSoTimeout(30_000);
      String framing = chunked ? "transfer-encoding: chunked" : "content-length: 1000000";
      write(
          socket, "POST " + Rig.UNARY + " HTTP/1.1\r\nhost: 127.0.0.1\r\n" + framing + "\r\n\r\n");
      // Often enough for the time between two pieces, and much too little.
      while (socket.getInputStream().available() == 0) {
        write(socket, chunked ? "1\r\nx\r\n" : "x");
        LockSupport.parkNanos(50_000_000);
      }
      byte[] answer = socket.getInputStream().readNBytes(12);
      assertEquals("HTTP/1.1 408", new String(answer, StandardCharsets.US_ASCII));
    }
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void maySendAStreamsBodySlowlyOnlyForAWhile() {
    try (TestHttp2Client client = TestHttp2Client.plain(rig.port())) {
      Http2Exchange slow = client.open("POST", Rig.UNARY, List.of(), false);
      Thread dripping =
          new Thread(
              () -> {
                while (!Thread.currentThread().isInterrupted()) {
                  slow.send(new byte[] {'x'}, false);
                  LockSupport.parkNanos(50_000_000);
                }
              });
      dripping.start();
      try {
        assertEquals(408, slow.status());
      } finally {
        dripping.interrupt();
      }
      assertEquals(200, client.post(Rig.UNARY, Rig.BODY).status());
    }
  }

  @Test
  void areCutWhenTheyTakeNothingOfTheirAnswer() {
    double before = counted(Refusal.SLOW_READER);
    rig.script().next(1, Reaction.of(ENDLESS));
    try (TestClient client = TestClient.connect(rig.port(), 8_192)) {
      client.request("POST", Rig.STREAM, List.of(), BODY);
      Reading answer = client.begin();
      assertEquals(200, answer.status());
      assertNotNull(answer.next(1_000));
      rig.journal().awaitCancelled(1);
      Rig.await(() -> counted(Refusal.SLOW_READER) == before + 1, "the count");
      assertFalse(endsWhole(answer), "the end looks clean");
    }
  }

  private static boolean endsWhole(Reading answer) {
    try {
      return answer.response().whole();
    } catch (UncheckedIOException reset) {
      return false;
    }
  }

  @Test
  void areNotCutWhileTheyTakeALittleOfIt() {
    double before = counted(Refusal.SLOW_READER);
    rig.script().next(1, Reaction.of(ENDLESS));
    try (TestClient client = TestClient.connect(rig.port(), 8_192)) {
      client.request("POST", Rig.STREAM, List.of(), BODY);
      Reading answer = client.begin();
      long end = System.nanoTime() + 2_500_000_000L;
      while (System.nanoTime() < end) {
        for (int i = 0; i < 64; i++) {
          assertNotNull(answer.next(1_024));
        }
        LockSupport.parkNanos(50_000_000);
      }
      assertEquals(before, counted(Refusal.SLOW_READER));
    }
    rig.journal().awaitCancelled(1);
  }

  @Test
  void areCutWhenTheyTakeTooLittle() throws Exception {
    String limits = "server.limits: {send_timeout_secs: 2, send_bytes_per_sec: 1000000}";
    try (Rig hasty = Rig.of(GeminiSimulator.plain(new FakeTime()), "", 1, limits);
        TestClient client = TestClient.connect(hasty.port(), 8_192)) {
      hasty.script().next(1, Reaction.of(ENDLESS));
      client.request("POST", Rig.STREAM, List.of(), BODY);
      Reading answer = client.begin();
      // Enough for the system to tell of room a few times in the two seconds.
      for (int i = 1; answer.next(1_024) != null; i++) {
        LockSupport.parkNanos(i % 5 == 0 ? 50_000_000 : 1);
      }
      assertFalse(answer.whole(), "the end looks clean");
      hasty.journal().awaitCancelled(1);
      assertEquals(1, counted(hasty, Refusal.SLOW_READER));
    }
  }

  @Test
  void loseTheStreamThatTheyDoNotRead() {
    double before = counted(Refusal.SLOW_READER);
    rig.script().next(1, Reaction.of(ENDLESS));
    try (TestHttp2Client client = TestHttp2Client.plain(rig.port(), 16_384)) {
      Http2Exchange slow = client.open("POST", Rig.STREAM, List.of(), false);
      slow.stopReading();
      slow.send(BODY, true);
      rig.journal().awaitRequests(1);
      assertEquals(200, client.post(Rig.UNARY, Rig.BODY).status());
      rig.journal().awaitCancelled(1);
      assertEquals(before + 1, counted(Refusal.SLOW_READER));
      slow.goOnReading();
      assertFalse(slow.response().whole());
      assertEquals(8, slow.resetCode());
      assertEquals(200, client.post(Rig.UNARY, Rig.BODY).status(), "the neighbours go on");
    }
  }

  @Test
  void loseTheStreamOfWhichTheyTakeTooLittle() throws Exception {
    String limits = "server.limits: {send_timeout_secs: 1, send_bytes_per_sec: 1000000}";
    try (Rig hasty = Rig.of(GeminiSimulator.plain(new FakeTime()), "", 1, limits);
        RawHttp2 raw = streaming(hasty, 1)) {
      RawHttp2.Frame frame = raw.next();
      while (frame != null && frame.type() == RawHttp2.DATA) {
        LockSupport.parkNanos(50_000_000);
        raw.send(RawHttp2.windowUpdate(1, frame.payload().length));
        frame = raw.next();
      }
      assertNotNull(frame, "the connection was ended");
      assertEquals(RawHttp2.RST_STREAM, frame.type());
      assertEquals(1, counted(hasty, Refusal.SLOW_READER));
    }
  }

  private static RawHttp2 streaming(Rig rig, int window) throws IOException {
    rig.script().next(1, Reaction.of(ENDLESS));
    RawHttp2 raw = RawHttp2.connect(rig.port());
    raw.send(RawHttp2.settings(INITIAL_WINDOW, window));
    String[] head = Http2Vector.head("content-length", "" + BODY.length);
    head[List.of(head).indexOf(":path") + 1] = Rig.STREAM;
    raw.send(RawHttp2.headers(1, false, head), RawHttp2.data(1, Rig.BODY, true));
    raw.await("1: 200");
    return raw;
  }

  /** As clients do that measure the way: hyper, gRPC. */
  @Test
  void mayWidenTheWindowsOfTheirStreamsWhileTheyRead() throws Exception {
    double before = counted(Refusal.SLOW_READER);
    try (RawHttp2 raw = streaming(rig, 65_535)) {
      long end = System.nanoTime() + 2_500_000_000L;
      for (int taken = 0; System.nanoTime() < end; taken++) {
        RawHttp2.Frame frame = raw.next();
        assertNotNull(frame, "the connection was ended");
        assertTrue(frame.type() != RawHttp2.RST_STREAM, "the stream was reset");
        if (frame.type() == RawHttp2.DATA) {
          int more = frame.payload().length;
          LockSupport.parkNanos(50_000_000);
          raw.send(RawHttp2.windowUpdate(0, more), RawHttp2.windowUpdate(1, more));
        }
        if (taken == 5) {
          raw.send(RawHttp2.settings(INITIAL_WINDOW, 64 << 20));
        }
      }
    }
    rig.journal().awaitCancelled(1);
    assertEquals(before, counted(Refusal.SLOW_READER));
  }

  @Test
  void gainNoTimeByWindowsThatTheyMoveUpAndDown() throws Exception {
    double before = counted(Refusal.SLOW_READER);
    try (RawHttp2 raw = streaming(rig, 1 << 20)) {
      RawHttp2.Frame frame = raw.next();
      for (int step = 1; frame != null && frame.type() != RawHttp2.RST_STREAM; step++) {
        assertTrue(step < 200, "nothing was taken for long");
        int change = step % 3 == 0 ? 1_000 * step : -1_000 * step;
        raw.send(RawHttp2.settings(INITIAL_WINDOW, (1 << 20) + change));
        LockSupport.parkNanos(20_000_000);
        frame = raw.next();
      }
      assertNotNull(frame, "the connection was ended");
      assertEquals(before + 1, counted(Refusal.SLOW_READER));
    }
  }

  @Test
  void mayHaveSoManyConnectionsAndNoMore() throws Exception {
    List<TestClient> open = new ArrayList<>();
    try (Rig few = Rig.of(1, "server.limits: {connections_per_address: 3}")) {
      for (int i = 0; i < 3; i++) {
        open.add(TestClient.connect(few.port()));
        assertTrue(isServed(open.get(i)));
      }
      assertTrue(TestClient.isTurnedAway(few.port()));
      open.remove(0).close();
      Rig.await(() -> isServedAnew(few), "room");
      open.remove(0).close();
      Rig.await(() -> isServedAnew(few), "room");
      assertTrue(counted(few, Refusal.ADDRESS_TOO_MANY) >= 1);
    } finally {
      open.forEach(TestClient::close);
    }
  }

  private static boolean isServedAnew(Rig few) {
    try (TestClient client = TestClient.connect(few.port())) {
      return isServed(client);
    } catch (UncheckedIOException reset) {
      return false; // before the connection is known
    }
  }

  private static boolean isServed(TestClient client) {
    try {
      return client.exchange("GET", "/x", List.of(), null).status() == 404;
    } catch (UncheckedIOException reset) {
      return false;
    }
  }

  @Test
  void mayHaveAnyNumberWhereTheyAreTrustedProxies() throws Exception {
    String limits = "server.limits: {connections_per_address: 1}";
    try (Rig behind = Rig.of(1, limits, "server.trusted_proxies: [127.0.0.0/8]");
        TestClient one = TestClient.connect(behind.port());
        TestClient other = TestClient.connect(behind.port())) {
      assertEquals(404, one.exchange("GET", "/x", List.of(), null).status());
      assertEquals(404, other.exchange("GET", "/x", List.of(), null).status());
    }
  }
}
