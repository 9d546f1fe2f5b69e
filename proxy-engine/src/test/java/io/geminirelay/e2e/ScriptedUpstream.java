package io.geminirelay.e2e;

import io.geminirelay.testing.PlainServer;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An upstream of plain sockets. A request whose {@code x-marker} has a script is answered by it,
 * byte by byte, the first time; every other one gets a model's answer whose text is its marker, so
 * that an answer which reached the wrong client shows itself.
 */
final class ScriptedUpstream implements AutoCloseable {
  /** What is done with a request whose head was read, and its body unless told. */
  interface Script {
    void serve(Wire wire) throws IOException;
  }

  /** One request as it came. */
  record Seen(int connection, String marker, String head, String body) {}

  private final PlainServer server;
  private final Map<String, Script> scripts = new ConcurrentHashMap<>();
  private final List<Seen> seen = new CopyOnWriteArrayList<>();
  private final Set<Integer> ended = ConcurrentHashMap.newKeySet();

  ScriptedUpstream() throws IOException {
    server = new PlainServer(this::serve);
  }

  ScriptedUpstream(ServerSocket listening) {
    server = new PlainServer(listening, this::serve);
  }

  int port() {
    return server.port();
  }

  /** The next request with this marker is answered so. */
  void on(String marker, Script script) {
    scripts.put(marker, script);
  }

  /** Requests with this marker, in the order in which they came. */
  List<Seen> seen(String marker) {
    return seen.stream().filter(each -> each.marker().equals(marker)).toList();
  }

  /** Whether the other side has ended this connection. */
  boolean isEnded(int connection) {
    return ended.contains(connection);
  }

  private void serve(Socket socket, int number) throws IOException {
    Wire wire = new Wire(socket, number);
    try {
      for (String head = wire.head(); !head.isEmpty(); head = wire.head()) {
        String marker = marker(head);
        Script script = scripts.remove(marker);
        if (script == null || !marker.startsWith("early")) {
          seen.add(new Seen(wire.number, marker, head, wire.body(head)));
        } else {
          seen.add(new Seen(wire.number, marker, head, ""));
        }
        if (script == null) {
          wire.say(good(marker, head.contains("alt=sse")));
        } else {
          script.serve(wire);
        }
      }
    } finally {
      ended.add(wire.number);
      wire.socket.close();
    }
  }

  private static String marker(String head) {
    for (String line : head.split("\r\n")) {
      if (line.regionMatches(true, 0, "x-marker:", 0, 9)) {
        return line.substring(9).strip();
      }
    }
    return "";
  }

  /** The JSON of a model's answer with this text. */
  static String json(String text) {
    return "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\""
        + text
        + "\"}]},\"finishReason\":\"STOP\"}]}";
  }

  /** A whole answer with this text. */
  static String good(String text, boolean stream) {
    String body = stream ? "data: " + json(text) + "\r\n\r\n" : json(text);
    String type = stream ? "text/event-stream" : "application/json";
    return "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s"
        .formatted(type, body.length(), body);
  }

  /** One connection, as a script uses it. */
  static final class Wire {
    final Socket socket;
    final int number;
    private final InputStream in;

    Wire(Socket socket, int number) throws IOException {
      socket.setTcpNoDelay(true);
      this.socket = socket;
      this.number = number;
      this.in = new java.io.BufferedInputStream(socket.getInputStream());
    }

    Wire say(String text) throws IOException {
      return say(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    Wire say(byte[] bytes) throws IOException {
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
      return this;
    }

    /** Sends FIN; what the other side sends is read on. */
    void fin() throws IOException {
      socket.shutdownOutput();
    }

    /** Sends RST, which may overtake what was said. */
    void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    /** Reads until the other side ends. */
    void drain() throws IOException {
      while (in.read() >= 0) {}
    }

    /** One head with its empty line; empty at the end of the stream. */
    String head() throws IOException {
      StringBuilder head = new StringBuilder();
      for (int next = in.read(); next >= 0; next = in.read()) {
        head.append((char) next);
        if (next == '\n' && head.indexOf("\r\n\r\n", head.length() - 4) >= 0) {
          return head.toString();
        }
      }
      return "";
    }

    /** The body that {@code head} tells of, without its framing; a char for each byte. */
    String body(String head) throws IOException {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      for (String line : head.split("\r\n")) {
        if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
          body.writeBytes(in.readNBytes(Integer.parseInt(line.substring(15).strip())));
        } else if (line.equalsIgnoreCase("transfer-encoding: chunked")) {
          for (int size = chunkSize(); size > 0; size = chunkSize()) {
            body.writeBytes(in.readNBytes(size));
            in.readNBytes(2);
          }
          in.readNBytes(2);
        }
      }
      return body.toString(StandardCharsets.ISO_8859_1);
    }

    private int chunkSize() throws IOException {
      StringBuilder line = new StringBuilder();
      for (int next = in.read(); next != '\n'; next = in.read()) {
        if (next < 0) {
          throw new EOFException("cut amid a chunked body: " + line);
        }
        line.append((char) next);
      }
      return Integer.parseInt(line.toString().strip(), 16);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
