package io.geminirelay.e2e;

import static io.geminirelay.e2e.UpstreamVector.bad;
import static io.geminirelay.e2e.UpstreamVector.cut;
import static io.geminirelay.e2e.UpstreamVector.passed;
import static io.geminirelay.e2e.UpstreamVector.retried;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The heads and lengths that a broken upstream answers with, each with its source. */
final class UpstreamVectors {
  /** The model's answer that vectors carry. */
  static final String JSON = ScriptedUpstream.json("of the vector");

  static final String TYPE = "Content-Type: application/json\r\n";
  static final String OK = "HTTP/1.1 200 OK\r\n" + TYPE;
  static final String LENGTH = "Content-Length: " + JSON.length() + "\r\n";
  static final String SOUND = OK + LENGTH + "\r\n" + JSON;

  private static final String STATUS_LINE = "RFC 9112 section 4";
  private static final String FIELDS = "RFC 9112 section 5";
  private static final String LENGTHS = "RFC 9112 section 6.3";
  private static final String CODINGS = "RFC 9112 section 6.1";
  private static final String INTERIM = "RFC 9110 section 15.2";

  private UpstreamVectors() {}

  private static UpstreamVector statusLine(String name, String line) {
    return bad(name, STATUS_LINE, line + "\r\n" + TYPE + LENGTH + "\r\n" + JSON);
  }

  static Stream<UpstreamVector> statusLines() {
    return Stream.of(
        statusLine("HTTP/2.0 in a status line", "HTTP/2.0 200 OK"),
        statusLine("HTTP/3 in a status line", "HTTP/3 200 OK"),
        statusLine("HTTP/0.9 as a version", "HTTP/0.9 200 OK"),
        statusLine("a lower-case version", "http/1.1 200 OK"),
        statusLine("another protocol's name, as Shoutcast's", "ICY 200 OK"),
        statusLine("a status of two digits", "HTTP/1.1 99 Odd"),
        statusLine("a status of four digits", "HTTP/1.1 1000 Odd"),
        statusLine("a status of letters", "HTTP/1.1 abc Odd"),
        statusLine("a status below 100", "HTTP/1.1 020 Odd"),
        statusLine("a status with minus", "HTTP/1.1 -20 Odd"),
        statusLine("a status with plus", "HTTP/1.1 +20 Odd"),
        statusLine("a status with a leading zero", "HTTP/1.1 0200 OK"),
        statusLine("no status", "HTTP/1.1"),
        statusLine("NUL in the reason", "HTTP/1.1 200 O\0K"),
        statusLine("a bare CR in the reason", "HTTP/1.1 200 O\rK"),
        statusLine("a reason of 20 KB", "HTTP/1.1 200 " + "O".repeat(20_000)),
        bad("a body without a head: HTTP/0.9", "RFC 1945 section 6", "<html>hello</html>\r\n"),
        bad("garbage", "RFC 9112 section 2.2", "\u0001\u0080\u00ff\0\r\n\n\n"),
        bad("an answer of SSH", "RFC 4253 section 4.2", "SSH-2.0-OpenSSH_9.6\r\n"),
        bad(
            "an HTTP/2 SETTINGS frame with LF in it",
            "RFC 9113 section 3.4",
            "\0\0\u0006\u0004\0\0\0\0\0\0\u0003\0\0\0\n\r\n"),
        bad(
            "a TLS alert on a plain port, then FIN",
            "RFC 8446 section 6",
            wire -> wire.say("\u0015\u0003\u0001\0\u0002\u0002\u0028").fin()),
        passed("no reason", STATUS_LINE, "200 " + JSON, true, reason("")),
        passed("an empty reason", STATUS_LINE, "200 " + JSON, true, reason(" ")),
        passed(
            "HTTP/1.0",
            "RFC 9112 section 9.3",
            "200 " + JSON,
            false,
            wire -> wire.say(SOUND.replace("HTTP/1.1", "HTTP/1.0"))),
        passed(
            "HTTP/1.0 that would keep the connection",
            "RFC 9112 appendix C.2.2",
            "200 " + JSON,
            false,
            wire ->
                wire.say(
                    SOUND.replace("HTTP/1.1 200 OK", "HTTP/1.0 200 OK\r\nConnection: keep-alive"))),
        passed(
            "a status that nobody knows",
            "RFC 9110 section 15",
            "299 " + JSON,
            true,
            wire -> wire.say(SOUND.replace("200 OK", "299 New"))));
  }

