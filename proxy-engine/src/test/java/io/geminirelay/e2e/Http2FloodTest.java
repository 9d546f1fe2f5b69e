package io.geminirelay.e2e;

import static io.geminirelay.e2e.Http2Vector.head;
import static io.geminirelay.e2e.Http2Vector.post;
import static io.geminirelay.testing.RawHttp2.ACK;
import static io.geminirelay.testing.RawHttp2.CONTINUATION;
import static io.geminirelay.testing.RawHttp2.DATA;
import static io.geminirelay.testing.RawHttp2.END_HEADERS;
import static io.geminirelay.testing.RawHttp2.END_STREAM;
import static io.geminirelay.testing.RawHttp2.HEADERS;
import static io.geminirelay.testing.RawHttp2.PADDED;
import static io.geminirelay.testing.RawHttp2.PING;
import static io.geminirelay.testing.RawHttp2.PRIORITY;
import static io.geminirelay.testing.RawHttp2.SETTINGS;
import static io.geminirelay.testing.RawHttp2.block;
import static io.geminirelay.testing.RawHttp2.data;
import static io.geminirelay.testing.RawHttp2.frame;
import static io.geminirelay.testing.RawHttp2.frameHead;
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

import io.geminirelay.testing.RawHttp2;
import io.geminirelay.testing.Response;
import io.geminirelay.testing.TestHttp2Client;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Reaction;
import io.netty.handler.codec.http2.Http2Error;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** HTTP/2 clients that keep the rules of each frame and send too many of them. */
@Timeout(60)
class Http2FloodTest {
  private static final int STREAMS = 8;
  private static final int RESETS = 20;
  private static final int CONTROL_FRAMES = 100;
  private static final String CALM = "goaway ENHANCE_YOUR_CALM";
  private static final String ENDED = "gemini_relay_client_connections_ended_total";
  private static final byte[] NONE = {};
  private static Rig rig;

