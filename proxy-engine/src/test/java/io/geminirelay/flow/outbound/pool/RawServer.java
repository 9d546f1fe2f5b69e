package io.geminirelay.flow.outbound.pool;

import io.geminirelay.testing.PlainServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server of plain sockets whose every connection is one call of a script on a thread. */
final class RawServer implements AutoCloseable {
  interface Script {
    void serve(Socket socket) throws IOException;
  }

  final List<String> heads = new CopyOnWriteArrayList<>();
  private final PlainServer server;

  RawServer(Script script) throws IOException {
    server = new PlainServer((socket, number) -> script.serve(socket));
  }

  RawServer(ServerSocket listening, Script script) {
    server = new PlainServer(listening, (socket, number) -> script.serve(socket));
  }

  int port() {
    return server.port();
  }

  int accepted() {
    return server.accepted();
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

  @Override
  public void close() throws IOException {
    server.close();
  }
}