  private static ScriptedUpstream.Script reason(String reason) {
    return wire -> wire.say(SOUND.replace("200 OK", "200" + reason));
  }

  private static UpstreamVector field(String name, String lines) {
    return bad(name, FIELDS, OK + lines + "\r\n" + LENGTH + "\r\n" + JSON);
  }

  static Stream<UpstreamVector> fields() {
    return Stream.of(
        field("a bare CR in a value", "X-A: one\rX-B: two"),
        field("NUL in a value", "X-A: one\0two"),
        field("a line without colon", "nothing"),
        field("no name", ": value"),
        field("a space within a name", "X A: one"),
        field("a word behind a name", "Content-Length of that: 5"),
        field("a name that is no token", "X-(A): one"),
        field("a line folded into a length", "Content-Length: 1\r\n 2"),
        field("one header of 300 KB", "X-A: " + "a".repeat(300_000)),
        field("1,001 headers", "X-A: b\r\n".repeat(1_001).strip()),
        field("70,000 headers", "A: b\r\n".repeat(70_000).strip()),
        passed(
            "a space before the colon, which a proxy removes",
            "RFC 9112 section 5.1",
            "200 " + JSON,
            true,
            wire -> wire.say(SOUND.replace("Content-Length:", "Content-Length :"))),
        passed(
            "a folded line, which becomes one",
            "RFC 9112 section 5.2",
            "200 " + JSON,
            true,
            wire -> wire.say(SOUND.replace(TYPE, TYPE + "X-Folded: one\r\n two\r\n"))));
  }

  private static UpstreamVector length(String name, String lines) {
    return bad(name, LENGTHS, OK + lines + "\r\n\r\n" + JSON);
  }

  static Stream<UpstreamVector> lengths() {
    int n = JSON.length();
    String more = SOUND.replace("of the vector", "for nobody at all");
    return Stream.of(
        length("two lengths", LENGTH + "Content-Length: 2"),
        length("the same length twice", LENGTH + LENGTH.strip()),
        length("a list of lengths", "Content-Length: " + n + ", " + n),
        length("a length with plus", "Content-Length: +" + n),
        length("a negative length", "Content-Length: -1"),
        length("a hexadecimal length", "Content-Length: 0x10"),
        length("two numbers", "Content-Length: " + n + " " + n),
        length("a length beyond 63 bits", "Content-Length: 9223372036854775808"),
        length("an empty length", "Content-Length:"),
        length("a length with decimals", "Content-Length: " + n + ".0"),
        length("a length beside chunks", LENGTH + "Transfer-Encoding: chunked"),
        cut(
            "a length that is not reached",
            "RFC 9112 section 8",
            "200 " + JSON,
            wire -> wire.say(OK + "Content-Length: " + (n + 1) + "\r\n\r\n" + JSON).fin()),
        passed(
            "more bytes than the length",
            "RFC 9112 section 6.3, CVE-2018-8004",
            "200 " + JSON,
            false,
            wire -> wire.say(SOUND + "}")),
        passed(
            "a second answer behind the first",
            "CWE-444, response queue poisoning",
            "200 " + JSON,
            false,
            wire -> wire.say(SOUND + more)),
        passed(
            "a 100 behind the answer",
            INTERIM,
            "200 " + JSON,
            false,
            wire -> wire.say(SOUND + "HTTP/1.1 100 Continue\r\n\r\n")),
        passed(
            "204 with a body",
            "RFC 9110 section 15.3.5",
            "204 ",
            false,
            wire -> wire.say("HTTP/1.1 204 No Content\r\n" + LENGTH + "\r\n" + JSON)),
        passed(
            "204 with a length whose body is still to come",
            "RFC 9110 section 8.6",
            "204 ",
            false,
            wire -> wire.say("HTTP/1.1 204 No Content\r\n" + LENGTH + "\r\n")),
        passed(
            "204 with chunks still to come",
            CODINGS,
            "204 ",
            false,
            wire -> wire.say("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n")),
        passed(
            "304 with a body",
            "RFC 9110 section 15.4.5",
            "304 ",
            false,
            wire -> wire.say("HTTP/1.1 304 Not Modified\r\n" + LENGTH + "\r\n" + JSON)),
        passed(
            "no length, then FIN",
            "RFC 9112 section 6.3 rule 8",
            "200 " + JSON,
            false,
            wire -> wire.say(OK + "\r\n" + JSON).fin()),
        cut(
            "no length, then FIN within the JSON",
            "RFC 9112 section 8",
            "200 " + JSON.substring(0, 40),
            wire -> wire.say(OK + "\r\n" + JSON.substring(0, 40)).fin()),
        new UpstreamVector(
            "a length of nothing",
            "an answer without candidates",
            wire -> wire.say(OK + "Content-Length: 0\r\n\r\n"),
            UpstreamVector.Outcome.RETRIED,
            "empty_answer",
            "",
            true));
  }

