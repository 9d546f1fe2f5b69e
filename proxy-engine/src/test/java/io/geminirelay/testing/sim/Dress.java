package io.geminirelay.testing.sim;

import io.geminirelay.testing.Header;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The headers around Google's answers. */
final class Dress {
  private static final List<Header> USUAL =
      Header.list(
          "vary", "Origin",
          "vary", "X-Origin",
          "vary", "Referer",
          "server", "scaffolding on HTTPServer2",
          "x-xss-protection", "0",
          "x-frame-options", "SAMEORIGIN",
          "x-content-type-options", "nosniff",
          "server-timing", "gfet4t7; dur=12",
          "alt-svc", "h3=\":443\"; ma=2592000,h3-29=\":443\"; ma=2592000");

  private Dress() {}

  static List<Header> headers(String contentType) {
    List<Header> headers = new ArrayList<>(USUAL.size() + 2);
    headers.add(new Header("content-type", contentType));
    headers.addAll(USUAL);
    return headers;
  }

  static List<Header> stream(String contentType, boolean openAi) {
    List<Header> headers = headers(contentType);
    if (!openAi) {
      headers.add(1, new Header("content-disposition", "attachment"));
    }
    return headers;
  }

  static List<byte[]> bytes(List<String> pieces) {
    List<byte[]> bytes = new ArrayList<>(pieces.size());
    for (String piece : pieces) {
      bytes.add(piece.getBytes(StandardCharsets.UTF_8));
    }
    return bytes;
  }
}
