package io.geminirelay.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An HTTP exit on this machine that counts the tunnels it was asked for. */
final class CountingExit implements AutoCloseable {
  private final AtomicInteger tunnels = new AtomicInteger();
  private final Tunnels ways;

  CountingExit() throws IOException {
    this.ways = new Tunnels(0, this::connect);
  }

  String url() {
    return "http://127.0.0.1:" + ways.port();
  }

  int tunnels() {
    return tunnels.get();
  }

  private @Nullable Socket connect(Socket client) throws IOException {
    InputStream in = client.getInputStream();
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        return null;
      }
      head.append((char) next);
    }
    tunnels.incrementAndGet();
    String port = head.substring(head.indexOf(":") + 1, head.indexOf(" HTTP/"));
    Socket target = new Socket(InetAddress.getByName("127.0.0.1"), Integer.parseInt(port));
    client
        .getOutputStream()
        .write("HTTP/1.1 200 Connected\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
    return target;
  }

  /** Ends all tunnels, and takes no more. */
  void stop() throws IOException {
    ways.close();
  }

  @Override
  public void close() throws IOException {
    stop();
  }
}
