package io.geminirelay.e2e;

import io.geminirelay.testing.PlainServer;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An upstream of plain sockets that keeps every byte it was sent, and reads requests by no code of
 * the gateway or of its libraries. Answers each with 200 and its request line as the body.
 */
final class RawUpstream implements AutoCloseable {
  private final AtomicInteger cut = new AtomicInteger();
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();
  private volatile String answer = "";
  private final PlainServer server = new PlainServer((socket, number) -> serve(socket));

  RawUpstream() throws IOException {}

  private void serve(Socket socket) throws IOException {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      while (true) {
        String head = head(in);
        if (head.isEmpty()) {
          return;
        }
        whole(in, head);
        String line = head.substring(0, head.indexOf('\r'));
        String said = answer.isEmpty() ? answerOf(line) : answer;
        socket.getOutputStream().write(said.getBytes(StandardCharsets.ISO_8859_1));
        if (!answer.isEmpty()) {
          return;
        }
      }
    }
  }

  private static String answerOf(String line) {
    String body = line.startsWith("HEAD") ? "" : line;
    return "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: "
        + line.length()
        + "\r\n\r\n"
        + body;
  }

  private int next(InputStream in) throws IOException {
    int b = in.read();
    if (b >= 0) {
      synchronized (received) {
        received.write(b);
      }
    }
    return b;
  }

  private String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    for (int b = next(in); b >= 0; b = next(in)) {
      head.append((char) b);
      if (head.length() >= 4 && head.substring(head.length() - 4).equals("\r\n\r\n")) {
        return head.toString();
      }
    }
    return "";
  }

  private void whole(InputStream in, String head) throws IOException {
    try {
      body(in, head);
    } catch (IOException e) {
      cut.incrementAndGet();
      throw e;
    }
  }

  private void body(InputStream in, String head) throws IOException {
    if (head.contains("\r\ntransfer-encoding: chunked\r\n")) {
      for (String line = line(in); !line.equals("0"); line = line(in)) {
        skip(in, Long.parseLong(line, 16) + 2);
      }
      for (String line = line(in); !line.isEmpty(); line = line(in)) {
        // A trailer.
      }
      return;
    }
    int at = head.indexOf("\r\ncontent-length: ");
    if (at >= 0) {
      skip(in, Long.parseLong(head.substring(at + 18, head.indexOf('\r', at + 2))));
    }
  }

  private String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = next(in); b != '\n'; b = next(in)) {
      if (b < 0) {
        throw new IOException("cut within a chunked body");
      }
      line.append((char) b);
    }
    return line.substring(0, line.length() - 1);
  }

  private void skip(InputStream in, long bytes) throws IOException {
    for (long i = 0; i < bytes; i++) {
      if (next(in) < 0) {
        throw new IOException("cut within a body");
      }
    }
  }

  String authority() {
    return "127.0.0.1:" + server.port();
  }

  /** Answers with these bytes and closes, from now on; with its own words again where empty. */
  void answer(String bytes) {
    answer = bytes;
  }

  /** All bytes of all connections since the last call of {@link #clear}, in the order they came. */
  String received() {
    synchronized (received) {
      return received.toString(StandardCharsets.ISO_8859_1);
    }
  }

  void clear() {
    synchronized (received) {
      received.reset();
    }
    cut.set(0);
  }

  int accepted() {
    return server.accepted();
  }

  /** Requests whose body was not whole when their connection ended, since the same. */
  int cut() {
    return cut.get();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
