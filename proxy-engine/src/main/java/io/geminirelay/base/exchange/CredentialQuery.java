package io.geminirelay.base.exchange;

import java.io.ByteArrayOutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The credentials in a URL's query: found by their name, in whatever percent-encoding and case it
 * is written, and cut out without touching a byte of the other parameters. Pure.
 */
public final class CredentialQuery {
  /** Google's parameter for an API key, here also a client's token. */
  public static final String KEY = "key";

  /** A client's token, as older gateways took it. */
  public static final String PASSWORD = "password";

  /** Google's parameter for an OAuth token. */
  public static final String ACCESS_TOKEN = "access_token";

  /** The older name of {@link #ACCESS_TOKEN}. */
  public static final String OAUTH_TOKEN = "oauth_token";

  /**
   * What Google takes in a query for what else stands in a head, the credentials included: names of
   * its own, and some of old. With these it would serve another request than the one judged here.
   */
  private static final List<String> CREDENTIALS =
      List.of(
          KEY,
          PASSWORD,
          ACCESS_TOKEN,
          OAUTH_TOKEN,
          "bearer_token",
          "$key",
          "$access_token",
          "$oauth_token",
          "$userproject",
          "userproject",
          "$httpheaders",
          "$httpmethod",
          "$req",
          "$ct");

  private CredentialQuery() {}

  /**
   * {@code uri} without its credential parameters. The others keep their order and bytes; a query
   * that held nothing else goes with its question mark.
   */
  public static String strip(String uri) {
    int query = uri.indexOf('?');
    if (query < 0 || !holdsCredential(uri, query + 1)) {
      return uri;
    }
    StringBuilder kept = new StringBuilder(uri.length()).append(uri, 0, query);
    char separator = '?';
    for (int from = query + 1, end; from <= uri.length(); from = end + 1) {
      end = endOfParameter(uri, from);
      int credential = credentialAt(uri, from, end);
      if (credential != from || from == end) {
        kept.append(separator).append(uri, from, credential == end ? end : credential - 1);
        separator = '&';
      }
    }
    return kept.toString();
  }

  /**
   * The value of the first parameter called {@code name} that is not empty, percent-decoded to
   * bytes, or null. A plus sign stands for itself: no token holds a space.
   */
  public static byte @Nullable [] value(String uri, String name) {
    int query = uri.indexOf('?');
    if (query < 0) {
      return null;
    }
    for (int from = query + 1, end; from <= uri.length(); from = end + 1) {
      end = endOfParameter(uri, from);
      int nameEnd = endOfName(uri, from, end);
      if (nameEnd + 1 < end && named(uri, from, nameEnd, name, false)) {
        return decode(uri, nameEnd + 1, end);
      }
    }
    return null;
  }

  private static boolean holdsCredential(String uri, int query) {
    for (int from = query, end; from <= uri.length(); from = end + 1) {
      end = endOfParameter(uri, from);
      if (credentialAt(uri, from, end) < end) {
        return true;
      }
    }
    return false;
  }

  private static boolean isCredential(String uri, int from, int end) {
    int nameEnd = endOfName(uri, from, end);
    for (int i = 0; i < CREDENTIALS.size(); i++) {
      if (named(uri, from, nameEnd, CREDENTIALS.get(i), true)) {
        return true;
      }
    }
    return false;
  }

  private static int endOfParameter(String uri, int from) {
    int end = uri.indexOf('&', from);
    return end < 0 ? uri.length() : end;
  }

  /**
   * Where a credential begins in a parameter, {@code end} where there is none. A semicolon
   * separates too (HTML 4.01 appendix B.2.2), as some servers still think; what follows the
   * credential may belong to it, and goes with it.
   */
  private static int credentialAt(String uri, int from, int end) {
    for (int piece = from; piece < end; ) {
      int semicolon = uri.indexOf(';', piece);
      int pieceEnd = semicolon < 0 || semicolon > end ? end : semicolon;
      if (isCredential(uri, piece, pieceEnd)) {
        return piece;
      }
      piece = pieceEnd + 1;
    }
    return end;
  }

  private static int endOfName(String uri, int from, int end) {
    int equals = uri.indexOf('=', from);
    return equals < 0 || equals > end ? end : equals;
  }

  private static boolean named(String uri, int from, int end, String name, boolean anyCase) {
    int at = from;
    for (int i = 0; i < name.length(); i++) {
      if (at >= end) {
        return false;
      }
      int escaped = PercentCode.at(uri, at, end);
      int c = escaped >= 0 ? escaped : uri.charAt(at);
      if ((anyCase ? Character.toLowerCase(c) : c) != name.charAt(i)) {
        return false;
      }
      at += escaped >= 0 ? PercentCode.LENGTH : 1;
    }
    return at == end;
  }

  private static byte[] decode(String uri, int from, int end) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(end - from);
    for (int at = from; at < end; ) {
      int escaped = PercentCode.at(uri, at, end);
      bytes.write(escaped >= 0 ? escaped : uri.charAt(at));
      at += escaped >= 0 ? PercentCode.LENGTH : 1;
    }
    return bytes.toByteArray();
  }
}
