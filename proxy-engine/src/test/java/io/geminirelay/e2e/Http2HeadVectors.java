package io.geminirelay.e2e;

import static io.geminirelay.e2e.Http2Vector.head;
import static io.geminirelay.e2e.Http2Vector.post;
import static io.geminirelay.e2e.Http2Vector.refused;
import static io.geminirelay.e2e.Http2Vector.sent;
import static io.geminirelay.e2e.Http2Vector.with;
import static io.geminirelay.testing.RawHttp2.DATA;
import static io.geminirelay.testing.RawHttp2.END_STREAM;
import static io.geminirelay.testing.RawHttp2.PADDED;
import static io.geminirelay.testing.RawHttp2.data;
import static io.geminirelay.testing.RawHttp2.frame;
import static io.geminirelay.testing.RawHttp2.headers;
import static io.geminirelay.testing.RawHttp2.settings;

import java.util.Arrays;
import java.util.stream.Stream;

/**
 * Heads that would be another request, or two, in HTTP/1.1 (RFC 9113 section 8; J. Kettle, "HTTP/2:
 * The Sequel is Always Worse", 2021).
 */
final class Http2HeadVectors {
  private static final String RESET = "1: reset PROTOCOL_ERROR";
  private static final String REFUSED = "1: 400";
  private static final String SMUGGLED = "GET /v1beta/smuggled HTTP/1.1\r\nhost: x\r\n\r\n";

  private Http2HeadVectors() {}

  static Stream<Http2Vector> fields() {
    return Stream.of(
        field("8.2.1: an upper-case name", "X-Up", "a"),
        field("8.2.1: CR LF in a value, a header injected", "x", "a\r\nhost: evil"),
        field("8.2.1: CR LF in a value, a request injected", "x", "a\r\n\r\n" + SMUGGLED),
        field("8.2.1: LF in a value", "x", "a\ntransfer-encoding: chunked"),
        field("8.2.1: CR in a value", "x", "a\rb"),
        field("8.2.1: NUL in a value", "x", "a\0b"),
        field("8.2.1: CR LF in a name", "x\r\ny", "a"),
        field("8.2.1: a colon in a name (Kettle: ambiguous)", "transfer-encoding: chunked", "x"),
        field("8.2.1: a blank in a name", "x y", "a"),
        field("8.2.1: NUL in a name", "x\0", "a"),
        field("8.2.1: a name without bytes", "", "a"),
        field("8.2.1: a name beyond ASCII", "x\u00e9", "a"),
        field("8.2.2: transfer-encoding (Kettle: H2.TE)", "transfer-encoding", "chunked"),
        field("8.2.2: connection", "connection", "close, x-goog-api-key"),
        field("8.2.2: keep-alive", "keep-alive", "5"),
        field("8.2.2: proxy-connection", "proxy-connection", "close"),
        field("8.2.2: upgrade", "upgrade", "h2c"),
        field("8.2.2: te other than trailers", "te", "gzip"),
        field("8.3: an unknown pseudo header", ":other", "a"),
        field("8.3: a pseudo header of answers", ":status", "200"),
        field("8.3.1: a second :path (Kettle: ambiguous)", ":path", "/v1beta/b"),
        field("8.3.1: a second :method", ":method", "GET"),
        field("8.3.1: a second :authority", ":authority", "evil"),
        field("8.3.1: a second :scheme", ":scheme", "https"),
        field("8.1.1: content-length that is no number", "content-length", "1e1"),
        field("8.1.1: content-length with a sign", "content-length", "+0"),
        refused(
            "RFC 8441 4: :protocol that was not offered",
            REFUSED,
            post(1, true, ":protocol", "websocket")),
        refused(
            "RFC 9113 8.3: a pseudo header after a field",
            RESET,
            headers(
                1,
                true,
                ":method",
                "POST",
                ":path",
                Rig.UNARY,
                "x",
                "a",
                ":scheme",
                "http",
                ":authority",
                "a")),
        refused(
            "RFC 9110 7.2: two hosts", REFUSED, post(1, true, "host", "localhost", "host", "evil")),
        refused(
            "RFC 9113 8.3.1: host differs from :authority",
            REFUSED,
            post(1, true, "host", "evil")));
  }

  private static Http2Vector field(String rule, String name, String value) {
    return refused("RFC 9113 " + rule, RESET, post(1, true, name, value));
  }

