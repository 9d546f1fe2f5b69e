package io.geminirelay;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Stands in for Google in a {@link Rehearsal}: answers every request in a fixed form, after it has
 * refused the first one for its key's quota. Serves this machine alone; a thread for each
 * connection.
 */
final class RehearsalUpstream implements AutoCloseable {
  private static final String ANSWER =
      """
      {"candidates": [{"content": {"parts": [{"text": "%s"}], "role": "model"}%s, "index": 0}],
        "usageMetadata": {"promptTokenCount": 4, "candidatesTokenCount": 8, "totalTokenCount": 12},
        "modelVersion": "gemini-2.5-flash"}
      """
          .replace("\n", "");
  private static final String REFUSAL =
      """
      {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED",
        "message": "You exceeded your current quota.\\nPlease retry in 38.41s.", "details": [
          {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{
            "quotaMetric": "generativelanguage.googleapis.com/generate_content_requests",
            "quotaId": "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
            "quotaDimensions": {"location": "global", "model": "gemini-2.5-flash"},
            "quotaValue": "10"}]},
          {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "38s"}]}}
      """;
  private static final int EVENTS = 4;
  private static final int BACKLOG = 16;

  private final ServerSocket socket;
  private boolean refused;

  private RehearsalUpstream(ServerSocket socket) {
    this.socket = socket;
  }

  /** Starts one at any free port. */
  static RehearsalUpstream start() throws IOException {
    InetAddress here = InetAddress.getLoopbackAddress();
    RehearsalUpstream upstream = new RehearsalUpstream(new ServerSocket(0, BACKLOG, here));
    inBackground(upstream::accept);
    return upstream;
  }

  int port() {
    return socket.getLocalPort();
  }

  private static void inBackground(Runnable work) {
    Thread thread = new Thread(work, "rehearsal");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket connection = socket.accept();
        inBackground(() -> serve(connection));
      }
    } catch (IOException e) {
      // Closed: the rehearsal is over.
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      connection.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(connection.getInputStream());
      OutputStream out = connection.getOutputStream();
      String head = head(in);
      while (head.startsWith("POST ")) {
        skipBody(in, head);
        out.write(answer(head).getBytes(StandardCharsets.UTF_8));
        head = head(in);
      }
    } catch (IOException e) {
      // The gateway has ended the connection.
    }
  }

  /** All up to the empty line, in small letters but for the method; what is no head ends early. */
  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0 || next < ' ' && next != '\r' && next != '\n') {
        return "";
      }
      head.append((char) next);
    }
    return head.toString();
  }

  private static void skipBody(InputStream in, String head) throws IOException {
    String name = "\r\ncontent-length: ";
    int from = head.toLowerCase(Locale.ROOT).indexOf(name);
    if (from >= 0) {
      int value = from + name.length();
      in.skipNBytes(Long.parseLong(head.substring(value, head.indexOf('\r', value))));
    }
  }

  private synchronized String answer(String head) {
    if (!refused) {
      refused = true;
      return whole("429 Too Many Requests", REFUSAL);
    }
    if (!head.substring(0, head.indexOf('\r')).contains(":stream")) {
      return whole("200 OK", ANSWER.formatted("Hello there.", ", \"finishReason\": \"STOP\""));
    }
    StringBuilder all = new StringBuilder("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n");
    all.append("transfer-encoding: chunked\r\n\r\n");
    for (int i = 0; i < EVENTS; i++) {
      String end = i == EVENTS - 1 ? ", \"finishReason\": \"STOP\"" : "";
      String event =
          "data: " + ANSWER.formatted("Hello there, number " + i + ".", end) + "\r\n\r\n";
      all.append(Integer.toHexString(event.length())).append("\r\n").append(event).append("\r\n");
    }
    return all.append("0\r\n\r\n").toString();
  }

  private static String whole(String status, String body) {
    return "HTTP/1.1 %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
        .formatted(status, body.length(), body);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
