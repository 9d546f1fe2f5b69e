package io.geminirelay.e2e;

import static io.geminirelay.e2e.Http2Vector.post;
import static io.geminirelay.testing.RawHttp2.DATA;
import static io.geminirelay.testing.RawHttp2.HEADERS;
import static io.geminirelay.testing.RawHttp2.PING;
import static io.geminirelay.testing.RawHttp2.data;
import static io.geminirelay.testing.RawHttp2.headers;
import static io.geminirelay.testing.RawHttp2.ping;
import static io.geminirelay.testing.RawHttp2.settings;
import static io.geminirelay.testing.RawHttp2.times;
import static io.geminirelay.testing.RawHttp2.windowUpdate;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.geminirelay.testing.Header;
import io.geminirelay.testing.RawHttp2;
import io.geminirelay.testing.sim.Answer;
import io.geminirelay.testing.sim.Reaction;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Honest HTTP/2 clients with much to do, under limits far below the usual ones. */
@Timeout(60)
class Http2BusyClientTest {
  private static final int STREAMS = 256;
  private static final int EVENTS = 2_000;
  private static final int MAX_RESETS = 10;
  private static final int UPLOADS = 5;
  private static final byte[] EVENT =
      "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hi\"}]}}]}\r\n\r\n"
          .getBytes(StandardCharsets.UTF_8);
  private static Rig rig;

  @BeforeAll
  static void start() throws Exception {
    rig =
        Rig.of(
            1,
            "server.workers: 1",
            "server.http2: {max_resets: "
                + MAX_RESETS
                + ", max_control_frames: 100, flood_window_secs: 3600}",
            "auth: none");
  }

  @AfterAll
  static void stop() {
    rig.close();
  }

  /** Gives back each piece at once, and measures the way with a PING for it, as gRPC does. */
  @Test
  void servesOneWhoAnswersEachPiece() throws Exception {
    rig.script()
        .always(
            Reaction.of(
                Answer.stream(
                    200,
                    Header.list("content-type", "text/event-stream"),
                    Collections.nCopies(EVENTS, EVENT))));
    int pieces = 0;
    int length = 0;
    try (RawHttp2 raw = RawHttp2.connect(rig.port())) {
      raw.send(settings(), post(1, false, "content-length", "" + Rig.BODY.length()));
      raw.send(data(1, Rig.BODY, true));
      RawHttp2.Frame frame = raw.next();
      while (!frame.ends()) {
        if (frame.type() == DATA) {
          int more = frame.payload().length;
          pieces++;
          length += more;
          raw.send(windowUpdate(0, more), windowUpdate(1, more));
          if (pieces % 2 == 0) {
            raw.send(ping());
          }
        }
        frame = raw.next();
        assertNotNull(frame, "the connection was ended");
      }
      assertEquals(EVENTS * EVENT.length, length + frame.payload().length);
      raw.send(ping());
      while (frame.type() != PING) {
        frame = raw.next();
        assertNotNull(frame, "the connection was ended");
      }
    }
  }

  @Test
  void servesAsManyStreamsAsItOffers() throws Exception {
    rig.script().clear();
    try (RawHttp2 raw = RawHttp2.connect(rig.port())) {
      raw.send(windowUpdate(0, 16 << 20));
      for (int i = 0; i < STREAMS; i++) {
        int stream = 1 + 2 * i;
        raw.send(
            post(stream, false, "content-length", "" + Rig.BODY.length()),
            data(stream, Rig.BODY, true));
      }
      int ended = 0;
      while (ended < STREAMS) {
        RawHttp2.Frame frame = raw.next();
        assertNotNull(frame, "the connection was ended");
        if (frame.type() == HEADERS) {
          assertEquals("200", raw.fields(frame).status().toString());
        }
        ended += frame.ends() ? 1 : 0;
      }
    }
  }

  /** RFC 9113 section 8.1: what was on its way when the answer came is no abuse. */
  @Test
  void mayHaveManyUploadsRefusedBesideAStreamUnderWay() throws Exception {
    rig.script().clear();
    try (RawHttp2 raw = RawHttp2.connect(rig.port())) {
      raw.send(post(1, false, "content-length", "" + Rig.BODY.length()));
      for (int stream = 3; stream < 3 + 2 * UPLOADS; stream += 2) {
        raw.send(with(stream, ":path", "/nowhere/x"));
        raw.await(stream + ": end");
        raw.send(times(4 * MAX_RESETS, data(stream, "x", false)));
        // The last one never ends, and has more on its way when it is reset.
        if (stream < 1 + 2 * UPLOADS) {
          raw.send(data(stream, "x", true));
        } else {
          raw.await(stream + ": reset NO_ERROR");
          raw.send(times(4 * MAX_RESETS, data(stream, "x", false)));
        }
      }
      raw.send(data(1, Rig.BODY, true));
      raw.await("1: 200");
      raw.await("1: end");
      assertEquals(
          1,
          raw.seen().stream().filter(each -> each.contains("reset")).count(),
          raw.seen()::toString);
    }
  }

  private static byte[] with(int stream, String name, String value) {
    String[] all = Http2Vector.head();
    all[List.of(all).indexOf(name) + 1] = value;
    return headers(stream, false, all);
  }
}
