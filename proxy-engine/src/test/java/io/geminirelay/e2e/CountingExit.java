package io.geminirelay.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** An HTTP CONNECT proxy on 127.0.0.1 that counts the tunnels it was asked for. */
final class CountingExit implements AutoCloseable {
  private final ServerSocket server;
  private final AtomicInteger tunnels = new AtomicInteger();
  private final List<Socket> open = new CopyOnWriteArrayList<>();

  CountingExit() throws IOException {
    this.server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    daemon(this::accept);
  }

  String url() {
    return "http://127.0.0.1:" + server.getLocalPort();
  }

  int tunnels() {
    return tunnels.get();
  }

  private void accept() throws IOException {
    while (true) {
      Socket client = server.accept();
      open.add(client);
      daemon(() -> tunnel(client));
    }
  }

  private void tunnel(Socket client) throws IOException {
    InputStream in = client.getInputStream();
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        client.close();
        return;
      }
      head.append((char) next);
    }
    tunnels.incrementAndGet();
    String port = head.substring(head.indexOf(":") + 1, head.indexOf(" HTTP/"));
    Socket target = new Socket(InetAddress.getByName("127.0.0.1"), Integer.parseInt(port));
    open.add(target);
    client
        .getOutputStream()
        .write("HTTP/1.1 200 Connected\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
    daemon(() -> pipe(target, client));
    pipe(client, target);
  }

  private static void pipe(Socket from, Socket to) throws IOException {
    try (from;
        to) {
      OutputStream out = to.getOutputStream();
      from.getInputStream().transferTo(out);
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void daemon(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                // One of the sides was closed.
                return;
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  /** Ends all tunnels, and takes no more. */
  void stop() throws IOException {
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
  }

  @Override
  public void close() throws IOException {
    stop();
  }
}
