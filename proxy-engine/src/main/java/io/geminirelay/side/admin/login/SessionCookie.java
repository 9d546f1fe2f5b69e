package io.geminirelay.side.admin.login;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The cookie of a session on the wire (RFC 6265). Pure. */
final class SessionCookie {
  private static final String NAME = "relay_session=";

  /** More of one name are nobody's cookies but an attempt. */
  private static final int MAX = 4;

  private SessionCookie() {}

  /** The values of the session cookie that a request holds: one, where nobody plays. */
  static List<String> values(HttpHeaders headers) {
    List<String> values = new ArrayList<>();
    for (String line : headers.getAll(HttpHeaderNames.COOKIE)) {
      for (String pair : line.split(";", -1)) {
        String cookie = pair.strip();
        if (cookie.startsWith(NAME) && values.size() < MAX) {
          values.add(cookie.substring(NAME.length()));
        }
      }
    }
    return values;
  }

  /** The line that gives out {@code value}; an empty one with no time left takes it back. */
  static String line(String value, Duration lasts, boolean https) {
    String line =
        NAME
            + value
            + "; Path=/admin; Max-Age="
            + lasts.toSeconds()
            + "; HttpOnly; SameSite=Strict";
    return https ? line + "; Secure" : line;
  }
}
