package io.geminirelay.e2e;

import io.geminirelay.testing.PlainServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An HTTP/1.1 upstream that keeps every byte of its connections, and answers each request that it
 * finds in them: head, and body by content length.
 */
final class ByteUpstream implements AutoCloseable {
  private static final String ANSWER =
      "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";

  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final PlainServer server = new PlainServer((socket, number) -> serve(socket));

  ByteUpstream() throws IOException {}

  private void serve(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    while (true) {
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        int next = in.read();
        if (next < 0) {
          if (head.length() > 0) {
            requests.add("unfinished: " + head);
          }
          return;
        }
        head.append((char) next);
      }
      int at = head.indexOf("content-length: ");
      int length = at < 0 ? 0 : Integer.parseInt(head.substring(at + 16, head.indexOf("\r\n", at)));
      String body = new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
      requests.add(head + body);
      socket.getOutputStream().write(ANSWER.getBytes(StandardCharsets.ISO_8859_1));
    }
  }

  String url() {
    return server.url();
  }

  /** The bytes of each request so far. */
  List<String> requests() {
    return requests;
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
