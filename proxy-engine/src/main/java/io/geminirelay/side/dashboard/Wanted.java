package io.geminirelay.side.dashboard;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a client says of the form of a file: whether it takes gzip, and which one it has. Pure. */
final class Wanted {
  private Wanted() {}

  /** Whether the client takes gzip (RFC 9110 section 12.5.3). */
  static boolean gzip(HttpHeaders headers) {
    boolean any = false;
    for (String line : headers.getAll(HttpHeaderNames.ACCEPT_ENCODING)) {
      for (String item : line.toLowerCase(Locale.ROOT).split(",", -1)) {
        String[] parts = item.split(";", 2);
        String coding = parts[0].strip();
        boolean taken = parts.length < 2 || !isZero(parts[1].strip());
        if (coding.equals("gzip") || coding.equals("x-gzip")) {
          return taken;
        }
        any |= coding.equals("*") && taken;
      }
    }
    return any;
  }

  private static boolean isZero(String weight) {
    return weight.matches("q\\s*=\\s*0(\\.0*)?");
  }

  /** Whether the client has the form with {@code etag} already (RFC 9110 section 13.1.2). */
  static boolean has(HttpHeaders headers, String etag) {
    @Nullable String known = headers.get(HttpHeaderNames.IF_NONE_MATCH);
    if (known == null) {
      return false;
    }
    for (String each : known.split(",", -1)) {
      String tag = each.strip();
      // The comparison is the weak one.
      if (tag.equals("*") || (tag.startsWith("W/") ? tag.substring(2) : tag).equals(etag)) {
        return true;
      }
    }
    return false;
  }
}
