package io.geminirelay.e2e;

import static io.geminirelay.testing.RawHttp2.headers;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.testing.RawHttp2;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * HTTP/2 that breaks the rules, frame by frame: what comes back, what the upstream gets byte by
 * byte, and that the next good request is served.
 */
@Timeout(60)
class Http2VectorsTest {
  private static final String GOOD_PATH = "/v1beta/models/good";
  private static ByteUpstream upstream;
  private static Gateway gateway;

  @BeforeAll
  static void start() throws Exception {
    upstream = new ByteUpstream();
    gateway =
        Gateway.start(
            "server: {port: 0, workers: 1, drain_timeout_secs: 5}\nauth: none\n"
                + "groups: [{name: g, target_url: \"%s\", api_keys: [%s]}]\n"
                    .formatted(upstream.url(), Rig.key(0)));
  }

  @AfterAll
  static void stop() throws Exception {
    gateway.close();
    upstream.close();
  }

  static Stream<Http2Vector> vectors() {
    return Stream.of(
            Http2FrameVectors.streams(),
            Http2FrameVectors.connection(),
            Http2FrameVectors.compression(),
            Http2HeadVectors.fields(),
            Http2HeadVectors.pseudo(),
            Http2HeadVectors.bodies())
        .flatMap(each -> each);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("vectors")
  void harmsNobody(Http2Vector vector) throws Exception {
    upstream.requests().clear();
    try (RawHttp2 raw = RawHttp2.connect(gateway.port())) {
      raw.send(vector.bytes());
      raw.await(words -> words.startsWith(vector.outcome()), vector.outcome());
      if (vector.outcome().startsWith("goaway")) {
        raw.await("closed");
        try (RawHttp2 next = RawHttp2.connect(gateway.port())) {
          assertServed(next, 1);
        }
      } else {
        assertServed(raw, 101);
      }
    }
    String good = usual("GET", GOOD_PATH) + "\r\n";
    String[] sent = vector.sent().split("\\|");
    String rest = sent.length > 1 ? sent[1] : "";
    assertEquals(
        vector.sent().equals(Http2Vector.NOTHING)
            ? List.of(good)
            : List.of(withFields(sent[0]) + "\r\n" + rest, good),
        upstream.requests());
  }

  private static String usual(String method, String path) {
    return withFields(method, path, "");
  }

  private static String withFields(String fields) {
    return withFields("POST", Rig.UNARY, fields);
  }

  private static String withFields(String method, String path, String fields) {
    return method
        + " "
        + path
        + " HTTP/1.1\r\nhost: "
        + upstream.url().substring("http://".length())
        + "\r\n"
        + fields
        + "via: 1.1 gemini-relay\r\nx-goog-api-key: "
        + Rig.key(0)
        + "\r\n";
  }

  private static void assertServed(RawHttp2 raw, int stream) {
    String[] head = {":method", "GET", ":scheme", "http", ":path", GOOD_PATH, ":authority", "a"};
    assertTrue(raw.send(headers(stream, true, head)));
    raw.await(stream + ": 200");
    raw.await(stream + ": end");
  }

  /** RFC 9113 section 3.4: a preface that is none is HTTP/1.1, and no good one at that. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
        "PRI * HTTP/2.0\r\nhost: a\r\n\r\n",
        "PRI / HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "PRI * HTTP/1.1\r\nhost: a\r\n\r\nSM\r\n\r\n"
      })
  void takesNoPrefaceButTheOne(String preface) throws Exception {
    upstream.requests().clear();
    String answer = http1(preface);
    assertTrue(answer.startsWith("HTTP/1.1 4") || answer.startsWith("HTTP/1.1 5"), answer);
    assertEquals(List.of(), upstream.requests());
  }

  @Test
  void takesThePrefaceByteByByteAndNothingButSettingsAfterIt() throws Exception {
    try (RawHttp2 raw = new RawHttp2(new Socket("127.0.0.1", gateway.port()))) {
      for (byte each : RawHttp2.join(RawHttp2.PREFACE, RawHttp2.settings())) {
        raw.send(new byte[] {each});
      }
      assertServed(raw, 1);
    }
    for (byte[] first :
        List.of(
            RawHttp2.ping(),
            RawHttp2.frame(RawHttp2.SETTINGS, RawHttp2.ACK, 0, new byte[0]),
            Http2Vector.post(1, true),
            "GET / HTTP/1.1\r\nhost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII))) {
      try (RawHttp2 raw = new RawHttp2(new Socket("127.0.0.1", gateway.port()))) {
        raw.send(RawHttp2.PREFACE, first);
        raw.await("goaway PROTOCOL_ERROR");
        raw.await("closed");
      }
    }
  }

  /** RFC 9113 section 3.1 no longer has it; BishopFox, "h2c smuggling", 2020. */
  @Test
  void doesNotLeaveHttp1ForH2c() throws Exception {
    upstream.requests().clear();
    String answer =
        http1(
            "GET "
                + GOOD_PATH
                + " HTTP/1.1\r\nhost: localhost\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n"
                + "connection: Upgrade, HTTP2-Settings, close\r\n\r\n");
    assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
    assertEquals(List.of(usual("GET", GOOD_PATH) + "\r\n"), upstream.requests());
  }

  private static String http1(String request) throws Exception {
    try (Socket socket = new Socket("127.0.0.1", gateway.port())) {
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }
}
