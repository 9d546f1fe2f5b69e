package io.geminirelay.flow.guard;

import io.geminirelay.base.exchange.CredentialQuery;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Where a client's token is found: {@code Authorization: Bearer}, {@code x-goog-api-key}, {@code
 * X-API-KEY}, {@code ?key=}, {@code ?password=}. The first that is present counts, right or wrong.
 * Pure.
 */
final class ClientToken {
  private static final AsciiString GOOGLE_KEY = AsciiString.cached("x-goog-api-key");
  private static final AsciiString API_KEY = AsciiString.cached("x-api-key");
  private static final String BEARER = "Bearer ";

  private ClientToken() {}

  /** The token as the bytes the client sent, or null when there is none. */
  static byte @Nullable [] of(HttpRequest head) {
    byte[] token = bearer(head.headers());
    if (token == null) {
      token = header(head.headers(), GOOGLE_KEY);
    }
    if (token == null) {
      token = header(head.headers(), API_KEY);
    }
    if (token == null) {
      token = CredentialQuery.value(head.uri(), CredentialQuery.KEY);
    }
    if (token == null) {
      token = CredentialQuery.value(head.uri(), CredentialQuery.PASSWORD);
    }
    return token;
  }

  private static byte @Nullable [] bearer(HttpHeaders headers) {
    // The scheme's name is matched in any case (RFC 9110 section 11.1).
    Iterator<String> values = headers.valueStringIterator(HttpHeaderNames.AUTHORIZATION);
    while (values.hasNext()) {
      String value = values.next();
      if (value.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
        return bytes(value.substring(BEARER.length()));
      }
    }
    return null;
  }

  private static byte @Nullable [] header(HttpHeaders headers, AsciiString name) {
    String value = headers.get(name);
    return value == null ? null : bytes(value);
  }

  private static byte @Nullable [] bytes(String value) {
    String token = value.trim();
    // Header characters are the bytes of the wire, one each.
    return token.isEmpty() ? null : token.getBytes(StandardCharsets.ISO_8859_1);
  }
}
