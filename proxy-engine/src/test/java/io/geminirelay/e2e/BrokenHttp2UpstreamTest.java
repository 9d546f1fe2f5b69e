package io.geminirelay.e2e;

import static io.geminirelay.e2e.RawHttp2Upstream.good;
import static io.geminirelay.e2e.RawHttp2Upstream.head;
import static io.geminirelay.testing.RawHttp2.ACK;
import static io.geminirelay.testing.RawHttp2.CONTINUATION;
import static io.geminirelay.testing.RawHttp2.DATA;
import static io.geminirelay.testing.RawHttp2.END_HEADERS;
import static io.geminirelay.testing.RawHttp2.END_STREAM;
import static io.geminirelay.testing.RawHttp2.HEADERS;
import static io.geminirelay.testing.RawHttp2.PUSH_PROMISE;
import static io.geminirelay.testing.RawHttp2.SETTINGS;
import static io.geminirelay.testing.RawHttp2.block;
import static io.geminirelay.testing.RawHttp2.data;
import static io.geminirelay.testing.RawHttp2.frame;
import static io.geminirelay.testing.RawHttp2.goAway;
import static io.geminirelay.testing.RawHttp2.headers;
import static io.geminirelay.testing.RawHttp2.join;
import static io.geminirelay.testing.RawHttp2.number;
import static io.geminirelay.testing.RawHttp2.ping;
import static io.geminirelay.testing.RawHttp2.reset;
import static io.geminirelay.testing.RawHttp2.settings;
import static io.geminirelay.testing.RawHttp2.times;
import static io.geminirelay.testing.RawHttp2.windowUpdate;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.e2e.RawHttp2Upstream.Moment;
import io.geminirelay.e2e.RawHttp2Upstream.Script;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.netty.handler.codec.http2.Http2Error;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An HTTP/2 upstream that breaks rules or gives up, frame by frame. */
@Timeout(60)
class BrokenHttp2UpstreamTest {
  /** Two connections, and nothing is wrong with the first one. */
  private static final int BESIDE_THE_OLD_ONE = -2;

  private static final int FLOOD = 5_100;

  /** The client gets an answer of another attempt, on the same connection or on another. */
  private static Arguments again(String source, int connections, Script script) {
    return Arguments.of(source, 2, connections, script);
  }

  /** The client gets the answer of the only attempt; the next one goes over the same or another. */
  private static Arguments served(String source, int connections, Script script) {
    return Arguments.of(source, 1, connections, script);
  }

  static Stream<Arguments> resets() {
    return Arrays.stream(Http2Error.values())
        .map(
            error ->
                Arguments.of(
                    "RFC 9113 7: " + error + " before the head",
                    2,
                    error == Http2Error.REFUSED_STREAM ? BESIDE_THE_OLD_ONE : 1,
                    (Script) (raw, stream) -> raw.send(reset(stream, error))));
  }

  static Stream<Arguments> ends() {
    return Stream.of(
        again(
            "RFC 9113 6.8: GOAWAY that leaves the stream out",
            2,
            (raw, stream) -> raw.send(goAway(0, Http2Error.NO_ERROR))),
        again(
            "RFC 9113 6.8: GOAWAY with an error that leaves the stream out",
            2,
            (raw, stream) -> raw.send(goAway(0, Http2Error.INTERNAL_ERROR))),
        again(
            "RFC 9113 6.8: GOAWAY in two steps that leaves the stream out",
            2,
            (raw, stream) ->
                raw.send(
                    goAway(Integer.MAX_VALUE, Http2Error.NO_ERROR),
                    goAway(0, Http2Error.NO_ERROR))),
        served(
            "RFC 9113 6.8: GOAWAY in two steps, and the answer",
            2,
            (raw, stream) -> {
              raw.send(goAway(Integer.MAX_VALUE, Http2Error.NO_ERROR), head(stream));
              raw.send(goAway(stream, Http2Error.NO_ERROR));
              raw.send(data(stream, RawHttp2Upstream.ANSWER, true));
            }),
        served(
            "RFC 9113 6.8: GOAWAY with an error amid the answer",
            2,
            (raw, stream) -> {
              raw.send(head(stream), goAway(stream, Http2Error.ENHANCE_YOUR_CALM));
              raw.send(data(stream, RawHttp2Upstream.ANSWER, true));
            }),
        served(
            "RFC 9113 6.8: GOAWAY after the answer",
            2,
            (raw, stream) -> {
              good(raw, stream);
              raw.send(goAway(stream, Http2Error.NO_ERROR));
            }),
        served(
            "RFC 9113 6.5.2: no more streams from now on",
            BESIDE_THE_OLD_ONE,
            (raw, stream) -> {
              raw.send(settings(3, 0));
              good(raw, stream);
            }),
        served("RFC 9113 6.5.3: SETTINGS that are never acknowledged", 1, (raw, s) -> good(raw, s)),
        served(
            "RFC 9113 8.1: trailers",
            1,
            (raw, stream) ->
                raw.send(
                    head(stream),
                    data(stream, RawHttp2Upstream.ANSWER, false),
                    headers(stream, true, "x-trailer", "a"))),
        served(
            "RFC 9110 15.2: two interim answers",
            1,
            (raw, stream) -> {
              raw.send(headers(stream, false, ":status", "100"));
              raw.send(headers(stream, false, ":status", "103", "link", "</a>"));
              good(raw, stream);
            }));
  }

