package io.geminirelay.bench.jmh;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * What client and upstream say to each other, again and again.
 *
 * @param path of the request
 * @param body of the request; its last byte is {@link #END}, which occurs nowhere else
 * @param answer the upstream's, head and body; a body that is not chunked ends as the request's
 */
@SuppressWarnings("ArrayRecordComponent") // written once, read, never compared
record Talk(String path, String body, byte[] answer) {
  /** Last byte of a body of known length. */
  static final byte END = '~';

  /** The client's credential, where one is needed. */
  static final String TOKEN = "crawler-token-0123456789";

  private static final String MODEL = "/v1beta/models/gemini-2.5-flash:";
  private static final String USAGE =
      "\"usageMetadata\":{\"promptTokenCount\":8,\"candidatesTokenCount\":64,"
          + "\"totalTokenCount\":72}";

  /** A JSON request of 1 KB, and such an answer. */
  static Talk unary() {
    String open = "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"";
    String close = "\"}]}}]," + USAGE + "}~";
    String body = open + "x".repeat(1_024 - open.length() - close.length()) + close;
    String head =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=UTF-8\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n";
    return new Talk(MODEL + "generateContent", question(), (head + body).getBytes(US_ASCII));
  }

  /** The same request for a stream of {@code events} events of 300 bytes, a chunk each. */
  static Talk stream(int events) {
    String open = "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"";
    String close = "\"}]}}]," + USAGE + "}\r\n\r\n";
    String event = open + "x".repeat(300 - open.length() - close.length()) + close;
    String chunk = Integer.toHexString(event.length()) + "\r\n" + event + "\r\n";
    String answer =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n"
            + chunk.repeat(events)
            + "0\r\n\r\n";
    return new Talk(MODEL + "streamGenerateContent?alt=sse", question(), answer.getBytes(US_ASCII));
  }

  private static String question() {
    String open = "{\"contents\":[{\"parts\":[{\"text\":\"";
    String close = "\"}]}]}~";
    return open + "y".repeat(1_024 - open.length() - close.length()) + close;
  }
}
