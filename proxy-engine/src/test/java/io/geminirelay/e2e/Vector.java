package io.geminirelay.e2e;

import java.util.Arrays;
import java.util.List;

/**
 * Bytes that a hostile client sends, and what has to come of them.
 *
 * @param id by which it is found again
 * @param name what it tries
 * @param source where the trick is described
 * @param sent the bytes, one a character
 * @param statuses of the answers, in order
 * @param ends whether the connection is closed after these
 * @param upstream the bytes that reach the upstream, one a character; without those of the requests
 *     that look for harm afterwards
 */
record Vector(
    String id,
    String name,
    String source,
    String sent,
    List<Integer> statuses,
    boolean ends,
    String upstream) {
  static final String TARGET = "/v1beta/cachedContents";
  static final String HOST = "host: 127.0.0.1\r\n";

  /** What an attacker would like the upstream, or the next client's answer, to be about. */
  static final String SMUGGLED = "GET /v1beta/models/smuggled HTTP/1.1\r\n" + HOST + "\r\n";

  /** Stands in {@link #upstream} for the upstream's own host and port. */
  static final String AUTHORITY = "{authority}";

  /** Refused with this status, connection closed, and nobody upstream hears of it. */
  static Vector refused(String id, String name, String source, int status, String sent) {
    return new Vector(id, name, source, sent, List.of(status), true, "");
  }

  /** Served with 200s, connection kept. */
  static Vector served(String id, String name, String source, String sent, String... upstream) {
    return answered(id, name, source, sent, 200, false, upstream);
  }

  /** Answered with this status as often as there are requests upstream, once if there are none. */
  static Vector answered(
      String id,
      String name,
      String source,
      String sent,
      int status,
      boolean ends,
      String... upstream) {
    Integer[] all = new Integer[Math.max(1, upstream.length)];
    Arrays.fill(all, status);
    return new Vector(id, name, source, sent, List.of(all), ends, String.join("", upstream));
  }

  /** A head with these lines below its request line and Host. */
  static String head(String requestLine, String... lines) {
    StringBuilder head = new StringBuilder(requestLine).append("\r\n").append(HOST);
    for (String line : lines) {
      head.append(line).append("\r\n");
    }
    return head.append("\r\n").toString();
  }

  static String post(String... lines) {
    return head("POST " + TARGET + " HTTP/1.1", lines);
  }

  static String get(String... lines) {
    return head("GET /v1beta/models HTTP/1.1", lines);
  }

  /** A chunked POST with these bytes behind its head. */
  static String chunked(String body) {
    return post("transfer-encoding: chunked") + body;
  }

  /** The head that reaches the upstream, with these lines between what the gateway adds. */
  static String sentOn(String requestLine, String... lines) {
    StringBuilder head =
        new StringBuilder(requestLine).append("\r\nhost: ").append(AUTHORITY).append("\r\n");
    for (String line : lines) {
      head.append(line).append("\r\n");
    }
    return head.append("via: 1.1 gemini-relay\r\nx-goog-api-key: ")
        .append(Rig.key(0))
        .append("\r\n\r\n")
        .toString();
  }

  static String postOn(String... lines) {
    return sentOn("POST " + TARGET + " HTTP/1.1", lines);
  }

  static String getOn(String... lines) {
    return sentOn("GET /v1beta/models HTTP/1.1", lines);
  }

  static String smuggledOn() {
    return sentOn("GET /v1beta/models/smuggled HTTP/1.1");
  }

  @Override
  public String toString() {
    return id + " " + name + " (" + source + ")";
  }
}