  static Stream<Arguments> parts() {
    return Stream.of(
        again(
            "RFC 9110 15.2: a flood of interim answers",
            1,
            (raw, stream) -> {
              raw.send(times(40, headers(stream, false, ":status", "103")));
              good(raw, stream);
            }),
        again(
            "RFC 9113 8.1: an interim answer after the head",
            1,
            (raw, stream) -> raw.send(head(stream), headers(stream, false, ":status", "103"))),
        again(
            "RFC 9113 8.1: an interim answer that ends the stream",
            1,
            (raw, stream) -> raw.send(headers(stream, true, ":status", "103"))),
        again(
            "RFC 9113 8.6: 101",
            1,
            (raw, stream) -> raw.send(headers(stream, false, ":status", "101"))),
        again(
            "RFC 9113 8.1: DATA without a head",
            1,
            (raw, stream) -> raw.send(data(stream, RawHttp2Upstream.ANSWER, true))),
        again(
            "RFC 9113 8.1.1: less DATA than content-length",
            1,
            (raw, stream) ->
                raw.send(head(stream, "content-length", "500"), data(stream, "{}", true))),
        again(
            "RFC 9113 8.1.1: more DATA than content-length",
            1,
            (raw, stream) ->
                raw.send(head(stream, "content-length", "1"), data(stream, "{}", true))),
        again(
            "RFC 9113 8.3.2: no :status",
            1,
            (raw, stream) -> raw.send(headers(stream, false, "content-type", "a"))),
        again(
            "RFC 9113 8.3.2: a :status that is no number",
            1,
            (raw, stream) -> raw.send(headers(stream, true, ":status", "2x0"))),
        again(
            "RFC 9110 15: a :status of 000",
            1,
            (raw, stream) -> raw.send(headers(stream, true, ":status", "000"))),
        again(
            "RFC 9110 15: a :status below 100",
            1,
            (raw, stream) -> raw.send(headers(stream, true, ":status", "099"))),
        again(
            "more header fields than over HTTP/1.1",
            1,
            (raw, stream) ->
                raw.send(
                    frame(
                        HEADERS,
                        END_HEADERS | END_STREAM,
                        stream,
                        join(block(":status", "200"), times(1_100, block("a", "b")))))),
        again(
            "RFC 9113 8.2.1: CR LF in a value",
            1,
            (raw, stream) -> raw.send(head(stream, "x", "a\r\nset-cookie: b"))),
        again(
            "RFC 9113 8.2.1: NUL in a value",
            1,
            (raw, stream) -> raw.send(head(stream, "x", "\0"))),
        again(
            "RFC 9113 8.2.1: an upper-case name",
            1,
            (raw, stream) -> raw.send(head(stream, "X-Up", "a"))),
        again(
            "RFC 9113 8.2.2: transfer-encoding",
            1,
            (raw, stream) -> raw.send(head(stream, "transfer-encoding", "chunked"))),
        again(
            "RFC 9113 8.1: trailers with pseudo headers",
            1,
            (raw, stream) -> raw.send(head(stream), headers(stream, true, ":status", "500"))),
        again(
            "RFC 9113 10.5.1: a head over its limit",
            1,
            (raw, stream) ->
                raw.send(
                    frame(HEADERS, 0, stream, block(":status", "200")),
                    times(16, frame(CONTINUATION, 0, stream, block("x", "y".repeat(16_300)))),
                    frame(CONTINUATION, END_HEADERS, stream, block("x", "y".repeat(9_000))))));
  }

