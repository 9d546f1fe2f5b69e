package io.geminirelay.e2e;

import static io.geminirelay.e2e.Http2Vector.head;
import static io.geminirelay.e2e.Http2Vector.post;
import static io.geminirelay.e2e.Http2Vector.refused;
import static io.geminirelay.e2e.Http2Vector.sent;
import static io.geminirelay.testing.RawHttp2.ACK;
import static io.geminirelay.testing.RawHttp2.CONTINUATION;
import static io.geminirelay.testing.RawHttp2.DATA;
import static io.geminirelay.testing.RawHttp2.END_HEADERS;
import static io.geminirelay.testing.RawHttp2.END_STREAM;
import static io.geminirelay.testing.RawHttp2.GOAWAY;
import static io.geminirelay.testing.RawHttp2.HAS_PRIORITY;
import static io.geminirelay.testing.RawHttp2.HEADERS;
import static io.geminirelay.testing.RawHttp2.PADDED;
import static io.geminirelay.testing.RawHttp2.PING;
import static io.geminirelay.testing.RawHttp2.PRIORITY;
import static io.geminirelay.testing.RawHttp2.PUSH_PROMISE;
import static io.geminirelay.testing.RawHttp2.RST_STREAM;
import static io.geminirelay.testing.RawHttp2.SETTINGS;
import static io.geminirelay.testing.RawHttp2.WINDOW_UPDATE;
import static io.geminirelay.testing.RawHttp2.block;
import static io.geminirelay.testing.RawHttp2.data;
import static io.geminirelay.testing.RawHttp2.frame;
import static io.geminirelay.testing.RawHttp2.frameHead;
import static io.geminirelay.testing.RawHttp2.headers;
import static io.geminirelay.testing.RawHttp2.join;
import static io.geminirelay.testing.RawHttp2.number;
import static io.geminirelay.testing.RawHttp2.ping;
import static io.geminirelay.testing.RawHttp2.reset;
import static io.geminirelay.testing.RawHttp2.settings;
import static io.geminirelay.testing.RawHttp2.windowUpdate;

import io.netty.handler.codec.http2.Http2Error;
import java.util.stream.Stream;

/** Frames that break the rules of streams and connections (RFC 9113 sections 4 to 6). */
final class Http2FrameVectors {
  private static final String PROTOCOL = "goaway PROTOCOL_ERROR";
  private static final String SIZE = "goaway FRAME_SIZE_ERROR";
  private static final String FLOW = "goaway FLOW_CONTROL_ERROR";
  private static final String HPACK = "goaway COMPRESSION_ERROR";
  private static final byte[] NONE = {};

  private Http2FrameVectors() {}

  static Stream<Http2Vector> streams() {
    return Stream.of(
        refused("RFC 9113 6.1: DATA on the connection", PROTOCOL, data(0, "x", true)),
        refused("RFC 9113 5.1: DATA on an idle stream", PROTOCOL, data(1, "x", true)),
        sent(
            "RFC 9113 5.1: DATA after the end of the request",
            "1: reset STREAM_CLOSED",
            "content-length: 0\r\n",
            post(1, true),
            data(1, "POST /smuggled HTTP/1.1\r\n\r\n", true)),
        refused("RFC 9113 6.2: HEADERS on the connection", PROTOCOL, post(0, true)),
        refused("RFC 9113 5.1.1: an even stream", PROTOCOL, post(2, true)),
        sent(
            "RFC 9113 5.1.1: a stream below the last one",
            "3: reset STREAM_CLOSED",
            "content-length: 0\r\n",
            post(5, true),
            post(3, true)),
        refused(
            "RFC 9113 8.1: a second head in place of trailers",
            "1: reset PROTOCOL_ERROR",
            post(1, false, "content-length", "5"),
            post(1, false)),
        refused(
            "RFC 9113 8.1: trailers with pseudo headers",
            "1: reset PROTOCOL_ERROR",
            post(1, false, "content-length", "2"),
            data(1, "{", false),
            headers(1, true, ":path", "/admin")),
        refused(
            "RFC 7540 5.3.1: HEADERS that depend on themselves",
            PROTOCOL,
            frame(
                HEADERS,
                END_HEADERS | END_STREAM | HAS_PRIORITY,
                1,
                join(number(1), new byte[1], block(head())))),
        refused(
            "RFC 7540 5.3.1: PRIORITY that depends on itself",
            "1: reset PROTOCOL_ERROR",
            frame(PRIORITY, 0, 1, join(number(1), new byte[1]))),
        refused(
            "RFC 9113 6.3: a short PRIORITY",
            "1: reset FRAME_SIZE_ERROR",
            frame(PRIORITY, 0, 1, new byte[4])),
        refused(
            "RFC 9113 6.4: RST_STREAM on an idle stream", PROTOCOL, reset(1, Http2Error.CANCEL)),
        refused(
            "RFC 9113 6.4: RST_STREAM on the connection", PROTOCOL, reset(0, Http2Error.CANCEL)),
        refused("RFC 9113 6.4: a short RST_STREAM", SIZE, frame(RST_STREAM, 0, 1, new byte[3])),
        refused(
            "RFC 9113 8.4: PUSH_PROMISE of a client",
            PROTOCOL,
            post(1, false, "content-length", "5"),
            frame(PUSH_PROMISE, END_HEADERS, 1, join(number(2), block(head())))));
  }

