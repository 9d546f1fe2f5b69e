package io.geminirelay.flow.outbound.pool;

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

/** A server of plain sockets whose every connection is one call of a script on a thread. */
final class RawServer implements AutoCloseable {
  interface Script {
    void serve(Socket socket) throws IOException;
  }

  final AtomicInteger accepted = new AtomicInteger();
  final List<String> heads = new CopyOnWriteArrayList<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final ServerSocket listening;

  RawServer(Script script) throws IOException {
    this(new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1")), script);
  }

  RawServer(ServerSocket listening, Script script) {
    this.listening = listening;
    daemon(
        () -> {
          while (true) {
            Socket socket = listening.accept();
            accepted.incrementAndGet();
            sockets.add(socket);
            daemon(() -> script.serve(socket));
          }
        });
  }

  interface Work {
    void run() throws IOException;
  }

  static void daemon(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                // The socket was closed: the script is over.
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  int port() {
    return listening.getLocalPort();
  }

  /** Reads one head, up to its empty line; empty at the end of the stream. */
  String head(Socket socket) throws IOException {
    StringBuilder head = new StringBuilder();
    InputStream in = socket.getInputStream();
    for (int next = in.read(); next >= 0; next = in.read()) {
      head.append((char) next);
      if (head.length() >= 4 && head.substring(head.length() - 4).equals("\r\n\r\n")) {
        heads.add(head.toString());
        return head.toString();
      }
    }
    return "";
  }

  static void say(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  /** Answers each request with the same text. */
  static RawServer answering(String answer) throws IOException {
    RawServer[] self = new RawServer[1];
    self[0] =
        new RawServer(
            socket -> {
              while (!self[0].head(socket).isEmpty()) {
                say(socket, answer);
              }
            });
    return self[0];
  }

  /** Carries bytes both ways until one side ends. */
  static void join(Socket one, Socket other) throws IOException {
    daemon(() -> pump(other, one));
    pump(one, other);
  }

  private static void pump(Socket from, Socket to) throws IOException {
    try (from;
        to) {
      OutputStream out = to.getOutputStream();
      from.getInputStream().transferTo(out);
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
