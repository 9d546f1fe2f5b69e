package io.geminirelay.flow.classify;

import io.geminirelay.base.exchange.PercentCode;
import io.geminirelay.base.fault.Fault;
import io.geminirelay.base.fault.FaultException;
import io.geminirelay.base.fault.FaultKind;

/**
 * Refuses request targets that the gateway and a server behind it could read differently, so that
 * what was checked here is what is served there. Pure.
 *
 * <p>Refused anywhere: control bytes, spaces, bytes above ASCII, and fragments. Refused in the
 * path: dot segments, empty segments, backslashes, broken percent-encodings, and encoded control
 * bytes, backslashes and percent signs - each of them also where only decoding brings it to light.
 * An encoded slash is taken after {@code /models/}: client libraries write {@code
 * models%2Fgemini-x} for a model id there, and no route can change behind that point. So it is in
 * the gateway's own {@code /admin/api/}, where a name may have one. Nothing is normalised: a target
 * is passed on as it came or not at all.
 */
final class TargetRules {
  private static final String MODELS = "/models/";
  private static final String ADMIN = "/admin/api/";

  private TargetRules() {}

  /**
   * The percent-decoded path of {@code target}, for classification only.
   *
   * @param pathEnd where the query begins, or the length
   */
  static String decodedPath(String target, int pathEnd) throws FaultException {
    boolean encoded = false;
    for (int i = 0; i < target.length(); i++) {
      char c = target.charAt(i);
      if (c <= ' ' || c >= 0x7f || c == '#') {
        throw refused("holds a character that must be percent-encoded");
      }
      if (i < pathEnd) {
        encoded |= c == '%';
        if (c == '\\') {
          throw refused("has a backslash in its path");
        }
      }
    }
    String path = encoded ? decode(target, pathEnd) : target.substring(0, pathEnd);
    checkSegments(path);
    return path;
  }

  private static String decode(String target, int pathEnd) throws FaultException {
    StringBuilder path = new StringBuilder(pathEnd);
    for (int at = 0; at < pathEnd; ) {
      char c = target.charAt(at);
      if (c != '%') {
        path.append(c);
        at++;
        continue;
      }
      int octet = PercentCode.at(target, at, pathEnd);
      checkOctet(octet, path);
      path.append((char) octet);
      at += PercentCode.LENGTH;
    }
    return path.toString();
  }

  private static void checkOctet(int octet, StringBuilder before) throws FaultException {
    if (octet < ' ' || octet == 0x7f) {
      throw refused(octet < 0 ? "has a broken percent-encoding" : "has an encoded control byte");
    }
    if (octet == '\\' || octet == '%') {
      throw refused("has an encoded backslash or percent sign in its path");
    }
    if (octet == '/' && before.indexOf(MODELS) < 0 && before.indexOf(ADMIN) != 0) {
      throw refused("has an encoded slash outside a model id");
    }
  }

  private static void checkSegments(String path) throws FaultException {
    for (int from = 1, end; from < path.length(); from = end + 1) {
      int slash = path.indexOf('/', from);
      end = slash < 0 ? path.length() : slash;
      if (end == from) {
        throw refused("has an empty segment in its path: write one slash");
      }
      if (path.charAt(from) == '.' && isDots(path, from, end)) {
        throw refused("has a dot segment in its path");
      }
    }
  }

  private static boolean isDots(String path, int from, int end) {
    int at = from;
    while (at < end && path.charAt(at) == '.') {
      at++;
    }
    // Some servers cut a segment at a semicolon before they resolve its dots.
    return at - from <= 2 && (at == end || path.charAt(at) == ';');
  }

  private static FaultException refused(String what) {
    return new FaultException(Fault.of(FaultKind.BAD_REQUEST, "the request target " + what));
  }
}
