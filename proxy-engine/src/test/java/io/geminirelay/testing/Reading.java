package io.geminirelay.testing;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One HTTP/1.1 answer whose head is there and whose body is read when asked for. One thread. */
public final class Reading {
  private final int status;
  private final List<Header> headers;
  private final List<Integer> informed;
  private final Http1Body body;

  private Reading(int status, List<Header> headers, List<Integer> informed, Http1Body body) {
    this.status = status;
    this.headers = headers;
    this.informed = informed;
    this.body = body;
  }

  static Reading of(Http1Input in, boolean answersHead) throws IOException {
    List<Integer> informed = new ArrayList<>();
    while (true) {
      List<String> lines;
      try {
        lines = in.lines();
      } catch (SocketTimeoutException e) {
        throw e;
      } catch (IOException e) {
        return new Reading(0, List.of(), informed, new Http1Body(in, 0, List.of(), true));
      }
      int status = Integer.parseInt(lines.get(0).split(" ", 3)[1]);
      List<Header> headers = Http1Input.headers(lines.subList(1, lines.size()));
      if (status >= 200 || status == 101) {
        return new Reading(
            status, headers, informed, new Http1Body(in, status, headers, answersHead));
      }
      informed.add(status);
    }
  }

  /** The status; 0 if the connection ended before a head. */
  public int status() {
    return status;
  }

  public List<Header> headers() {
    return headers;
  }

  /** The first value of a header, or null. */
  public @Nullable String header(String name) {
    return Header.first(headers, name);
  }

  /** Statuses of the 1xx answers that came before. */
  public List<Integer> informed() {
    return informed;
  }

  /**
   * The next bytes of the body without their framing, waiting for at least one; null at its end.
   */
  public byte @Nullable [] next() {
    return next(65_536);
  }

  /** The same with at most {@code largest} bytes. */
  public byte @Nullable [] next(int largest) {
    return TestClient.call(() -> body.next(largest));
  }

  /** Reads until the text of the whole event or line that ends so is there; null at the end. */
  public @Nullable String nextUntil(String end) {
    StringBuilder text = new StringBuilder();
    while (text.indexOf(end) < 0) {
      byte[] one = next(1);
      if (one == null) {
        return text.length() == 0 ? null : text.toString();
      }
      text.append((char) (one[0] & 0xff));
    }
    byte[] bytes = text.toString().getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    return new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
  }

  /** True if the body is over, and as its framing says. */
  public boolean whole() {
    return status != 0 && body.whole();
  }

  /** Reads what is left of the body and gives it with the head. */
  public Response response() {
    byte[] rest = TestClient.call(body::rest);
    return new Response(status, headers, rest, whole(), body.trailers());
  }
}
