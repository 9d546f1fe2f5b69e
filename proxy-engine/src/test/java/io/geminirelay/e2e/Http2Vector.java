package io.geminirelay.e2e;

import static io.geminirelay.testing.RawHttp2.headers;

import io.geminirelay.testing.RawHttp2;

/**
 * What a hostile client sends on one HTTP/2 connection, and what has to come of it.
 *
 * @param source where the case is taken from: a section of a standard, or an advisory
 * @param outcome what comes back, in the words of {@link RawHttp2#event}
 * @param sent what the upstream gets of it: a head's lines after the usual ones and the body, or
 *     {@code -} for nothing at all
 * @param bytes what follows preface and SETTINGS
 */
record Http2Vector(String source, String outcome, String sent, byte[] bytes) {
  static final String NOTHING = "-";

  /** One that reaches nobody. */
  static Http2Vector refused(String source, String outcome, byte[]... bytes) {
    return new Http2Vector(source, outcome, NOTHING, RawHttp2.join(bytes));
  }

  /** One whose first stream is a good request, which may be answered. */
  static Http2Vector sent(String source, String outcome, String sent, byte[]... bytes) {
    return new Http2Vector(source, outcome, sent, RawHttp2.join(bytes));
  }

  /** The pseudo headers of a good request, then {@code more}. */
  static String[] head(String... more) {
    String[] usual = {
      ":method", "POST", ":scheme", "http", ":path", Rig.UNARY, ":authority", "localhost"
    };
    String[] all = new String[usual.length + more.length];
    System.arraycopy(usual, 0, all, 0, usual.length);
    System.arraycopy(more, 0, all, usual.length, more.length);
    return all;
  }

  /** A good head, with {@code more} after it. */
  static byte[] post(int stream, boolean ends, String... more) {
    return headers(stream, ends, head(more));
  }

  /** A head where one of the usual fields is replaced. */
  static byte[] with(String name, String value) {
    String[] all = head();
    for (int i = 0; i < all.length; i += 2) {
      if (all[i].equals(name)) {
        all[i + 1] = value;
      }
    }
    return headers(1, true, all);
  }

  @Override
  public String toString() {
    return source;
  }
}