  @BeforeAll
  static void start() throws Exception {
    rig =
        Rig.of(
            1,
            "server.workers: 1",
            "server.limits: {header_bytes: 8KiB, header_timeout_secs: 1}",
            "server.http2: {max_streams: %d, max_resets: %d, max_control_frames: %d, flood_window_secs: 3600}"
                .formatted(STREAMS, RESETS, CONTROL_FRAMES),
            "auth: none");
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

  private static Arguments flood(String source, String reason, byte[]... bytes) {
    return Arguments.of(source, reason, join(bytes));
  }

  private static byte[] onStreams(int count, IntFunction<byte[]> each) {
    byte[] all = NONE;
    for (int i = 0; i < count; i++) {
      all = join(all, each.apply(1 + 2 * i));
    }
    return all;
  }

  /** Opens a stream, and makes the gateway reset it. */
  private static byte[] provoked(IntFunction<byte[]> offence) {
    return onStreams(
        RESETS + 1,
        stream -> join(post(stream, false, "content-length", "9"), offence.apply(stream)));
  }

  static Stream<Arguments> floods() {
    byte[] open = post(1, false, "content-length", "9");
    return Stream.of(
        flood(
            "CVE-2023-44487: streams that are reset at once",
            "resets",
            onStreams(
                RESETS + 1, stream -> join(post(stream, true), reset(stream, Http2Error.CANCEL)))),
        flood(
            "CVE-2023-44487: resets of closed streams",
            "resets",
            post(1, true),
            times(RESETS + 1, reset(1, Http2Error.CANCEL))),
        flood(
            "CVE-2025-8671: resets provoked by an update of nothing",
            "resets",
            provoked(stream -> windowUpdate(stream, 0))),
        flood(
            "CVE-2025-8671: resets provoked by a window too wide",
            "resets",
            provoked(stream -> windowUpdate(stream, Integer.MAX_VALUE))),
        flood(
            "CVE-2025-8671: resets provoked by DATA after the end",
            "resets",
            onStreams(
                RESETS + 1,
                stream ->
                    join(post(stream, true, "content-length", "0"), data(stream, "x", false)))),
        flood(
            "CVE-2025-8671: resets provoked by a short PRIORITY",
            "resets",
            provoked(stream -> frame(PRIORITY, 0, stream, new byte[4]))),
        flood(
            "CVE-2025-8671: resets provoked by PRIORITY on itself",
            "resets",
            provoked(stream -> frame(PRIORITY, 0, stream, join(number(stream), new byte[1])))),
        flood(
            "CVE-2025-8671: resets provoked by malformed heads",
            "resets",
            onStreams(RESETS + 1, stream -> post(stream, true, "connection", "close"))),
        flood(
            "CVE-2025-8671: resets provoked by too many streams",
            "resets",
            onStreams(STREAMS + RESETS + 1, stream -> post(stream, false, "content-length", "9"))),
        flood("CVE-2019-9512: PING", "control_frames", times(CONTROL_FRAMES + 1, ping())),
        flood(
            "CVE-2019-9512: answers to no PING",
            "control_frames",
            times(CONTROL_FRAMES + 1, frame(PING, ACK, 0, new byte[8]))),
        flood("CVE-2019-9515: SETTINGS", "control_frames", times(CONTROL_FRAMES + 1, settings())),
        flood(
            "CVE-2019-9515: answers to no SETTINGS",
            "control_frames",
            times(CONTROL_FRAMES + 1, frame(SETTINGS, ACK, 0, NONE))),
        flood(
            "CVE-2019-9513: PRIORITY to and fro",
            "control_frames",
            times(CONTROL_FRAMES + 1, frame(PRIORITY, 0, 3, new byte[5]))),
        flood(
            "RFC 9113 10.5: frames that nobody knows",
            "control_frames",
            times(CONTROL_FRAMES + 1, frame(0xbe, 0, 0, new byte[100]))),
        flood(
            "RFC 9113 10.5: frames that nobody knows, on a stream",
            "control_frames",
            open,
            times(CONTROL_FRAMES + 1, frame(0xbe, 0, 1, new byte[100]))),
        flood(
            "RFC 9113 10.5: GOAWAY again and again",
            "control_frames",
            times(CONTROL_FRAMES + 1, goAway(0, Http2Error.NO_ERROR))),
        flood(
            "CVE-2019-9517: updates of one byte",
            "control_frames",
            times(CONTROL_FRAMES + 1, windowUpdate(0, 1))),
        flood(
            "CVE-2019-9511: updates of one byte on a stream",
            "control_frames",
            open,
            times(CONTROL_FRAMES + 3, windowUpdate(1, 1))),
        flood(
            "CVE-2019-9518: empty DATA", "control_frames", open, times(3, frame(DATA, 0, 1, NONE))),
        flood(
            "CVE-2019-9518: DATA of nothing but padding",
            "control_frames",
            open,
            times(3, frame(DATA, PADDED, 1, join(new byte[] {99}, new byte[99])))),
        flood(
            "CVE-2024-27316: a header block without end, in crumbs",
            "control_frames",
            frame(HEADERS, END_STREAM, 1, block(head())),
            times(17, frame(CONTINUATION, 0, 1, block("x", "y")))),
        flood(
            "CVE-2019-9518: empty CONTINUATION",
            "control_frames",
            frame(HEADERS, END_STREAM, 1, block(head())),
            times(CONTROL_FRAMES + 1, frame(CONTINUATION, 0, 1, NONE))),
        flood(
            "RFC 9113 10.5.1: a header block that hangs",
            "control_frames",
            frame(HEADERS, END_STREAM, 1, block(head()))),
        flood(
            "RFC 9113 10.5.1: a frame of a header block that hangs",
            "control_frames",
            frameHead(100, HEADERS, END_HEADERS, 1)),
        flood(
            "CVE-2024-27316: a header block far over its limit",
            "broken_http2",
            frame(HEADERS, END_STREAM, 1, block(head())),
            frame(CONTINUATION, 0, 1, block("x", "y".repeat(9_000))),
            frame(CONTINUATION, 0, 1, block("x", "y".repeat(9_000)))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("floods")
  void endsTheConnectionAndCountsItOnce(String source, String reason, byte[] bytes)
      throws Exception {
    double before = ended(reason);
    double all = Scrape.of(rig.port()).sum(ENDED);
    try (RawHttp2 raw = RawHttp2.connect(rig.port())) {
      raw.send(bytes);
      raw.await(reason.equals("broken_http2") ? "goaway PROTOCOL_ERROR" : CALM);
      raw.await("closed");
    }
    assertEquals(before + 1, ended(reason));
    assertEquals(all + 1, Scrape.of(rig.port()).sum(ENDED));
    assertServes();
  }

  /** Else the reset of the system overtakes the GOAWAY on a long way. */
  @Test
  void endsInOrderWhateverComesAfterItsGoAway() throws Exception {
    rig.script().always(Reaction.of(Answer.never()));
    try (RawHttp2 raw = RawHttp2.connect(rig.port())) {
      raw.send(post(1, true));
      rig.journal().awaitRequests(1);
      raw.send(times(50 * CONTROL_FRAMES, ping()));
      raw.await(CALM);
      rig.journal().awaitCancelled(1);
      raw.send(times(CONTROL_FRAMES, ping()));
      raw.drain(); // throws where it is reset
    }
    rig.script().clear();
    assertServes();
  }

  private static double ended(String reason) {
    return Scrape.of(rig.port()).sum(ENDED, "reason=\"" + reason + "\"");
  }

  private static void assertServes() {
    Rig.await(
        () -> Scrape.of(rig.port()).sum("gemini_relay_requests_in_flight") <= 1,
        "the end of all requests");
    try (TestHttp2Client client = TestHttp2Client.plain(rig.port())) {
      Response answer = client.post(Rig.UNARY, Rig.BODY);
      assertEquals(200, answer.status(), answer::toString);
    }
  }

  @Test
  void cancelsUpstreamWhatARapidResetLeaves() throws Exception {
    rig.script().always(Reaction.of(Answer.never()));
    try (RawHttp2 raw = RawHttp2.connect(rig.port())) {
      for (int stream = 1; stream <= 2 * STREAMS; stream += 2) {
        raw.send(post(stream, true));
      }
      rig.journal().awaitRequests(STREAMS);
      raw.send(post(2 * STREAMS + 1, true));
      raw.await(2 * STREAMS + 1 + ": reset REFUSED_STREAM");
      raw.send(times(RESETS + 1, reset(1, Http2Error.CANCEL)));
      raw.await(CALM);
      raw.await("closed");
    }
    rig.journal().awaitCancelled(STREAMS);
    assertEquals(STREAMS, rig.journal().requestCount());
    rig.journal().awaitOpenConnections(0);
    rig.script().clear();
    assertServes();
  }

  @Test
  void holdsTheNumberOfStreamsBeforeItsSettingsAreSeen() throws Exception {
    byte[] all = onStreams(STREAMS + 1, stream -> post(stream, false, "content-length", "2"));
    try (RawHttp2 raw = RawHttp2.connect(rig.port())) {
      raw.send(all);
      raw.await(2 * STREAMS + 1 + ": reset REFUSED_STREAM");
      raw.send(data(1, "{}", true));
      raw.await("1: 200");
      raw.await("1: end");
      raw.send(post(2 * STREAMS + 3, false, "content-length", "2"));
      raw.send(data(2 * STREAMS + 3, "{}", true));
      raw.await(2 * STREAMS + 3 + ": 200");
    }
  }

  /** RFC 9113 section 5.1.2: a stream that was reset is closed, whatever is kept of it. */
  @Test
  void doesNotCountStreamsThatItHasReset() throws Exception {
    String[] nowhere = head("content-length", "9");
    nowhere[java.util.List.of(nowhere).indexOf(":path") + 1] = "/nowhere/x";
    try (RawHttp2 raw = RawHttp2.connect(rig.port())) {
      raw.send(onStreams(STREAMS, stream -> headers(stream, false, nowhere)));
      for (int i = 0; i < STREAMS; i++) {
        raw.await(words -> words.endsWith("reset NO_ERROR"), "reset NO_ERROR");
      }
      int next = 1 + 2 * STREAMS;
      raw.send(onStreams(STREAMS, stream -> post(next - 1 + stream, false, "content-length", "2")));
      raw.send(post(next + 2 * STREAMS, true));
      raw.await(next + 2 * STREAMS + ": reset REFUSED_STREAM");
      // What is no longer kept makes no room.
      raw.send(onStreams(STREAMS, stream -> reset(stream, Http2Error.CANCEL)));
      raw.send(post(next + 2 * STREAMS + 2, true));
      raw.await(next + 2 * STREAMS + 2 + ": reset REFUSED_STREAM");
      raw.send(data(next, "{}", true));
      raw.await(next + ": 200");
      assertEquals(
          2,
          raw.seen().stream().filter(each -> each.contains("REFUSED")).count(),
          raw.seen()::toString);
    }
  }

  static Stream<Arguments> bombs() {
    String[] many = new String[402];
    java.util.Arrays.fill(many, "x");
    // One entry of 3 KiB in the dynamic table (RFC 7541 section 6.2.1), then indices of it.
    byte[] entry = block("bomb", "y".repeat(3_000));
    entry[0] = 0x40;
    byte[] indices = new byte[200];
    java.util.Arrays.fill(indices, (byte) (0x80 | 62));
    return Stream.of(
        Arguments.of(
            "RFC 9113 10.5.1: a list over its limit", post(1, true, "x", "y".repeat(8_200))),
        Arguments.of("RFC 6585 5: 201 fields", post(1, true, many)),
        Arguments.of(
            "CVE-2016-1544: a bomb of indices",
            frame(HEADERS, END_HEADERS | END_STREAM, 1, join(block(head()), entry, indices))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bombs")
  void refusesAHeaderThatIsTooLarge(String source, byte[] bytes) throws Exception {
    try (RawHttp2 raw = RawHttp2.connect(rig.port())) {
      raw.send(bytes);
      raw.await(words -> words.startsWith("1: 431"), "1: 431");
      assertEquals(0, rig.journal().requestCount());
      raw.send(post(101, false, "content-length", "2"), data(101, "{}", true));
      raw.await("101: 200");
    }
  }

  @Test
  void endsOneWhoTakesItsAnswerInCrumbs() throws Exception {
    byte[] body = ("{\"candidates\":\"" + "x".repeat(100_000) + "\"}").getBytes();
    rig.script().always(Reaction.of(Answer.of(200, java.util.List.of(), body)));
    double before = ended("control_frames");
    try (RawHttp2 raw = RawHttp2.connect(rig.port())) {
      raw.send(settings(4, 1), post(1, true));
      raw.await("1: 200");
      while (raw.send(windowUpdate(1, 1))) {
        RawHttp2.Frame frame = raw.next();
        if (frame == null) {
          break;
        }
        assertTrue(frame.type() != DATA || frame.payload().length <= CONTROL_FRAMES);
      }
    }
    assertEquals(before + 1, ended("control_frames"));
    rig.script().clear();
    assertServes();
  }
}