  static Stream<Http2Vector> connection() {
    return Stream.of(
        refused("RFC 9113 6.5: SETTINGS on a stream", PROTOCOL, frame(SETTINGS, 0, 1, NONE)),
        refused(
            "RFC 9113 6.5: an acknowledgement with content",
            SIZE,
            frame(SETTINGS, ACK, 0, number(1))),
        refused("RFC 9113 6.5: SETTINGS of five bytes", SIZE, frame(SETTINGS, 0, 0, new byte[5])),
        refused("RFC 9113 6.5.2: ENABLE_PUSH of 2", PROTOCOL, settings(2, 2)),
        refused("RFC 9113 6.5.2: a window of 2^31", FLOW, settings(4, 1 << 31)),
        refused("RFC 9113 6.5.2: frames of less than 2^14", PROTOCOL, settings(5, 16_383)),
        refused("RFC 9113 6.7: PING of seven bytes", SIZE, frame(PING, 0, 0, new byte[7])),
        refused("RFC 9113 6.7: PING on a stream", PROTOCOL, frame(PING, 0, 1, new byte[8])),
        refused("RFC 9113 6.8: GOAWAY on a stream", PROTOCOL, frame(GOAWAY, 0, 1, new byte[8])),
        refused("RFC 9113 6.9: an update of nothing", PROTOCOL, windowUpdate(0, 0)),
        refused(
            "RFC 9113 6.9: an update of nothing on a stream",
            "1: reset PROTOCOL_ERROR",
            post(1, false, "content-length", "5"),
            windowUpdate(1, 0)),
        refused("RFC 9113 6.9: an update on an idle stream", PROTOCOL, windowUpdate(1, 1)),
        refused(
            "RFC 9113 6.9: a short WINDOW_UPDATE", SIZE, frame(WINDOW_UPDATE, 0, 0, new byte[3])),
        refused("RFC 9113 6.9.1: a window over 2^31-1", FLOW, windowUpdate(0, Integer.MAX_VALUE)),
        refused(
            "RFC 9113 6.9.1: a stream's window over 2^31-1",
            "1: reset FLOW_CONTROL_ERROR",
            post(1, false, "content-length", "5"),
            windowUpdate(1, Integer.MAX_VALUE)),
        refused(
            "RFC 9113 6.9.2: a stream's window over 2^31-1 by SETTINGS",
            FLOW,
            post(1, false, "content-length", "5"),
            post(3, false, "content-length", "5"),
            windowUpdate(1, Integer.MAX_VALUE - 65_535),
            settings(4, 65_536)),
        refused("RFC 9113 4.2: a frame of 2^14+1 bytes", SIZE, frameHead(16_385, DATA, 0, 1)),
        refused(
            "RFC 9113 6.1: more padding than content",
            PROTOCOL,
            post(1, false, "content-length", "5"),
            frame(DATA, PADDED, 1, new byte[] {9, 0, 0})),
        refused(
            "RFC 9113 6.2: more padding than header",
            PROTOCOL,
            frame(HEADERS, PADDED | END_HEADERS, 1, new byte[] {9, 0, 0})),
        refused(
            "RFC 9113 6.10: CONTINUATION of nothing", PROTOCOL, frame(CONTINUATION, 0, 1, NONE)),
        refused(
            "RFC 9113 6.10: a frame within a header block",
            PROTOCOL,
            frame(HEADERS, END_STREAM, 1, block(head())),
            ping()),
        refused(
            "RFC 9113 6.10: CONTINUATION of another stream",
            PROTOCOL,
            frame(HEADERS, END_STREAM, 1, block(head())),
            frame(CONTINUATION, END_HEADERS, 3, NONE)));
  }

  static Stream<Http2Vector> compression() {
    return Stream.of(
        refused("RFC 7541 2.3.3: an index beyond the tables", HPACK, hpack(0xff, 0x7f)),
        refused("RFC 7541 6.1: the index 0", HPACK, hpack(0x80)),
        refused("RFC 7541 4.2: a table larger than allowed", HPACK, hpack(0x3f, 0xe2, 0x1f)),
        refused(
            "RFC 7541 5.1: a number without end",
            HPACK,
            hpack(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)),
        refused("RFC 7541 5.2: a text that is cut off", HPACK, hpack(0x00, 0x05, 'a')),
        refused(
            "RFC 7541 5.2: Huffman padding of 8 bits", HPACK, hpack(0x00, 0x81, 0xff, 0x01, 'a')));
  }

  private static byte[] hpack(int... block) {
    byte[] bytes = new byte[block.length];
    for (int i = 0; i < block.length; i++) {
      bytes[i] = (byte) block[i];
    }
    return frame(HEADERS, END_HEADERS | END_STREAM, 1, bytes);
  }
}
