package io.geminirelay.base.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A credential that never prints itself: {@link #toString()} gives a fingerprint only.
 *
 * <p>Immutable; may be shared by threads.
 */
public final class Secret {
  private static final int FINGERPRINT_BYTES = 5;

  private final String text;
  private final String fingerprint;

  private Secret(String text) {
    this.text = text;
    this.fingerprint =
        HexFormat.of()
            .formatHex(sha256(text.getBytes(StandardCharsets.UTF_8)), 0, FINGERPRINT_BYTES);
  }

  /** Wraps {@code text}, which must not be empty. */
  public static Secret of(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("a secret must not be empty");
    }
    return new Secret(text);
  }

  /** The credential itself: for the wire alone, never for a log, metric, page, URL or error. */
  public String reveal() {
    return text;
  }

  /**
   * Ten hexadecimal digits of the SHA-256 digest: enough to tell keys apart, useless to callers.
   */
  public String fingerprint() {
    return fingerprint;
  }

  /** The SHA-256 digest of {@code bytes}. */
  public static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret && secret.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return "#" + fingerprint;
  }
}