  private static UpstreamVector coding(String name, String line) {
    return bad(name, CODINGS, OK + line + "\r\n\r\n" + chunk(JSON) + "0\r\n\r\n");
  }

  static String chunk(String text) {
    return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
  }

  static Stream<UpstreamVector> codings() {
    return Stream.of(
        coding("another coding before chunks", "Transfer-Encoding: gzip, chunked"),
        coding("chunked twice", "Transfer-Encoding: chunked, chunked"),
        coding("chunked in two lines", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
        coding("a coding after chunks", "Transfer-Encoding: chunked, gzip"),
        coding("a coding alone", "Transfer-Encoding: gzip"),
        coding("identity", "Transfer-Encoding: identity"),
        coding("a coding that is nearly chunked", "Transfer-Encoding: xchunked"),
        coding(
            "chunked with VT before it, CVE-2019-16869's kin", "Transfer-Encoding: \u000bchunked"),
        coding("chunked in quotes", "Transfer-Encoding: \"chunked\""),
        coding("chunked with a parameter", "Transfer-Encoding: chunked;q=1"),
        bad(
            "chunks in HTTP/1.0",
            CODINGS,
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(JSON) + "0\r\n\r\n"));
  }

  static Stream<UpstreamVector> interim() {
    String early = "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n";
    return Stream.of(
        passed(
            "a 100, a 103 and the answer",
            "RFC 8297",
            "200 " + JSON,
            true,
            wire -> wire.say("HTTP/1.1 100 Continue\r\n\r\n" + early + SOUND)),
        passed(
            "32 interim answers",
            INTERIM,
            "200 " + JSON,
            true,
            wire -> wire.say(early.repeat(32) + SOUND)),
        bad("33 interim answers", INTERIM, early.repeat(33) + SOUND),
        bad(
            "interim answers without end",
            INTERIM,
            wire -> {
              while (true) {
                wire.say(early.repeat(100));
              }
            }),
        bad(
            "101 unasked",
            "RFC 9110 section 15.2.2",
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n"
                + SOUND),
        bad(
            "101 as a WebSocket's of old, with a body",
            "draft-ietf-hybi-thewebsocketprotocol-00",
            "HTTP/1.1 101 WebSocket\r\nConnection: upgrade\r\nUpgrade: WebSocket\r\n\r\n0123456789abcdef"),
        bad(
            "a 100 with a body",
            INTERIM,
            "HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\nhello" + SOUND),
        passed(
            "a 103 that foretells a body",
            "RFC 9110 section 8.6",
            "200 " + JSON,
            false,
            wire -> wire.say(early.replace("Link:", "Content-Length: 5\r\nLink:") + SOUND)),
        retried(
            "a 100 and FIN",
            INTERIM,
            "reset_before_answer",
            wire -> wire.say("HTTP/1.1 100 Continue\r\n\r\n").fin()));
  }

  static List<UpstreamVector> all() {
    List<UpstreamVector> all = new ArrayList<>();
    Stream.of(statusLines(), fields(), lengths(), codings(), interim())
        .flatMap(each -> each)
        .forEach(all::add);
    UpstreamBodyVectors.all().forEach(all::add);
    return all;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
