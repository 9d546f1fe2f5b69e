package io.geminirelay.bench.soak;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An egress proxy on this machine, HTTP CONNECT or SOCKS5, that can die, fall silent and return. A
 * thread for each direction. Thread safe.
 */
final class Exit implements AutoCloseable {
  private final boolean socks;
  private final int port;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile ServerSocket listening;
  private volatile boolean silent;

  Exit(boolean socks) throws IOException {
    this.socks = socks;
    this.listening = bound(0);
    this.port = listening.getLocalPort();
    serve();
  }

  private static ServerSocket bound(int port) throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
    return socket;
  }

  private void serve() {
    ServerSocket mine = listening;
    daemon(
        () -> {
          while (true) {
            Socket client = mine.accept();
            sockets.add(client);
            daemon(() -> carry(client));
          }
        });
  }

  String url() {
    return (socks ? "socks5" : "http") + "://127.0.0.1:" + port;
  }

  /** Nobody listens any more, and what goes through breaks. */
  void die() throws IOException {
    listening.close();
    closeAll();
  }

  /** Takes connections and says nothing to those that are new. */
  void beSilent() {
    silent = true;
  }

  /** Works as before. */
  void come() throws IOException {
    silent = false;
    if (listening.isClosed()) {
      listening = bound(port);
      serve();
    }
  }

  private void closeAll() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    sockets.clear();
  }

  private void carry(Socket client) throws IOException {
    try (client) {
      InputStream in = client.getInputStream();
      int target = socks ? socksTarget(client) : connectTarget(in);
      if (silent) {
        while (in.read() >= 0) {
          // Until the other side has had enough.
        }
        return;
      }
      if (target < 0) {
        return;
      }
      try (Socket upstream = new Socket(InetAddress.getLoopbackAddress(), target)) {
        sockets.add(upstream);
        byte[] yes =
            socks
                ? new byte[] {5, 0, 0, 1, 127, 0, 0, 1, 0, 0}
                : "HTTP/1.1 200 Connected\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);
        client.getOutputStream().write(yes);
        daemon(() -> pump(upstream, client));
        pump(client, upstream);
      }
    } finally {
      sockets.remove(client);
    }
  }

  private void pump(Socket from, Socket to) throws IOException {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } finally {
      sockets.remove(from);
      sockets.remove(to);
    }
  }

  private static int connectTarget(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        return -1;
      }
      head.append((char) next);
    }
    return Integer.parseInt(head.substring(head.indexOf(":") + 1, head.indexOf(" HTTP/")));
  }

  /** RFC 1928: no authentication, CONNECT to an IPv4 address or a name. */
  private static int socksTarget(Socket client) throws IOException {
    InputStream in = client.getInputStream();
    byte[] hello = in.readNBytes(2);
    if (hello.length < 2) {
      return -1;
    }
    in.readNBytes(hello[1]);
    client.getOutputStream().write(new byte[] {5, 0});
    byte[] head = in.readNBytes(4);
    if (head.length < 4) {
      return -1;
    }
    in.readNBytes(head[3] == 1 ? 4 : head[3] == 3 ? in.read() : 16);
    return in.read() << 8 | in.read();
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
              } catch (IOException | RuntimeException e) {
                // A socket was closed: this way is over.
                return;
              }
            },
            "soak-exit");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    die();
  }
}
