package io.geminirelay.e2e;

import static io.geminirelay.testing.RawHttp2.data;
import static io.geminirelay.testing.RawHttp2.goAway;
import static io.geminirelay.testing.RawHttp2.headers;
import static io.geminirelay.testing.RawHttp2.reset;
import static io.geminirelay.testing.RawHttp2.windowUpdate;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.geminirelay.e2e.RawHttp2Upstream.Moment;
import io.geminirelay.e2e.RawHttp2Upstream.Script;
import io.geminirelay.testing.RawHttp2;
import io.geminirelay.testing.Reading;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestClient;
import io.geminirelay.testing.TestHttp2Client;
import io.netty.handler.codec.http2.Http2Error;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An HTTP/2 upstream that breaks an answer of which the client has a part, or falls silent. */
@Timeout(60)
class CutHttp2UpstreamTest {
  private static final String EVENT =
      "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hi\"}]}}]}\r\n\r\n";

  static Stream<Arguments> cuts() {
    Stream<Arguments> resets =
        Stream.of(
                Http2Error.NO_ERROR,
                Http2Error.CANCEL,
                Http2Error.INTERNAL_ERROR,
                Http2Error.REFUSED_STREAM,
                Http2Error.ENHANCE_YOUR_CALM,
                Http2Error.FLOW_CONTROL_ERROR)
            .map(error -> cut("reset " + error, (raw, stream) -> raw.send(reset(stream, error))));
    Stream<Arguments> others =
        Stream.of(
            cut("GOAWAY below the stream", (raw, s) -> raw.send(goAway(0, Http2Error.NO_ERROR))),
            cut("a second head", (raw, s) -> raw.send(headers(s, false, ":status", "200"))),
            cut("an interim answer", (raw, s) -> raw.send(headers(s, false, ":status", "103"))),
            cut("the end of the connection", (raw, stream) -> raw.close()),
            cut("a broken frame", (raw, stream) -> raw.send(data(0, "x", false))));
    return Stream.concat(resets, others);
  }

  private static Arguments cut(String name, Script script) {
    return Arguments.of(name, script);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cuts")
  void cutsTheClientsStreamVisibly(String name, Script cut) throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Script script =
        (raw, stream) -> {
          raw.send(headers(stream, false, ":status", "200", "content-type", "text/event-stream"));
          raw.send(data(stream, EVENT, false));
          await(begun);
          cut.answer(raw, stream);
        };
    try (RawHttp2Upstream upstream = new RawHttp2Upstream(Moment.END, script);
        Gateway gateway = BrokenHttp2UpstreamTest.start(upstream, 20)) {
      try (TestClient client = TestClient.connect(gateway.port())) {
        client.request("POST", Rig.STREAM, List.of(), Rig.BODY.getBytes(StandardCharsets.UTF_8));
        Reading reading = client.begin();
        assertNotNull(reading.next());
        begun.countDown();
        Response answer = reading.response();
        assertEquals(200, answer.status());
        assertFalse(answer.whole(), answer::text);
        assertTrue(answer.text().contains("data: {\"error\":{\"code\":502"), answer::text);
      }
      assertEquals(1, upstream.requests.get());
      assertEquals(0, Scrape.of(gateway.port()).sum("gemini_relay_requests_in_flight"));
      assertServed(gateway);
    }
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      assertTrue(latch.await(30, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static void assertServed(Gateway gateway) {
    try (TestClient client = TestClient.connect(gateway.port())) {
      Response answer = client.post(Rig.UNARY, Rig.BODY);
      assertEquals(200, answer.status(), answer::toString);
      assertEquals(RawHttp2Upstream.ANSWER, answer.text());
    }
  }

  /** RFC 9113 section 8.1: an answer may be whole before the request is. */
  @Test
  void takesAnAnswerThatDoesNotWaitForTheRequest() throws Exception {
    Script early =
        (raw, stream) -> {
          RawHttp2Upstream.good(raw, stream);
          raw.send(reset(stream, Http2Error.NO_ERROR), windowUpdate(0, 1 << 20));
        };
    // More than the window that the upstream opens, so that the rest never leaves.
    String body = Rig.BODY.replace("Hello", "x".repeat(200_000));
    try (RawHttp2Upstream upstream = new RawHttp2Upstream(Moment.HEAD, early);
        Gateway gateway = BrokenHttp2UpstreamTest.start(upstream, 20)) {
      try (TestClient client = TestClient.connect(gateway.port())) {
        Response answer = client.post(Rig.UNARY, body);
        assertEquals(200, answer.status(), answer::toString);
        assertTrue(answer.whole());
        assertEquals(RawHttp2Upstream.ANSWER, answer.text());
      }
      assertEquals(1, upstream.requests.get());
      assertServed(gateway);
      assertEquals(1, upstream.connections());
    }
  }

  /** Those that the upstream took are finished, the others are asked of another connection. */
  @Test
  void repeatsElsewhereWhatAGoAwayLeavesOut() throws Exception {
    CountDownLatch third = new CountDownLatch(1);
    Script script =
        (raw, stream) -> {
          for (int heads = 0; heads < 2; ) {
            RawHttp2.Frame frame = raw.next();
            heads += frame != null && frame.type() == RawHttp2.HEADERS ? 1 : 0;
          }
          third.countDown();
          raw.send(goAway(stream, Http2Error.NO_ERROR));
          RawHttp2Upstream.good(raw, stream);
        };
    try (RawHttp2Upstream upstream = new RawHttp2Upstream(Moment.END, script);
        Gateway gateway = BrokenHttp2UpstreamTest.start(upstream, 20);
        TestHttp2Client client = TestHttp2Client.plain(gateway.port())) {
      byte[] body = Rig.BODY.getBytes(StandardCharsets.UTF_8);
      var first = client.request("POST", Rig.UNARY, List.of(), body);
      Rig.await(() -> upstream.requests.get() == 1, "the first request");
      var second = client.request("POST", Rig.UNARY, List.of(), body);
      var last = client.request("POST", Rig.UNARY, List.of(), body);
      await(third);
      for (var each : List.of(first, second, last)) {
        Response answer = each.response();
        assertEquals(200, answer.status(), answer::toString);
        assertEquals(RawHttp2Upstream.ANSWER, answer.text());
      }
      assertEquals(2, upstream.connections());
      assertEquals(3, upstream.requests.get());
      Rig.await(() -> upstream.closed.get() == 1, "the end of the first connection");
      // Section 5.1: for an upstream that never opened those streams, a reset breaks the protocol.
      assertEquals(List.of(), upstream.resets);
    }
  }

  /** A path that drops all packets tells nobody: each request on it would wait in vain. */
  @Test
  void leavesAConnectionThatFellSilent() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    try (RawHttp2Upstream upstream = new RawHttp2Upstream(Moment.END, (raw, s) -> await(over));
        Gateway gateway = BrokenHttp2UpstreamTest.start(upstream, 1.5);
        TestClient client = TestClient.connect(gateway.port())) {
      // The second attempt goes there too, and is lost with it when no PING is answered.
      Response answer = client.post(Rig.UNARY, Rig.BODY);
      assertEquals(200, answer.status(), answer::toString);
      assertEquals(RawHttp2Upstream.ANSWER, answer.text());
      assertEquals(2, upstream.connections());
      over.countDown();
      Rig.await(() -> upstream.closed.get() == 1, "the end of the silent connection");
      assertEquals(1, upstream.pings.get());
    }
  }
}
