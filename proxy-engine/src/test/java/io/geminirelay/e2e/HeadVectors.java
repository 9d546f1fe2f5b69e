package io.geminirelay.e2e;

import static io.geminirelay.e2e.Vector.HOST;
import static io.geminirelay.e2e.Vector.SMUGGLED;
import static io.geminirelay.e2e.Vector.answered;
import static io.geminirelay.e2e.Vector.get;
import static io.geminirelay.e2e.Vector.getOn;
import static io.geminirelay.e2e.Vector.head;
import static io.geminirelay.e2e.Vector.post;
import static io.geminirelay.e2e.Vector.postOn;
import static io.geminirelay.e2e.Vector.refused;
import static io.geminirelay.e2e.Vector.sentOn;
import static io.geminirelay.e2e.Vector.served;
import static io.geminirelay.e2e.Vector.smuggledOn;

import java.util.List;
import java.util.stream.Stream;

/** Request lines, header lines, targets and versions; upgrades, expectations and pipelines. */
final class HeadVectors {
  private static final String LINE = "RFC 9112 section 3";
  private static final String FIELD = "RFC 9112 section 5, RFC 9110 section 5.5";
  private static final String TARGET = "RFC 9112 section 3.2";
  private static final String H2C = "Jake Miller, h2c Smuggling, 2020";
  private static final String EXPECT = "James Kettle, HTTP/1.1 must die, 2025: Expect";
  private static final String SIZE = "content-length: " + SMUGGLED.length();

  private HeadVectors() {}

  private static Vector line(String id, String name, int status, String line) {
    return refused(id, name, LINE, status, line + "\r\n" + HOST + "\r\n" + SMUGGLED);
  }

  private static Vector unknown(String id, String name, String method) {
    String sent = head(method + " /v1beta/models HTTP/1.1") + SMUGGLED;
    return new Vector(id, name, LINE, sent, List.of(405, 200), false, smuggledOn());
  }

  private static Vector field(String id, String name, String source, String... lines) {
    return refused(id, name, source, 400, get(lines) + SMUGGLED);
  }

  private static Vector target(String id, String name, int status, String target) {
    return refused(id, name, TARGET, status, head("GET " + target + " HTTP/1.1") + SMUGGLED);
  }

  static List<Vector> all() {
    return Stream.of(lines(), fields(), targets(), switches(), pipelines())
        .flatMap(List::stream)
        .toList();
  }

