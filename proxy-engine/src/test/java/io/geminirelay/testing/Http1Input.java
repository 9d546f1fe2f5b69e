package io.geminirelay.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serial;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads lines and bytes of HTTP/1.1 from a socket. */
final class Http1Input {
  private final InputStream in;

  Http1Input(InputStream in, int bufferBytes) {
    this.in = new BufferedInputStream(in, bufferBytes);
  }

  /** The other side ended the connection in the middle of something. */
  static final class CutException extends IOException {
    @Serial private static final long serialVersionUID = 1;

    CutException(String seen) {
      super("the connection ended after: " + seen);
    }
  }

  /** One line without its end; CR is taken off only before LF. */
  String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new CutException(line.toString(StandardCharsets.ISO_8859_1));
      }
      line.write(b);
    }
    String text = line.toString(StandardCharsets.ISO_8859_1);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  /** All lines up to an empty one, which is read as well. */
  List<String> lines() throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      lines.add(line);
    }
    return lines;
  }

  List<Header> headers() throws IOException {
    return headers(lines());
  }

  static List<Header> headers(List<String> lines) {
    List<Header> headers = new ArrayList<>(lines.size());
    for (String line : lines) {
      int colon = line.indexOf(':');
      if (colon < 0) {
        throw new AssertionError("not a header line: " + line);
      }
      headers.add(new Header(line.substring(0, colon), line.substring(colon + 1).strip()));
    }
    return headers;
  }

  void expectEmptyLine() throws IOException {
    String line = line();
    if (!line.isEmpty()) {
      throw new AssertionError("a chunk is longer than it told; then came: " + line);
    }
  }

  /** What is there, waiting for at least one byte; empty at the end of the connection. */
  byte[] some(int largest) throws IOException {
    byte[] bytes = new byte[largest];
    int count = in.read(bytes, 0, largest);
    return count < 0 ? new byte[0] : java.util.Arrays.copyOf(bytes, count);
  }
}
