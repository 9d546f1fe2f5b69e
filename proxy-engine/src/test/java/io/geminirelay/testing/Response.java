package io.geminirelay.testing;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An answer as a client saw it.
 *
 * @param status the status code; 0 if the connection or stream ended before a head
 * @param headers in order of arrival; of HTTP/2 without the pseudo headers
 * @param body without its transfer framing, still in its content encoding
 * @param whole whether the body ended as its framing says it must; false if it was cut
 * @param trailers what followed the body
 */
public record Response(
    int status, List<Header> headers, byte[] body, boolean whole, List<Header> trailers) {

  /** The first value of a header, or null. */
  public @Nullable String header(String name) {
    return Header.first(headers, name);
  }

  /** The body as UTF-8. */
  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return status + (whole ? " " : " (cut) ") + headers + " " + text();
  }
}
