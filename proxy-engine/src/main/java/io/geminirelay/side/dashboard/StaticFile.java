package io.geminirelay.side.dashboard;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;

/** An {@link Asset} in memory, plain and as gzip, each with its validator. Immutable. */
final class StaticFile {
  private static final int TAG_DIGITS = 32;

  private final Asset asset;
  private final byte[] plain;
  private final byte[] zipped;
  private final String tag;

  private StaticFile(Asset asset, byte[] plain, byte[] zipped, String tag) {
    this.asset = asset;
    this.plain = plain;
    this.zipped = zipped;
    this.tag = tag;
  }

  /** Reads {@code asset} from the class path; blocks. */
  static StaticFile read(Asset asset) throws IOException {
    try (InputStream in = StaticFile.class.getResourceAsStream(asset.resource())) {
      if (in == null) {
        throw new FileNotFoundException(asset.resource() + " is not in the program");
      }
      byte[] plain = in.readAllBytes();
      String digest = HexFormat.of().formatHex(sha256(plain));
      return new StaticFile(asset, plain, gzip(plain), digest.substring(0, TAG_DIGITS));
    }
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(plain.length / 3);
    try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
      zip.write(plain);
    }
    return out.toByteArray();
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** What is sent; must not be changed. */
  byte[] content(boolean gzip) {
    return gzip ? zipped : plain;
  }

  /** The entity tag of a form; the two forms have two (RFC 9110 section 8.8.3.3). */
  String etag(boolean gzip) {
    return gzip ? '"' + tag + "-gzip\"" : '"' + tag + '"';
  }

  /** Adds what is said of the file whether it is sent or not. */
  void describe(HttpHeaders headers, boolean gzip) {
    // A lasting file is asked for once; the others each time, for an answer of a few bytes.
    headers
        .set(HttpHeaderNames.ETAG, etag(gzip))
        .set(HttpHeaderNames.VARY, HttpHeaderNames.ACCEPT_ENCODING)
        .set(
            HttpHeaderNames.CACHE_CONTROL,
            asset.lasting() ? "public, max-age=31536000, immutable" : "no-cache");
  }

  /** Adds what is said of the content that follows, or would. */
  void describeContent(HttpHeaders headers, boolean gzip) {
    headers
        .set(HttpHeaderNames.CONTENT_TYPE, asset.type())
        .setInt(HttpHeaderNames.CONTENT_LENGTH, content(gzip).length);
    if (gzip) {
      headers.set(HttpHeaderNames.CONTENT_ENCODING, "gzip");
    }
  }
}
