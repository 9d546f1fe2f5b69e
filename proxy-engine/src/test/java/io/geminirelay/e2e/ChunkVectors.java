package io.geminirelay.e2e;

import static io.geminirelay.e2e.Vector.SMUGGLED;
import static io.geminirelay.e2e.Vector.chunked;
import static io.geminirelay.e2e.Vector.postOn;
import static io.geminirelay.e2e.Vector.refused;
import static io.geminirelay.e2e.Vector.served;

import java.util.List;

/** Chunks that are not what RFC 9112 section 7.1 says, and what may follow the last one. */
final class ChunkVectors {
  private static final String CHUNK = "RFC 9112 section 7.1";
  private static final String EXTENSION =
      "Jeppe Bonde Weikop, Chunk extensions: TERM.EXT and EXT.TERM, 2025; CVE-2025-58056 (Netty)";
  private static final String END = "\r\n0\r\n\r\n";

  private ChunkVectors() {}

  private static Vector bad(String id, String name, String source, String body) {
    return refused(id, name, source, 400, chunked(body) + SMUGGLED);
  }

  private static Vector good(String id, String name, String source, String body) {
    String sentOn = postOn("transfer-encoding: chunked") + "5\r\nhello" + END;
    return served(id, name, source, chunked(body), sentOn);
  }

  static List<Vector> all() {
    return List.of(
        good("K01", "one chunk", CHUNK, "5\r\nhello" + END),
        good("K02", "leading zeros", CHUNK, "0005\r\nhello" + END),
        good("K03", "several zeros at the end", CHUNK, "5\r\nhello\r\n0000\r\n\r\n"),
        good("K04", "extension", CHUNK + ".1", "5;a=b;c\r\nhello" + END),
        good("K05", "extension of the last chunk", CHUNK + ".1", "5\r\nhello\r\n0;a=b\r\n\r\n"),
        good("K06", "trailer", CHUNK + ".2", "5\r\nhello\r\n0\r\na: b\r\n\r\n"),
        good(
            "K07",
            "trailers that frame",
            "RFC 9110 section 6.5.1",
            "5\r\nhello\r\n0\r\ncontent-length: 0\r\n\r\n"),
        good(
            "K08",
            "trailers that frame anew",
            "RFC 9110 section 6.5.1",
            "5\r\nhello\r\n0\r\ntransfer-encoding: chunked\r\n\r\n"),
        good(
            "K09",
            "trailers that route and authorise",
            "RFC 9110 section 6.5.1",
            "5\r\nhello\r\n0\r\nhost: evil\r\nx-goog-api-key: theirs\r\n\r\n"),
        good("K10", "extension that looks like another chunk", EXTENSION, "5;\"0\"\r\nhello" + END),
        bad("K11", "0x", CHUNK, "0x5\r\nhello" + END),
        bad("K12", "plus sign", CHUNK, "+5\r\nhello" + END),
        bad("K13", "minus sign", CHUNK, "-5\r\nhello" + END),
        bad("K14", "underscore", "CVE-2023-49082 family", "0_5\r\nhello" + END),
        bad("K15", "no digit", CHUNK, "g\r\nhello" + END),
        bad("K16", "digit and letter", CHUNK, "5g\r\nhello" + END),
        bad("K17", "empty size", CHUNK, "\r\nhello" + END),
        bad("K18", "blank before the size", CHUNK, " 5\r\nhello" + END),
        bad("K19", "2^64 + 5", "CVE-2013-2028 (nginx) family", "10000000000000005\r\nhello" + END),
        bad(
            "K20",
            "2^32 + 5 in sixteen digits more",
            CHUNK,
            "100000000000000000000000000000005\r\nhello" + END),
        bad(
            "K21",
            "negative when cut to 64 bits",
            "CVE-2013-2028 (nginx)",
            "ffffffffffffffff\r\nhello" + END),
        bad("K22", "negative when cut to 32 bits", CHUNK, "fffffffff0000005\r\nhello" + END),
        bad("K23", "bare LF behind the size", EXTENSION, "5\nhello" + END),
        bad("K24", "bare LF behind an extension", EXTENSION, "5;\nhello" + END),
        bad("K25", "bare LF within an extension", EXTENSION, "5;\n1f\r\nhello" + END),
        bad("K26", "bare CR behind the size", EXTENSION, "5\rhello" + END),
        bad("K27", "bare CR within an extension", EXTENSION, "5;a\rb\r\nhello" + END),
        bad("K28", "CR CR LF", EXTENSION, "5\r\r\nhello" + END),
        bad("K29", "NUL within an extension", EXTENSION, "5;\0\r\nhello" + END),
        bad("K30", "NUL behind the size", CHUNK, "5\0\r\nhello" + END),
        bad(
            "K31",
            "long extension",
            "CVE-2023-39326 (Go), CVE-2024-22019 (Node.js)",
            "5;" + "a".repeat(100_000) + "\r\nhello" + END),
        bad("K32", "long chain of zeros", CHUNK, "0".repeat(100_000) + "5\r\nhello" + END),
        bad("K33", "no line end behind the data", CHUNK, "5\r\nhelloX" + END),
        bad("K34", "LF behind the data", EXTENSION + "; SPILL.TERM", "5\r\nhello\n0\r\n\r\n"),
        bad(
            "K35",
            "two other bytes behind the data",
            "CVE-2025-22871 family",
            "5\r\nhelloXX0\r\n\r\n"),
        bad("K36", "CR and another byte behind the data", CHUNK, "5\r\nhello\rX0\r\n\r\n"),
        bad("K37", "data beyond the size", CHUNK, "4\r\nhello" + END),
        bad("K38", "bare LF behind the last chunk", EXTENSION, "5\r\nhello\r\n0\n\r\n"),
        bad("K39", "bare LF at the end of all", EXTENSION, "5\r\nhello\r\n0\r\n\n"),
        bad(
            "K40",
            "request among the trailers",
            CHUNK + ".2",
            "5\r\nhello\r\n0\r\nGET /v1beta/models/smuggled HTTP/1.1\r\n"),
        bad(
            "K41",
            "folded trailer",
            "RFC 9112 section 5.2",
            "5\r\nhello\r\n0\r\na: b\r\n c\r\n\r\n"),
        bad("K42", "trailer with a bare LF", "CVE-2025-22871", "5\r\nhello\r\n0\r\na: b\n\r\n"),
        bad("K43", "trailer with a bare CR", CHUNK + ".2", "5\r\nhello\r\n0\r\na: b\rc: d\r\n\r\n"),
        bad("K44", "trailer without a name", CHUNK + ".2", "5\r\nhello\r\n0\r\n: b\r\n\r\n"),
        bad(
            "K45",
            "trailer with a blank before the colon",
            CHUNK + ".2",
            "5\r\nhello\r\n0\r\na : b\r\n\r\n"),
        bad(
            "K46",
            "long trailers",
            CHUNK + ".2",
            "5\r\nhello\r\n0\r\na: " + "b".repeat(100_000) + "\r\n\r\n"),
        bad(
            "K47",
            "many trailers",
            CHUNK + ".2",
            "5\r\nhello\r\n0\r\n" + "a: b\r\n".repeat(20_000) + "\r\n"),
        bad("K48", "digits of another script", CHUNK, "\u00d9\u00a5\r\nhello" + END));
  }
}
