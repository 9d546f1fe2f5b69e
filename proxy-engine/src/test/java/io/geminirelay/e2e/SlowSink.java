package io.geminirelay.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.CRC32;

/**
 * An upstream that takes one request body slowly, through a small window, then answers with how
 * many bytes it was and their checksum.
 */
final class SlowSink implements AutoCloseable {
  private static final int WINDOW_BYTES = 128 * 1024;
  private static final String LENGTH = "content-length: ";

  private final ServerSocket listening = new ServerSocket();

  SlowSink() throws IOException {
    listening.setReceiveBufferSize(WINDOW_BYTES);
    listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    Thread thread = new Thread(this::serve, "slow-sink");
    thread.setDaemon(true);
    thread.start();
  }

  /** What it answers to {@code body}. */
  static String answerTo(byte[] body) {
    CRC32 sum = new CRC32();
    sum.update(body);
    return "{\"took\":" + body.length + ",\"sum\":" + sum.getValue() + "}";
  }

  String url() {
    return "http://127.0.0.1:" + listening.getLocalPort();
  }

  private void serve() {
    while (!listening.isClosed()) {
      try (Socket socket = listening.accept()) {
        takeOne(socket);
      } catch (IOException e) {
        // The gateway has closed its connection, or the test is over.
        continue;
      }
    }
  }

  private static void takeOne(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    for (String head = head(in); !head.isEmpty(); head = head(in)) {
      int at = head.indexOf(LENGTH) + LENGTH.length();
      byte[] body = in.readNBytes(Integer.parseInt(head.substring(at, head.indexOf("\r\n", at))));
      String json = answerTo(body);
      String answer =
          "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
              + LENGTH
              + json.length()
              + "\r\n\r\n"
              + json;
      socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
    }
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    for (int next = in.read(); next >= 0; next = in.read()) {
      head.append((char) next);
      if (next == '\n' && head.indexOf("\r\n\r\n") >= 0) {
        return head.toString().toLowerCase(Locale.ROOT);
      }
    }
    return "";
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }
}
