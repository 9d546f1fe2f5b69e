package io.geminirelay.e2e;

import static io.geminirelay.e2e.UpstreamVector.bad;
import static io.geminirelay.e2e.UpstreamVector.cut;
import static io.geminirelay.e2e.UpstreamVector.passed;
import static io.geminirelay.e2e.UpstreamVector.retried;

import java.util.stream.Stream;

/** The bodies and ends that a broken upstream answers with, each with its source. */
final class UpstreamBodyVectors {
  private static final String JSON = UpstreamVectors.JSON;
  private static final String CHUNKED = UpstreamVectors.OK + "Transfer-Encoding: chunked\r\n\r\n";
  private static final String CHUNKS = "RFC 9112 section 7.1";
  private static final String INCOMPLETE = "RFC 9112 section 8";
  private static final String HALF = JSON.substring(0, JSON.length() / 2);
  private static final String REST = JSON.substring(JSON.length() / 2);

  private UpstreamBodyVectors() {}

  /** A size line that is bad at the first chunk, when another attempt can follow, and later. */
  private static Stream<UpstreamVector> size(String name, String source, String line) {
    return Stream.of(
        bad(name, source, CHUNKED + line + "\r\n" + JSON + "\r\n0\r\n\r\n"),
        cut(
            name + ", at the second chunk",
            source,
            "200 " + HALF,
            wire ->
                wire.say(
                    CHUNKED
                        + UpstreamVectors.chunk(HALF)
                        + line
                        + "\r\n"
                        + REST
                        + "\r\n0\r\n\r\n")));
  }

  static Stream<UpstreamVector> sizes() {
    String n = Integer.toHexString(JSON.length());
    return Stream.of(
            size("a negative chunk", CHUNKS, "-1"),
            size("a chunk size with plus", CHUNKS, "+" + n),
            size("a chunk size with 0x", "CVE-2015-3183's kin", "0x" + n),
            size("a chunk size beyond 32 bits", "CVE-2013-2028's kin", "1000000" + "0" + n),
            size("a chunk size of -1 in 32 bits", "CVE-2013-2028", "FFFFFFFF"),
            size("a chunk size of 20 digits", CHUNKS, "F".repeat(20)),
            size("no chunk size", CHUNKS, ""),
            size("a blank chunk size", CHUNKS, " "),
            size("a space before the chunk size", CHUNKS, " " + n),
            size("a chunk size that is no number", CHUNKS, "G"),
            size("two chunk sizes", CHUNKS, n + " " + n),
            size("LF in a chunk extension", "CVE-2025-58056", n + ";a\nb"),
            size("a bare CR in a chunk extension", "CVE-2025-58056's kin", n + ";a\rb"),
            size("NUL in a chunk size", CHUNKS, n + "\0"),
            size("a chunk extension of 20 KB", CHUNKS + ".1", n + ";" + "a".repeat(20_000)))
        .flatMap(each -> each);
  }

  static Stream<UpstreamVector> chunks() {
    String whole = CHUNKED + UpstreamVectors.chunk(JSON);
    String half = CHUNKED + UpstreamVectors.chunk(HALF);
    return Stream.of(
        passed(
            "a chunk extension",
            CHUNKS + ".1",
            "200 " + JSON,
            true,
            wire ->
                wire.say(
                    CHUNKED
                        + Integer.toHexString(JSON.length())
                        + " ;a=b\r\n"
                        + JSON
                        + "\r\n0\r\n\r\n")),
        passed(
            "byte by byte, a chunk each",
            CHUNKS,
            "200 " + JSON,
            true,
            wire -> {
              for (byte each : UpstreamVectors.bytes(CHUNKED)) {
                wire.say(new byte[] {each});
              }
              for (char each : JSON.toCharArray()) {
                wire.say("1\r\n" + each).say("\r\n");
              }
              wire.say("0\r").say("\n\r").say("\n");
            }),
        cut(
            "a chunk longer than it says",
            CHUNKS,
            "200 " + HALF,
            wire ->
                wire.say(
                    CHUNKED
                        + Integer.toHexString(HALF.length())
                        + "\r\n"
                        + HALF
                        + "xx\r\n0\r\n\r\n")),
        passed(
            "bytes after the last chunk",
            CHUNKS,
            "200 " + JSON,
            false,
            wire -> wire.say(whole + "0\r\n\r\n" + UpstreamVectors.SOUND)),
        passed(
            "trailers that carry headers",
            "RFC 9110 section 6.5.1",
            "200 " + JSON,
            true,
            wire ->
                wire.say(
                    whole
                        + "0\r\nContent-Length: 5\r\nSet-Cookie: a=b\r\nX-Goog-Api-Key: "
                        + Rig.key(0)
                        + "\r\n\r\n")),
        cut(
            "a trailer without colon",
            "RFC 9112 section 7.1.2",
            "200 " + JSON,
            wire -> wire.say(whole + "0\r\nnothing\r\nA: b\r\n\r\n")),
        cut(
            "trailers of 300 KB",
            "RFC 9112 section 7.1.2",
            "200 " + JSON,
            wire -> wire.say(whole + "0\r\n" + "A: b\r\n".repeat(100_000) + "\r\n")),
        cut("FIN in a chunk", INCOMPLETE, "200 " + HALF, wire -> wire.say(half + "ff\r\n").fin()),
        cut("FIN between chunks", INCOMPLETE, "200 " + JSON, wire -> wire.say(whole).fin()),
        cut(
            "FIN in a chunk's size",
            INCOMPLETE,
            "200 " + JSON,
            wire -> wire.say(whole + "0").fin()),
        cut(
            "FIN before the last line",
            INCOMPLETE,
            "200 " + JSON,
            wire -> wire.say(whole + "0\r\n").fin()));
  }

  static Stream<UpstreamVector> ends() {
    return Stream.of(
        retried("FIN at once", INCOMPLETE, "reset_before_answer", wire -> wire.fin()),
        retried("RST at once", INCOMPLETE, "reset_before_answer", wire -> wire.reset()),
        retried(
            "FIN in the status line",
            INCOMPLETE,
            "reset_before_answer",
            wire -> wire.say("HTTP/1.1 2").fin()),
        retried(
            "FIN amid the headers",
            INCOMPLETE,
            "reset_before_answer",
            wire -> wire.say(UpstreamVectors.OK + "Content-Le").fin()),
        retried(
            "FIN after the head",
            INCOMPLETE,
            "broken_answer",
            wire -> wire.say(UpstreamVectors.OK + UpstreamVectors.LENGTH + "\r\n").fin()),
        retried(
            "FIN before the first chunk",
            INCOMPLETE,
            "broken_answer",
            wire -> wire.say(CHUNKED).fin()),
        passed(
            "an answer whose connection is to be closed, and is not",
            "RFC 9112 section 9.6",
            "200 " + JSON,
            false,
            wire ->
                wire.say(
                    UpstreamVectors.OK
                        + UpstreamVectors.LENGTH
                        + "Connection: close\r\n\r\n"
                        + JSON)),
        passed(
            "JSON that is called a stream",
            "a lying Content-Type",
            "200 " + JSON,
            true,
            wire ->
                wire.say(UpstreamVectors.SOUND.replace("application/json", "text/event-stream"))),
        passed(
            "a page in place of JSON",
            "captive portals",
            "200 <html>log in</html>",
            true,
            wire ->
                wire.say(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 19\r\n\r\n"
                        + "<html>log in</html>")));
  }

  static Stream<UpstreamVector> all() {
    return Stream.of(sizes(), chunks(), ends()).flatMap(each -> each);
  }
}