  private static List<Vector> lines() {
    String models = "/v1beta/models";
    return List.of(
        refused(
            "R01",
            "HTTP/0.9",
            "RFC 9112 appendix C",
            400,
            "GET " + models + "\r\n" + HOST + "\r\n" + SMUGGLED),
        line("R02", "version 1.2", 505, "GET " + models + " HTTP/1.2"),
        line("R03", "version 2.0", 505, "GET " + models + " HTTP/2.0"),
        line("R04", "version 0.9", 505, "GET " + models + " HTTP/0.9"),
        line("R05", "version 1.10", 400, "GET " + models + " HTTP/1.10"),
        line("R06", "version in lower case", 400, "GET " + models + " http/1.1"),
        line("R07", "blank behind the version", 400, "GET " + models + " HTTP/1.1 "),
        line("R08", "tabs between", 400, "GET\t" + models + "\tHTTP/1.1"),
        line("R09", "two blanks", 400, "GET  " + models + " HTTP/1.1"),
        line("R10", "blank in front", 400, " GET " + models + " HTTP/1.1"),
        line("R11", "no method", 400, models + " HTTP/1.1"),
        line("R12", "method with a colon", 400, "GE:T " + models + " HTTP/1.1"),
        unknown("R13", "method in lower case", "get"),
        unknown("R14", "TRACE", "TRACE"),
        line("R15", "CONNECT", 405, "CONNECT evil:443 HTTP/1.1"),
        line("R16", "two versions", 400, "GET " + models + " HTTP/1.1 HTTP/1.1"),
        line("R17", "long method", 414, "A".repeat(20_000) + " " + models + " HTTP/1.1"),
        line("R18", "bare CR behind the version", 400, "GET " + models + " HTTP/1.1\r"),
        refused(
            "R19",
            "bare LF behind the version",
            "RFC 9112 section 2.2",
            400,
            "GET " + models + " HTTP/1.1\n" + HOST + "\r\n" + SMUGGLED),
        refused(
            "R20",
            "two empty lines in front",
            "RFC 9112 section 2.2",
            400,
            "\r\n\r\n" + get() + SMUGGLED),
        served("R21", "one empty line in front", "RFC 9112 section 2.2", "\r\n" + get(), getOn()),
        refused(
            "R22",
            "HTTP/2 preface on a connection in use",
            "RFC 9113 section 3.4",
            505,
            "\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
  }

  private static List<Vector> fields() {
    return List.of(
        field("F01", "no colon", FIELD, "smuggled"),
        field("F02", "empty name", FIELD, ": smuggled"),
        field("F03", "blank in the name", FIELD, "a b: c"),
        field("F04", "tab before the colon", FIELD, "a\t: b"),
        field("F05", "NUL in the name", FIELD, "a\0b: c"),
        field("F06", "NUL in the value", "CVE-2019-18801 family", "a: b\0c"),
        field("F07", "DEL in the value", FIELD, "a: b\u007fc"),
        field("F08", "bell in the value", FIELD, "a: b\u0007"),
        field("F09", "bare CR in the value", "RFC 9112 section 2.2", "a: b\rc: d"),
        field("F10", "bare LF in the value", "RFC 9112 section 2.2", "a: b\nc: d"),
        field("F11", "folded line", "RFC 9112 section 5.2", "a: b\r\n\tc"),
        field("F12", "high byte in the name", FIELD, "caf\u00e9: b"),
        field("F13", "bracket in the name", FIELD, "a[b]: c"),
        refused(
            "F14",
            "blank before the first line",
            "RFC 9112 section 2.2; CVE-2020-10108",
            400,
            "GET /v1beta/models HTTP/1.1\r\n " + HOST + HOST + "\r\n" + SMUGGLED),
        served(
            "F15",
            "high bytes in a value",
            "RFC 9110 section 5.5, obs-text",
            get("x-note: caf\u00c3\u00a9"),
            getOn("x-note: caf\u00c3\u00a9")),
        refused("F16", "more fields than may be", "oversized", 431, get("a: b\r\n".repeat(250))),
        refused("F17", "one field too long", "oversized", 431, get("a: " + "b".repeat(70_000))));
  }

  private static List<Vector> targets() {
    String models = "/v1beta/models";
    return List.of(
        served(
            "A01",
            "absolute form",
            TARGET + ".2",
            head("GET http://127.0.0.1" + models + " HTTP/1.1"),
            getOn()),
        target("A02", "absolute form of another host", 400, "http://evil" + models),
        target("A03", "absolute form with a user", 400, "http://127.0.0.1@evil" + models),
        target("A04", "absolute form with the host as user", 400, "http://evil@127.0.0.1" + models),
        target("A05", "absolute form without a host", 400, "http://" + models),
        target("A06", "another scheme", 400, "ftp://127.0.0.1" + models),
        target("A07", "authority form", 400, "127.0.0.1:80"),
        target("A08", "asterisk", 400, "*"),
        target("A09", "fragment", 400, models + "#a"),
        target("A10", "no slash", 400, "v1beta/models"),
        target("A11", "high byte", 400, models + "/\u00e9"),
        target("A12", "NUL", 400, models + "/\0"),
        target("A13", "blank within", 400, models + " smuggled"),
        answered(
            "A14", "asterisk of OPTIONS", TARGET + ".4", head("OPTIONS * HTTP/1.1"), 400, false));
  }

  private static List<Vector> switches() {
    String upgrade = "upgrade: h2c";
    String settings = "http2-settings: AAMAAABkAARAAAAAAAIAAAAA";
    return List.of(
        served(
            "U01",
            "h2c",
            H2C,
            get("connection: Upgrade, HTTP2-Settings", upgrade, settings),
            getOn()),
        served(
            "U02",
            "h2c, settings not listed",
            H2C,
            get("connection: Upgrade", upgrade, settings),
            getOn()),
        served(
            "U03", "upgrade that Connection does not list", H2C, get(upgrade, settings), getOn()),
        served(
            "U04",
            "WebSocket of version 13",
            "Mikhail Egorov, WebSocket smuggling, 2019",
            get("connection: upgrade", "upgrade: websocket", "sec-websocket-version: 1337"),
            getOn("sec-websocket-version: 1337")),
        refused(
            "U05",
            "WebSocket of draft 76",
            "hixie-76; eight bytes of body without a length",
            400,
            get("sec-websocket-key1: 4 @1  46546xW%0l 1 5") + SMUGGLED),
        served(
            "U06",
            "Proxy-Connection and Keep-Alive",
            "RFC 9112 section 9.3",
            get("proxy-connection: keep-alive", "keep-alive: timeout=5"),
            getOn()),
        refused(
            "U07",
            "unknown expectation",
            EXPECT,
            417,
            post("expect: y 100-continue", SIZE) + SMUGGLED),
        refused(
            "U08",
            "two expectations",
            EXPECT,
            417,
            post("expect: 100-continue, 100-continue", SIZE) + SMUGGLED),
        answered(
            "U09",
            "refused expectation, body sent all the same",
            EXPECT,
            head("POST /nowhere HTTP/1.1", "expect: 100-continue", SIZE) + SMUGGLED,
            404,
            true),
        served(
            "U10",
            "expectation, body sent at once",
            "RFC 9110 section 10.1.1",
            post("expect: 100-continue", SIZE) + SMUGGLED,
            postOn(SIZE) + SMUGGLED),
        served(
            "U11",
            "expectation of a GET without a body",
            EXPECT,
            get("expect: 100-continue"),
            getOn()));
  }

  private static List<Vector> pipelines() {
    return List.of(
        served(
            "P01",
            "three requests at once",
            "RFC 9112 section 9.3.2",
            get() + post("content-length: 5") + "hello" + SMUGGLED,
            getOn(),
            postOn("content-length: 5") + "hello",
            smuggledOn()),
        new Vector(
            "P02",
            "a good one, then a bad one",
            "RFC 9112 section 9.3.2",
            get() + post("content-length: 5, 5") + SMUGGLED,
            List.of(200, 400),
            true,
            getOn()),
        answered(
            "P03",
            "behind the last one",
            "RFC 9112 section 9.6",
            get("connection: close") + SMUGGLED,
            200,
            true,
            getOn()),
        answered(
            "P04",
            "HTTP/1.0 without keep-alive",
            "RFC 9112 section 9.3",
            "GET /v1beta/models HTTP/1.0\r\n" + HOST + "\r\n" + SMUGGLED,
            200,
            true,
            getOn()),
        served(
            "P05",
            "HTTP/1.0 with keep-alive",
            "RFC 9112 section 9.3",
            "GET /v1beta/models HTTP/1.0\r\n" + HOST + "connection: keep-alive\r\n\r\n" + SMUGGLED,
            getOn(),
            smuggledOn()),
        served(
            "P06",
            "behind HEAD",
            "RFC 9112 section 6.3",
            head("HEAD /v1beta/models HTTP/1.1"),
            sentOn("HEAD /v1beta/models HTTP/1.1")),
        new Vector(
            "P07",
            "a refusal by the gateway, then a good one",
            "RFC 9112 section 9.3",
            head("GET /nowhere HTTP/1.1") + SMUGGLED,
            List.of(404, 200),
            false,
            smuggledOn()));
  }
}
