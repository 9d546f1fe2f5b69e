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
import static io.geminirelay.e2e.Vector.smuggledOn;

import java.util.List;

/** Lengths that two parsers could read in two ways, and bodies where none is looked for. */
final class LengthVectors {
  private static final String LENGTH = "RFC 9110 section 8.6, RFC 9112 section 6.3";
  private static final String CL0 = "James Kettle, Browser-Powered Desync Attacks, 2022: CL.0";

  private LengthVectors() {}

  private static Vector bad(String id, String name, String source, String... lines) {
    return refused(id, name, source, 400, post(lines) + "hello" + SMUGGLED);
  }

  private static String length(String value) {
    return "content-length: " + value;
  }

  static List<Vector> all() {
    String size = String.valueOf(SMUGGLED.length());
    return List.of(
        bad("L01", "two lengths", LENGTH, length("5"), length("0")),
        bad("L02", "two equal lengths", LENGTH, length("5"), length("5")),
        bad("L03", "list of equal lengths", LENGTH, length("5, 5")),
        bad("L04", "list of lengths", LENGTH + "; CVE-2019-20445", length("5, 0")),
        bad("L05", "plus sign", "CVE-2022-24801 (Twisted), +CL", length("+5")),
        bad("L06", "minus sign", "CVE-2018-7159 (Node.js)", length("-5")),
        bad("L07", "hexadecimal", LENGTH, length("0x5")),
        bad("L08", "blank within", "CVE-2018-7159 (Node.js): 1 2", length("5 5")),
        bad("L09", "exponent", LENGTH, length("5e0")),
        bad("L10", "fraction", LENGTH, length("5.0")),
        bad(
            "L11",
            "2^64 + 5",
            "CVE-2021-40346 (HAProxy), integer overflow",
            length("18446744073709551621")),
        bad("L12", "2^63", LENGTH, length("9223372036854775808")),
        bad("L13", "empty", LENGTH, length("")),
        bad("L14", "digits of another script", LENGTH, length("\u00d9\u00a5")),
        bad("L15", "semicolon", LENGTH, length("5;a=b")),
        bad("L16", "quoted", LENGTH, length("\"5\"")),
        bad("L17", "vertical tab", LENGTH, length("\u000b5")),
        bad("L18", "NUL behind", LENGTH, length("5\0")),
        bad(
            "L19",
            "blank before the colon",
            "CVE-2019-16869 (Netty), CVE-2019-20444",
            "content-length : 5"),
        bad("L20", "no-break space in the name", LENGTH, "content-length\u00a0: 5"),
        bad(
            "L21",
            "behind a bare CR",
            "CVE-2022-35256 (Node.js)",
            "a: b\rcontent-length: 0",
            length("5")),
        bad("L22", "on a folded line", "CVE-2022-32215 (Node.js)", "a: b\r\n " + length("5")),
        bad("L23", "underscore", LENGTH, "content-length: 1_0"),
        served(
            "L24",
            "blanks around",
            "RFC 9110 section 5.5",
            post(length(" \t5 \t")) + "hello",
            postOn(length("5")) + "hello"),
        bad("L25", "leading zeros, octal to some", LENGTH, length("0005")),
        served(
            "L26",
            "body of a GET",
            CL0,
            get(length(size)) + SMUGGLED,
            getOn(length(size)) + SMUGGLED),
        answered(
            "L27",
            "body on a path that is not served",
            CL0,
            head("POST /nowhere HTTP/1.1", length(size)) + SMUGGLED,
            404,
            true),
        answered(
            "L28",
            "body with a method that is not served",
            CL0,
            head("PUT /health HTTP/1.1", length(size)) + SMUGGLED,
            405,
            true),
        answered(
            "L29",
            "body of a request for the health",
            CL0,
            head("GET /health HTTP/1.1", length(size)) + SMUGGLED,
            200,
            true),
        served(
            "L30",
            "0.CL: a request where no body is",
            "James Kettle, HTTP/1.1 must die, 2025: 0.CL",
            post(length("0")) + SMUGGLED,
            postOn(length("0")),
            smuggledOn()),
        served(
            "L31",
            "a request behind a POST without length",
            "RFC 9112 section 6.3",
            post() + SMUGGLED,
            postOn(length("0")),
            smuggledOn()),
        served(
            "L32",
            "length listed in Connection",
            "RFC 9110 section 7.6.1; CVE-2022-31813",
            post("connection: content-length", length(size)) + SMUGGLED,
            postOn(length(size)) + SMUGGLED),
        served(
            "L33",
            "underscored twin",
            "CVE-2023-24998 family; nginx underscores_in_headers",
            post("content_length: 0", length(size)) + SMUGGLED,
            postOn(length(size)) + SMUGGLED),
        served(
            "L34",
            "twin with no sibling",
            "nginx underscores_in_headers",
            get("content_length: " + size) + SMUGGLED,
            getOn(),
            smuggledOn()),
        refused(
            "L35",
            "body that never comes",
            "RFC 9110 section 15.5.9",
            408,
            post(length(size)) + "hello"),
        served(
            "L36",
            "HEAD with a body",
            CL0,
            head("HEAD /v1beta/models HTTP/1.1", length(size)) + SMUGGLED,
            Vector.sentOn("HEAD /v1beta/models HTTP/1.1", length(size)) + SMUGGLED));
  }
}
