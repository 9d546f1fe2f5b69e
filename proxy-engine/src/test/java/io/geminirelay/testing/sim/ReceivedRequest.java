package io.geminirelay.testing.sim;

import io.geminirelay.testing.Header;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request as the simulator received it. Immutable, but for the byte array that it hands out.
 */
public final class ReceivedRequest {
  private final String method;
  private final String uri;
  private final List<Header> headers;
  private final byte[] body;
  private final boolean whole;
  private final String protocol;
  private final String connection;
  private final long nanoTime;

  ReceivedRequest(Head head, byte[] body, boolean whole) {
    this.method = head.method();
    this.uri = head.uri();
    this.headers = head.headers();
    this.protocol = head.protocol();
    this.connection = head.connection();
    this.body = body;
    this.whole = whole;
    this.nanoTime = System.nanoTime();
  }

  /** What is known before the body. */
  record Head(
      String method, String uri, List<Header> headers, String protocol, String connection) {}

  public String method() {
    return method;
  }

  /** The request target, raw. */
  public String uri() {
    return uri;
  }

  /** The path alone, raw. */
  public String path() {
    int query = uri.indexOf('?');
    return query < 0 ? uri : uri.substring(0, query);
  }

  /** All headers in order; of HTTP/2 the pseudo headers first, under their own names. */
  public List<Header> headers() {
    return headers;
  }

  /** The first value of a header, or null. */
  public @Nullable String header(String name) {
    return Header.first(headers, name);
  }

  /** The body as received, without its transfer framing. */
  public byte[] body() {
    return body;
  }

  /** The body as UTF-8. */
  public String bodyText() {
    return new String(body, StandardCharsets.UTF_8);
  }

  /** False if the request was judged, or ended, before all of its body had come. */
  public boolean isWhole() {
    return whole;
  }

  /** {@code HTTP/1.1} or {@code HTTP/2}. */
  public String protocol() {
    return protocol;
  }

  /** An id of the connection; equal for requests that shared one. */
  public String connection() {
    return connection;
  }

  /** When the request was handed on, on the scale of {@link System#nanoTime}. */
  public long nanoTime() {
    return nanoTime;
  }

  /** The decoded value of a query parameter, or null. */
  public @Nullable String query(String name) {
    List<String> values = queryAll(name);
    return values.isEmpty() ? null : values.get(0);
  }

  /** All decoded values of a query parameter. */
  public List<String> queryAll(String name) {
    List<String> values = new ArrayList<>();
    int start = uri.indexOf('?');
    if (start < 0) {
      return values;
    }
    for (String pair : uri.substring(start + 1).split("&", -1)) {
      int equals = pair.indexOf('=');
      String key = equals < 0 ? pair : pair.substring(0, equals);
      if (decode(key).equals(name)) {
        values.add(equals < 0 ? "" : decode(pair.substring(equals + 1)));
      }
    }
    return values;
  }

  /** The API key in whatever place it was sent, or null; the first one if there are several. */
  public @Nullable String key() {
    List<Credential> credentials = Credential.of(this);
    return credentials.isEmpty() ? null : credentials.get(0).value();
  }

  /** True for paths of the OpenAI-compatible API. */
  public boolean isOpenAi() {
    return path().contains("/openai/");
  }

  /** True if the answer to this request would be a native event stream. */
  public boolean asksForEvents() {
    return "sse".equals(query("alt"));
  }

  @Override
  public String toString() {
    return method + " " + path() + " (" + body.length + " bytes, " + protocol + ")";
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return text;
    }
  }
}
