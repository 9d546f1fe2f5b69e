package io.geminirelay.e2e;

import static io.geminirelay.e2e.Vector.SMUGGLED;
import static io.geminirelay.e2e.Vector.answered;
import static io.geminirelay.e2e.Vector.get;
import static io.geminirelay.e2e.Vector.getOn;
import static io.geminirelay.e2e.Vector.head;
import static io.geminirelay.e2e.Vector.post;
import static io.geminirelay.e2e.Vector.postOn;
import static io.geminirelay.e2e.Vector.refused;
import static io.geminirelay.e2e.Vector.served;

import java.util.List;

/** Transfer codings: CL.TE, TE.CL, TE.TE and TE.0, and all ways to hide one. */
final class CodingVectors {
  private static final String BOTH = "RFC 9112 section 6.3; Linhart and others, 2005";
  private static final String TETE =
      "James Kettle, HTTP Desync Attacks, 2019: TE.TE; RFC 9112 section 6.1";
  private static final String CHUNKED = "transfer-encoding: chunked";
  private static final String LENGTH = "content-length: 5";
  private static final String HELLO = "5\r\nhello\r\n0\r\n\r\n";

  /** A request as one chunk. */
  private static final String WHOLE =
      Integer.toHexString(SMUGGLED.length()) + "\r\n" + SMUGGLED + "\r\n0\r\n\r\n";

  private static final String SENT_ON = postOn(CHUNKED) + HELLO;

  private CodingVectors() {}

  private static Vector bad(String id, String name, String source, String... lines) {
    return refused(id, name, source, 400, post(lines) + "0\r\n\r\n" + SMUGGLED);
  }

  private static Vector bad(String id, String name, String value) {
    return bad(id, name, TETE, "transfer-encoding: " + value);
  }

  private static Vector good(String id, String name, String source, String line) {
    return served(id, name, source, post(line) + HELLO, SENT_ON);
  }

  static List<Vector> all() {
    return List.of(
        bad("T01", "CL.TE", BOTH, LENGTH, CHUNKED),
        bad("T02", "TE.CL", BOTH, CHUNKED, LENGTH),
        bad("T03", "coding and an empty length", BOTH, CHUNKED, "content-length:"),
        bad("T04", "xchunked", "xchunked"),
        bad("T05", "chunk", "chunk"),
        bad("T06", "identity", "identity"),
        bad("T07", "cow", "cow"),
        bad("T08", "chunked before identity", "chunked, identity"),
        bad("T09", "gzip before chunked", "gzip, chunked"),
        bad("T10", "chunked twice", "chunked, chunked"),
        bad("T11", "empty list member", ", chunked"),
        bad("T12", "empty", ""),
        bad("T13", "quoted", "\"chunked\""),
        bad("T14", "parameter", "chunked;q=1"),
        bad("T15", "vertical tab", "\u000bchunked"),
        bad("T16", "form feed", "chunked\f"),
        bad("T17", "NUL", "chunked\0"),
        bad("T18", "high byte", "chunked\u00a0"),
        bad("T19", "two lines", TETE, CHUNKED, CHUNKED),
        bad("T20", "two lines, one unknown", TETE, CHUNKED, "transfer-encoding: cow"),
        bad(
            "T21",
            "blank before the colon",
            "CVE-2019-16869 (Netty)",
            "transfer-encoding : chunked",
            LENGTH),
        bad("T22", "tab before the colon", TETE, "transfer-encoding\t: chunked", LENGTH),
        bad("T23", "value on a folded line", TETE, "transfer-encoding:\r\n chunked", LENGTH),
        bad("T24", "folded into another field", TETE, "a: b\r\n " + CHUNKED, LENGTH),
        bad(
            "T25",
            "behind a bare CR",
            "CVE-2022-35256; RFC 9112 section 2.2",
            "a: b\r" + CHUNKED,
            LENGTH),
        bad("T26", "behind a bare LF", "CVE-2022-32214 (Node.js)", "a: b\n" + CHUNKED, LENGTH),
        bad("T27", "blank before the name", TETE, " " + CHUNKED, LENGTH),
        bad("T28", "byte order mark before the name", TETE, "\u00ef\u00bb\u00bf" + CHUNKED, LENGTH),
        refused(
            "T29",
            "in HTTP/1.0",
            "RFC 9112 section 6.1",
            400,
            head("POST " + Vector.TARGET + " HTTP/1.0", CHUNKED) + HELLO + SMUGGLED),
        refused(
            "T30",
            "in HTTP/1.0 that is kept alive",
            "CVE-2023-25690; RFC 9112 section 6.1",
            400,
            head("POST " + Vector.TARGET + " HTTP/1.0", CHUNKED, "connection: keep-alive")
                + HELLO
                + SMUGGLED),
        good("T31", "upper case", "RFC 9112 section 7", "Transfer-Encoding: CHUNKED"),
        good("T32", "tab and blank around", "RFC 9110 section 5.5", CHUNKED + " \t"),
        served(
            "T33",
            "listed in Connection",
            "RFC 9110 section 7.6.1",
            post("connection: transfer-encoding", CHUNKED) + HELLO,
            SENT_ON),
        served(
            "T34",
            "underscored twin beside a length",
            TETE + "; CVE-2020-11993 family",
            post("transfer_encoding: chunked", "content-length: 5") + "0\r\n\r\n",
            postOn("content-length: 5") + "0\r\n\r\n"),
        served(
            "T35",
            "body of a GET",
            "Bohacek, TE.0, 2024",
            get(CHUNKED) + HELLO,
            getOn(CHUNKED) + HELLO),
        served(
            "T36",
            "TE.0: OPTIONS with a request as its body",
            "Bohacek, TE.0, 2024",
            head("OPTIONS /v1beta/models HTTP/1.1", CHUNKED) + WHOLE,
            Vector.sentOn("OPTIONS /v1beta/models HTTP/1.1", CHUNKED) + WHOLE),
        answered(
            "T37",
            "TE.0: path that is not served",
            "Bohacek, TE.0, 2024",
            head("POST /nowhere HTTP/1.1", CHUNKED)
                + Integer.toHexString(SMUGGLED.length())
                + "\r\n"
                + SMUGGLED
                + "\r\n0\r\n\r\n",
            404,
            true),
        served(
            "T38",
            "TE and Trailer",
            "RFC 9110 section 10.1.4",
            get("te: trailers, chunked", "trailer: content-length"),
            getOn()),
        served(
            "T39",
            "zero chunk, then a request",
            "RFC 9112 section 9.3.2",
            post(CHUNKED) + "0\r\n\r\n" + SMUGGLED,
            postOn(CHUNKED) + "0\r\n\r\n",
            Vector.smuggledOn()));
  }
}
