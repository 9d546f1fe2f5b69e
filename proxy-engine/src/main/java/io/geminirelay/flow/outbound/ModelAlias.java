package io.geminirelay.flow.outbound;

import io.geminirelay.base.exchange.PercentCode;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One name of a model that is sent as another, in a path or in a body. Pure.
 *
 * <p>A {@code models/} before the name stays, unless the other name has a collection of its own, as
 * in {@code tunedModels/x}: then it takes the place of both.
 *
 * @param asked the name that clients use, without {@code models/}
 * @param sent the model meant, without {@code models/}
 */
record ModelAlias(String asked, String sent) {
  private static final String COLLECTION = "/models/";
  private static final String PREFIX = "models/";
  private static final String UNESCAPED = "-._~/@";

  /**
   * {@code uri} with the model of its path replaced, every other character as it was; {@code uri}
   * itself if its path does not name the model, plainly or percent-encoded.
   */
  String inUri(String uri) {
    int query = uri.indexOf('?');
    int length = query < 0 ? uri.length() : query;
    int[] places = new int[length + 1];
    String path = decoded(uri, length, places);
    int collection = path.indexOf(COLLECTION);
    if (collection < 0) {
      return uri;
    }
    int from = behindPrefixes(path, collection + 1);
    int to = from + asked.length();
    boolean named =
        path.startsWith(asked, from)
            && (to == path.length() || path.charAt(to) == ':' || path.charAt(to) == '/');
    if (!named) {
      return uri;
    }
    int start = isQualified() ? collection + 1 : from;
    return uri.substring(0, places[start]) + encoded(sent) + uri.substring(places[to]);
  }

  /** The text of a JSON string that names the model instead of {@code name}; null for another. */
  byte @Nullable [] inBody(String name) {
    int from = behindPrefixes(name, 0);
    if (from + asked.length() != name.length() || !name.endsWith(asked)) {
      return null;
    }
    String text = isQualified() ? sent : name.substring(0, from).concat(sent);
    // Google takes single quotes too: neither kind may end the string.
    return text.replace("\\", "\\\\")
        .replace("\"", "\\\"")
        .replace("'", "\\u0027")
        .getBytes(StandardCharsets.UTF_8);
  }

  private boolean isQualified() {
    return sent.indexOf('/') >= 0;
  }

  private static int behindPrefixes(String text, int from) {
    int at = from;
    while (text.startsWith(PREFIX, at)) {
      at += PREFIX.length();
    }
    return at;
  }

  /** The path before {@code end}, and for each of its characters the place in {@code uri}. */
  private static String decoded(String uri, int end, int[] places) {
    StringBuilder path = new StringBuilder(end);
    int at = 0;
    while (at < end) {
      places[path.length()] = at;
      int octet = PercentCode.at(uri, at, end);
      path.append(octet < 0 ? uri.charAt(at) : (char) octet);
      at += octet < 0 ? 1 : PercentCode.LENGTH;
    }
    places[path.length()] = end;
    return path.toString();
  }

  /** RFC 3986 section 3.3; a colon would be taken for the one before the action. */
  private static String encoded(String model) {
    StringBuilder path = new StringBuilder(model.length());
    for (byte octet : model.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (octet & 0xFF);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (letter || UNESCAPED.indexOf(c) >= 0) {
        path.append(c);
      } else {
        path.append('%')
            .append(Character.toUpperCase(Character.forDigit(c >> 4, 16)))
            .append(Character.toUpperCase(Character.forDigit(c & 0xF, 16)));
      }
    }
    return path.toString();
  }
}