  static Stream<Http2Vector> pseudo() {
    return Stream.of(
        refused("RFC 9113 8.3.1: no :scheme", RESET, without(":scheme")),
        refused("RFC 9113 8.3.1: no :path", RESET, without(":path")),
        refused("RFC 9113 8.3.1: no :method", RESET, without(":method")),
        refused("RFC 9110 7.2: no host at all", REFUSED, without(":authority")),
        refused("RFC 9113 8.3.1: an empty :path", RESET, with(":path", "")),
        refused("RFC 9113 8.3.1: :path without slash", REFUSED, with(":path", "v1beta/models")),
        refused(
            "RFC 9112 3.2.2: an absolute :path",
            REFUSED,
            with(":path", "http://evil/v1beta/models")),
        refused("Kettle: a request line in :path", REFUSED, with(":path", "/ HTTP/1.1")),
        refused("Kettle: CR LF in :path", "1: ", with(":path", "/ HTTP/1.1\r\nhost: evil\r\nx: ")),
        refused("RFC 3986 3.5: a fragment in :path", REFUSED, with(":path", Rig.UNARY + "#x")),
        refused(
            "RFC 3986 2: bytes beyond ASCII in :path", REFUSED, with(":path", "/v1beta/\u00e9")),
        refused(
            "Kettle: a request line in :method",
            REFUSED,
            with(":method", "GET /v1beta/x HTTP/1.1")),
        refused("Kettle: CR LF in :method", "1: ", with(":method", "GET / HTTP/1.1\r\n\r\nGET")),
        refused("RFC 9110 9.1: an empty :method", "1: ", with(":method", "")),
        refused(
            "RFC 9113 8.5: CONNECT to another host", RESET, headers(1, true, ":method", "CONNECT")),
        refused(
            "RFC 9113 8.5: CONNECT, a forward proxy",
            "1: 4",
            headers(1, false, ":method", "CONNECT", ":authority", "10.0.0.1:22")),
        refused(
            "RFC 9113 8.3.1: a user in :authority", REFUSED, with(":authority", "me@localhost")),
        refused(
            "RFC 9113 8.3.1: a path in :authority", REFUSED, with(":authority", "localhost/admin")),
        refused(
            "RFC 9110 7.2: a list in :authority", REFUSED, with(":authority", "localhost, evil")),
        refused("Kettle: CR LF in :authority", "1: ", with(":authority", "a\r\nx-goog-api-key: b")),
        refused("RFC 9113 8.3.1: an empty :authority", RESET, with(":authority", "")),
        // It is dropped: what it holds cannot get into a request line (CVE-2021-33193).
        sent(
            "Kettle: an address in :scheme",
            "1: 200",
            "content-length: 0\r\n",
            with(":scheme", "http://evil/x?")));
  }

  private static byte[] without(String name) {
    String[] all = head();
    int at = Arrays.asList(all).indexOf(name);
    String[] rest = new String[all.length - 2];
    System.arraycopy(all, 0, rest, 0, at);
    System.arraycopy(all, at + 2, rest, at, rest.length - at);
    return headers(1, true, rest);
  }

  static Stream<Http2Vector> bodies() {
    return Stream.of(
        refused(
            "Kettle: H2.CL, a length of 0 and a request as body",
            RESET,
            post(1, false, "content-length", "0"),
            data(1, SMUGGLED, true)),
        refused(
            "RFC 9113 8.1.1: more DATA than content-length",
            RESET,
            post(1, false, "content-length", "2"),
            data(1, "{}" + SMUGGLED, true)),
        refused(
            "RFC 9113 8.1.1: less DATA than content-length",
            RESET,
            post(1, false, "content-length", "3"),
            data(1, "{}", true)),
        refused(
            "RFC 9113 8.1.1: content-length without DATA",
            RESET,
            post(1, true, "content-length", "3")),
        refused(
            "RFC 9110 8.6: two content-lengths",
            "1: ",
            post(1, false, "content-length", "2", "content-length", "40"),
            data(1, "{}", true)),
        refused(
            "RFC 9110 8.6: a list of lengths",
            "1: ",
            post(1, false, "content-length", "2, 40"),
            data(1, "{}", true)),
        sent(
            "RFC 9112 7.1: what looks like chunks is a body",
            "1: 200",
            "content-length: 5\r\n|0\r\n\r\n",
            post(1, false, "content-length", "5"),
            data(1, "0\r\n\r\n", true)),
        sent(
            "RFC 9113 6.1: padding is no body",
            "1: 200",
            "content-length: 2\r\n|{}",
            post(1, false, "content-length", "2"),
            frame(DATA, PADDED | END_STREAM, 1, new byte[] {3, '{', '}', 0, 0, 0})),
        sent(
            "RFC 9113 8.1: trailers are not sent on",
            "1: 200",
            "content-length: 2\r\n|{}",
            post(1, false, "content-length", "2", "te", "trailers"),
            data(1, "{}", false),
            headers(1, true, "x-goog-api-key", "mine")),
        sent(
            "RFC 9113 8.2.3: a cookie in crumbs",
            "1: 200",
            "content-length: 0\r\n",
            post(1, true, "cookie", "a=b", "cookie", "c=d")),
        sent(
            "Netty: its own notes from outside",
            "1: 200",
            "content-length: 0\r\n",
            post(1, true, "x-http2-scheme", "a", "x-http2-path", "/b", "x-http2-stream-id", "7")),
        sent(
            "RFC 9113 5.5: frames and settings that nobody knows",
            "1: 200",
            "content-length: 0\r\n",
            settings(0x99, 1),
            frame(0xfa, 0xff, 0, new byte[7]),
            post(1, true)));
  }
}
