package io.geminirelay.flow.accept;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every form of request that two parsers could read in two ways. */
class RefusalTest {
  private static AcceptServer server;

  @BeforeAll
  static void start() throws Exception {
    server = AcceptServer.plain();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Arguments head(int status, String name, String lines) {
    return Arguments.of(name, status, "POST /x HTTP/1.1\r\n" + lines + "\r\n");
  }

  private static Arguments raw(int status, String name, String bytes) {
    return Arguments.of(name, status, bytes);
  }

  static Stream<Arguments> refusals() {
    String host = "Host: a\r\n";
    return Stream.of(
        head(400, "signed length", host + "Content-Length: +5\r\n"),
        head(400, "negative length", host + "Content-Length: -5\r\n"),
        head(400, "blank in length", host + "Content-Length: 5 5\r\n"),
        head(400, "list of lengths", host + "Content-Length: 5, 5\r\n"),
        head(400, "length with letters", host + "Content-Length: 5a\r\n"),
        head(400, "hexadecimal length", host + "Content-Length: 0x5\r\n"),
        head(400, "empty length", host + "Content-Length:\r\n"),
        head(400, "length overflow", host + "Content-Length: 9223372036854775808\r\n"),
        head(400, "double length", host + "Content-Length: 5\r\nContent-Length: 6\r\n"),
        head(400, "equal lengths", host + "Content-Length: 5\r\ncontent-length: 5\r\n"),
        head(
            400, "length and coding", host + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
        head(
            400, "coding and length", host + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
        head(400, "gzip, chunked", host + "Transfer-Encoding: gzip, chunked\r\n"),
        head(400, "identity", host + "Transfer-Encoding: identity\r\n"),
        head(400, "chunked twice", host + "Transfer-Encoding: chunked, chunked\r\n"),
        head(
            400,
            "two codings",
            host + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
        head(400, "xchunked", host + "Transfer-Encoding: xchunked\r\n"),
        head(400, "vertical tab chunked", host + "Transfer-Encoding: \u000bchunked\r\n"),
        raw(400, "coding in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
        head(400, "bare LF", host + "A: b\n"),
        head(400, "bare CR in value", host + "A: b\rc\r\n"),
        head(400, "CR before CRLF", host + "A: b\r\r\n"),
        raw(400, "bare LF in request line", "GET / HTTP/1.1\nHost: a\r\n\r\n"),
        raw(400, "bare CR in request line", "GET\r/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        raw(400, "tab in request line", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        raw(400, "two blanks", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
        raw(400, "blank in target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"),
        raw(400, "trailing blank", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
        head(400, "fold", host + "A: b\r\n c\r\n"),
        head(400, "fold at the start", " A: b\r\n" + host),
        head(400, "blank before colon", host + "A : b\r\n"),
        head(400, "blank in length name", host + "Content-Length : 5\r\n"),
        head(400, "no colon", host + "A\r\n"),
        head(400, "empty name", host + ": b\r\n"),
        head(400, "NUL in name", host + "A\0: b\r\n"),
        head(400, "NUL in value", host + "A: b\0\r\n"),
        head(400, "escape in value", host + "A: b\u001bc\r\n"),
        head(400, "DEL in name", host + "A\u007f: b\r\n"),
        raw(400, "NUL in target", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"),
        raw(400, "fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"),
        raw(400, "high byte in target", "GET /\u00e9 HTTP/1.1\r\nHost: a\r\n\r\n"),
        raw(400, "method", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n"),
        raw(400, "two empty lines", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        raw(400, "bare LF first", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        raw(400, "TLS on the plain port", "\u0016\u0003\u0001\u0002"),
        raw(400, "no Host", "GET / HTTP/1.1\r\n\r\n"),
        head(400, "two Hosts", host + host),
        head(400, "empty Host", "Host:\r\n"),
        head(400, "Host with user", "Host: u@a\r\n"),
        head(400, "Host with path", "Host: a/b\r\n"),
        head(400, "Host list", "Host: a, b\r\n"),
        head(400, "Host with bad port", "Host: a:b\r\n"),
        raw(400, "other host in target", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        raw(400, "other scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        raw(400, "asterisk", "GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
        raw(400, "relative target", "GET a HTTP/1.1\r\nHost: a\r\n\r\n"),
        raw(405, "CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"),
        raw(400, "no version", "GET /\r\nHost: a\r\n\r\n"),
        raw(505, "HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
        raw(505, "HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n"),
        raw(505, "HTTP/0.9", "GET / HTTP/0.9\r\nHost: a\r\n\r\n"),
        raw(400, "http/1.1", "GET / http/1.1\r\nHost: a\r\n\r\n"),
        raw(
            400,
            "draft 76",
            "GET / HTTP/1.1\r\nHost: a\r\nSec-WebSocket-Key1: 1\r\nSec-WebSocket-Key2: 2\r\n\r\n"),
        raw(414, "long line", "GET /" + "a".repeat(600) + " HTTP/1.1\r\nHost: a\r\n\r\n"),
        raw(414, "line without end", "GET /" + "a".repeat(600)),
        head(431, "long header", host + "A: " + "b".repeat(2100) + "\r\n"),
        raw(431, "header without end", "GET / HTTP/1.1\r\nA: " + "b".repeat(2100)),
        head(431, "many fields", host + "A:\r\n".repeat(201)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refusals")
  void refusesAndCloses(String name, int status, String request) throws Exception {
    server.good.clear();
    String answer = server.exchange(request + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
    assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
    assertTrue(answer.toLowerCase(java.util.Locale.ROOT).contains("connection: close"), answer);
    assertEquals(1, answer.split("HTTP/1\\.1 \\d", -1).length - 1, answer);
    assertTrue(server.good.isEmpty(), server.good::toString);
  }

  static Stream<Arguments> brokenBodies() {
    return Stream.of(
        Arguments.of("letters in size", "5g\r\nhello\r\n0\r\n\r\n"),
        Arguments.of("negative size", "-5\r\nhello\r\n0\r\n\r\n"),
        Arguments.of("prefixed size", "0x5\r\nhello\r\n0\r\n\r\n"),
        Arguments.of("size overflow", "fffffffff\r\nhello\r\n"),
        Arguments.of("empty size", "\r\nhello\r\n0\r\n\r\n"),
        Arguments.of("bare LF after size", "5\nhello\r\n0\r\n\r\n"),
        Arguments.of("bare LF in extension", "5;a\nhello\r\n0\r\n\r\n"),
        Arguments.of("bare CR in extension", "5;a\rb\r\nhello\r\n0\r\n\r\n"),
        Arguments.of("long extension", "5;" + "a".repeat(600) + "\r\nhello\r\n0\r\n\r\n"),
        Arguments.of("data longer than size", "5\r\nhelloX\r\n0\r\n\r\n"),
        Arguments.of("bare LF after data", "5\r\nhello\n0\r\n\r\n"),
        Arguments.of("blank in trailer name", "0\r\nA : b\r\n\r\n"),
        Arguments.of("NUL in trailer", "0\r\nA: b\0\r\n\r\n"),
        Arguments.of("bare LF in trailer", "0\r\nA: b\n\r\n"),
        Arguments.of("fold in trailer", "0\r\nX: a\r\n b\r\n\r\n"),
        Arguments.of("fold by tab", "5;e=0\r\n0\r\n 0\r\n000\r\nA: b\r\nX: a\r\n\tb\r\n\r\n"),
        Arguments.of("fold before trailers", "0\r\n X: a\r\n\r\n"),
        Arguments.of("fold of nothing", "0\r\nX: a\r\n \r\n\r\n"),
        Arguments.of("long trailer", "0\r\nA: " + "b".repeat(2100) + "\r\n\r\n"));
  }

  @Test
  void takesChunksThatOnlyLookLikeAFold() throws Exception {
    String chunks = "00a;e=\" 1\"\r\n0\r\n X: a\r\n\r\n2\r\n b\r\n0;\t\r\nX: a \r\nY:\r\n\r\n";
    String answer =
        server.exchange(
            "POST /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n"
                + chunks);
    assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
    assertTrue(answer.endsWith("POST /b 0\r\n X: a\r\n b"), answer);
  }

  @Test
  void seesAFoldInEverySplit() {
    String body = "A;x\r\n0\r\n X: a\r\n\r\n0\r\nX: a\r\n b\r\n\r\n";
    ByteBuf in = Unpooled.copiedBuffer(body, StandardCharsets.US_ASCII);
    int fold = body.lastIndexOf(" b");
    for (int split = 0; split <= fold; split++) {
      ChunkWatch watch = new ChunkWatch();
      assertFalse(watch.seesFold(in, 0, split));
      assertFalse(watch.seesFold(in, split, fold));
      assertTrue(watch.seesFold(in, fold, fold + 1));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("brokenBodies")
  void endsExchangeWhenBodyIsMalformed(String name, String body) throws Exception {
    server.good.clear();
    String answer =
        server.exchange(
            "POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                + body
                + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
    assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
    assertEquals(1, answer.split("HTTP/1\\.1 \\d", -1).length - 1, answer);
    assertEquals("[POST /b]", server.good.toString());
  }
}