  static Stream<Arguments> connections() {
    return Stream.of(
        again(
            "RFC 9113 8.4: PUSH_PROMISE where push is off",
            2,
            (raw, stream) -> raw.send(frame(SETTINGS, ACK, 0, new byte[0]), push(stream))),
        served(
            "RFC 9113 8.4: PUSH_PROMISE before the upstream took note",
            1,
            (raw, stream) -> {
              raw.send(push(stream));
              good(raw, stream);
            }),
        served(
            "RFC 9113 5.1.1: a stream that the upstream opens",
            1,
            (raw, stream) -> {
              raw.send(headers(2, true, ":status", "200"));
              good(raw, stream);
            }),
        again(
            "CVE-2024-27316: a header block in crumbs",
            2,
            (raw, stream) ->
                raw.send(
                    frame(HEADERS, 0, stream, block(":status", "200")),
                    times(17, frame(CONTINUATION, 0, stream, block("x", "y"))))),
        again("CVE-2019-9512: a flood of PING", 2, (raw, stream) -> raw.send(times(FLOOD, ping()))),
        again(
            "CVE-2019-9515: a flood of SETTINGS",
            2,
            (raw, stream) -> raw.send(times(FLOOD, settings()))),
        again(
            "RFC 9113 10.5: a flood of frames that nobody knows",
            2,
            (raw, stream) -> raw.send(times(FLOOD, frame(0xbe, 0, 0, new byte[0])))),
        again(
            "CVE-2019-9518: a flood of empty DATA",
            2,
            (raw, stream) ->
                raw.send(head(stream), times(11, frame(DATA, 0, stream, new byte[0])))),
        again(
            "RFC 9113 6.9: an update of nothing", 2, (raw, stream) -> raw.send(windowUpdate(0, 0))),
        again(
            "RFC 9113 6.9.1: a window over 2^31-1",
            2,
            (raw, stream) -> raw.send(windowUpdate(0, Integer.MAX_VALUE))),
        again(
            "RFC 9113 6.9.1: a stream's window over 2^31-1",
            1,
            (raw, stream) -> raw.send(windowUpdate(stream, Integer.MAX_VALUE))),
        again(
            "RFC 9113 6.1: DATA on an idle stream",
            2,
            (raw, stream) -> raw.send(data(77, "x", true))),
        again("RFC 9112: HTTP/1.1", 2, (raw, s) -> raw.send("HTTP/1.1 200 OK\r\n\r\n".getBytes())),
        again("TCP: the end of the connection", 2, (raw, stream) -> raw.close()));
  }

  private static byte[] push(int stream) {
    return frame(PUSH_PROMISE, END_HEADERS, stream, join(number(2), block(Http2Vector.head())));
  }

  static Stream<Arguments> vectors() {
    return Stream.of(resets(), ends(), parts(), connections()).flatMap(each -> each);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("vectors")
  void servesTheClientAllTheSame(String source, int requests, int connections, Script script)
      throws Exception {
    try (RawHttp2Upstream upstream = new RawHttp2Upstream(Moment.END, script);
        Gateway gateway = start(upstream, 20);
        TestClient client = TestClient.connect(gateway.port())) {
      assertServed(client.post(Rig.UNARY, Rig.BODY));
      assertEquals(requests, upstream.requests.get());
      assertServed(client.post(Rig.UNARY, Rig.BODY));
      assertEquals(requests + 1, upstream.requests.get());
      assertEquals(Math.abs(connections), upstream.connections(), "connections");
      int broken = Math.max(0, connections - 1);
      Rig.await(() -> upstream.closed.get() == broken, "the end of the broken connection");
      assertEquals(0, Scrape.of(gateway.port()).sum("gemini_relay_requests_in_flight"));
      if (source.startsWith("RFC 9113 7:")) {
        assertEquals(List.of(), upstream.resets, "RFC 9113 5.4.2: no answer to a reset");
      }
    }
  }

  private static void assertServed(Response answer) {
    assertEquals(200, answer.status(), answer::toString);
    assertTrue(answer.whole(), answer::toString);
    assertEquals(RawHttp2Upstream.ANSWER, answer.text());
  }

  /** One whose target may be silent for so long, and for a second before it answers a PING. */
  static Gateway start(RawHttp2Upstream upstream, double silentSecs) throws Exception {
    return Gateway.start(
        """
        server: {port: 0, workers: 1, drain_timeout_secs: 5, request_timeout_secs: %s}
        auth: none
        upstream: {tls_timeout_secs: 1}
        groups: [{name: g, target_url: "%s", http_version: "2", api_keys: [%s, %s]}]
        """
            .formatted(silentSecs, upstream.url(), Rig.key(0), Rig.key(1)));
  }
}
